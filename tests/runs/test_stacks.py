"""Deep recursion does not ask the system for memory at each call."""

from __future__ import annotations

import sys

import pytest

from keraslint.engine.stacks import ROOM, roomy


def add(number: int, *, to: int = 0) -> int:
    """What is called has its arguments, and its result is given back."""
    if number < 0:
        message = "less than nothing"
        raise ValueError(message)
    return number + to


def test_the_function_is_the_same() -> None:
    assert roomy(add)(1, to=2) == 3
    with pytest.raises(ValueError, match="less than nothing"):
        roomy(add)(-1)


def test_what_it_calls_has_a_large_frame_above_it() -> None:
    assert roomy(lambda: sys._getframe(1).f_code.co_stacksize)() == ROOM
