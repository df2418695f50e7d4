"""Inputs that once did harm do none; neither do mutated seeds, nor programs made by the grammar of Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hypothesmith
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.fuzzing.mutating import mutated, seeds
from tests.fuzzing.targets import FIXTURES, TARGETS, document, fix

if TYPE_CHECKING:
    from pathlib import Path

FOUND = sorted((FIXTURES / "fuzzing").glob("*/*"))
SLOWLY = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@pytest.mark.parametrize("file", FOUND, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_what_was_found_does_no_harm_any_more(file: Path) -> None:
    TARGETS[file.parent.name].run(file.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=25, deadline=None, suppress_health_check=SLOWLY)
@given(at=st.integers(0, 999), number=st.integers(0, 2**32))
def test_a_mutated_seed_does_no_harm(target: str, at: int, number: int) -> None:
    there = seeds(target)
    TARGETS[target].run(mutated(target, there[at % len(there)], number))


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=SLOWLY)
@given(hypothesmith.from_grammar().map(str.encode))
def test_any_program_is_read(data: bytes) -> None:
    document(data)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=SLOWLY)
@given(hypothesmith.from_node().map(str.encode))
def test_any_program_is_left_as_it_is(data: bytes) -> None:
    fix(data)
