"""A function enters, the same with room for the frames of what it calls leaves.

CPython keeps the frames of Python functions in chunks of 16 KB, and gives a chunk back to the system as soon
as no frame is in it (``push_chunk`` and ``_PyThreadState_PopFrame`` in Python/pystate.c, 3.11 to 3.14).
Recursion to and fro over the end of a chunk asks the system for memory at each call: on some projects that
was a fifth of the time.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

ROOM = 1 << 16
"""Slots, of 8 bytes, that the first frame claims. The chunk made for it holds as many again: 2,000 frames."""


def roomy(function: Callable[P, T]) -> Callable[P, T]:
    """The function, called from a frame so large that those below it share a chunk with it."""

    def call(*given: P.args, **named: P.kwargs) -> T:
        return function(*given, **named)

    with suppress(ValueError):  # a Python that allows no such frame does without
        call.__code__ = call.__code__.replace(co_stacksize=ROOM)
    return call
