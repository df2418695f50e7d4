"""Every fixture program is run on real Keras, and what Keras paired is held against what the program says."""

from __future__ import annotations

from functools import cache

import pytest

pytest.importorskip("tensorflow")

import numpy as np

from tests.programs import Program, programs
from tests.rewriting.migrating import STYLES
from tests.witnesses.spelling import Pairs, UnspelledError, built, spelled
from tests.witnesses.spy import Run, Training, run

pytestmark = pytest.mark.train

# Findings that say: Keras pairs otherwise than written, or not at all what was written.
PAIRED_OTHERWISE = {"KER102", "KER103", "KER104", "KER201", "KER202", "KER203", "KER204", "KER301"}

JOINED = "several-losses-for-one-output"
# A rewrite to another style gives the heads other paths; what it trains is tested with it.
ON_DEMAND = frozenset(STYLES)
RUNNABLE = [program for program in programs() if program.parses]
# What a NestedLoss pairs, Keras does not; that it trains the same is tested with the rewrite.
PAIRED_BY_KERAS = [program for program in RUNNABLE if STYLES.get(program.rule) != "nested"]


@cache
def ran(program: Program) -> Run:
    """The program's run under the spy."""
    return run(program, spied=True)


@cache
def ran_alone(program: Program) -> Run:
    """The program's run without the spy."""
    return run(program, spied=False)


def with_sibling(role: str) -> list[Program]:
    """The bad programs that have a sibling of this role and train at all.

    What keeps the training of another Keras than the newest changes that of the newest.
    """
    return [
        program
        for program in programs("bad")
        if program.raises is None and program.sibling(role) and program.rule not in ON_DEMAND
        if role != "safe" or program.judged_for is None
    ]


@pytest.mark.parametrize("program", RUNNABLE, ids=str)
def test_raises_where_it_is_marked_and_only_there(program: Program) -> None:
    alone = ran_alone(program)
    if program.raises is None:
        if alone.error is not None:
            raise alone.error
        return
    assert type(alone.error).__name__ == program.raises.error
    assert program.raises.line in alone.error_lines


@pytest.mark.parametrize(
    "program", [program for program in with_sibling("unsafe") if program.rule == JOINED], ids=str
)
def test_a_joined_loss_is_worth_all_the_losses_written(program: Program) -> None:
    unsafe = program.sibling("unsafe")
    assert unsafe is not None
    all_losses, _ = ran(program).trainings[0].steps[0]
    _, total = ran(unsafe).trainings[0].steps[0]
    assert total == pytest.approx(all_losses)


@pytest.mark.parametrize("program", RUNNABLE, ids=str)
def test_spy_changes_nothing(program: Program) -> None:
    alone, spied = ran_alone(program), ran(program)
    assert type(alone.error) is type(spied.error)
    assert alone.error_lines == spied.error_lines
    same_weights(alone, spied)


@pytest.mark.parametrize("program", with_sibling("safe"), ids=str)
def test_safe_trains_the_same(program: Program) -> None:
    safe = program.sibling("safe")
    assert safe is not None
    assert [built(training).terms for training in ran(program).trainings] == [
        built(training).terms for training in ran(safe).trainings
    ]
    assert [built(training).metrics for training in ran(program).trainings] == [
        built(training).metrics for training in ran(safe).trainings
    ]
    same_weights(ran_alone(program), ran_alone(safe))


# A loss that joins several is another loss; what it is worth is compared below.
@pytest.mark.parametrize(
    "program", [program for program in with_sibling("unsafe") if program.rule != JOINED], ids=str
)
def test_unsafe_pairs_what_the_bad_one_spells(program: Program) -> None:
    unsafe = program.sibling("unsafe")
    assert unsafe is not None
    meant = [spelling(training) for training in ran(program).trainings]
    done = [built(training) for training in ran(unsafe).trainings]
    assert len(meant) == len(done) > 0
    for spelt, pairs in zip(meant, done, strict=True):
        if spelt is not None:
            assert pairs == spelt


@pytest.mark.parametrize(
    "program", [one for one in PAIRED_BY_KERAS if one.raises is None and not one.not_judged], ids=str
)
def test_keras_pairs_otherwise_than_spelled_exactly_where_a_finding_says_so(program: Program) -> None:
    otherwise = any(built(training) != spelling(training) for training in ran(program).trainings)
    said = any(finding.code in PAIRED_OTHERWISE and finding.severity is None for finding in program.expected)
    assert otherwise == (said and program.judged_for is None)


@pytest.mark.parametrize("program", programs("safe", "unsafe", "good"), ids=str)
def test_only_bad_programs_expect_findings_or_raise(program: Program) -> None:
    assert program.expected == ()
    assert program.raises is None


def spelling(training: Training) -> Pairs | None:
    """What the training spells, or None where it spells nothing that could be paired."""
    try:
        return spelled(training)
    except UnspelledError:
        return None


def same_weights(one: Run, other: Run) -> None:
    """Final weights have to be equal to the bit."""
    assert len(one.weights) == len(other.weights)
    for left, right in zip(one.weights, other.weights, strict=True):
        np.testing.assert_array_equal(left, right)
