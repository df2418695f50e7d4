"""Every silent mispairing is found where Keras does it: on the installed Keras, and in the record."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("numpy")

from tests.runtime.silent import CASES, RECORD, Case, Happened, place, recorded, run

RECORDS = sorted(RECORD.glob("*.jsonl"))
MISPAIRINGS = [f"F{number:02}" for number in range(1, 19)]


@pytest.mark.train
@pytest.mark.parametrize("case", CASES, ids=lambda case: re.sub(r"\W+", "-", case.id))
def test_a_finding_exactly_where_keras_does_otherwise(case: Case) -> None:
    keras = pytest.importorskip("keras")
    happened = run(case, keras)
    assert happened.is_right, happened
    assert not happened.undecided
    if place(keras).exists():  # which rule finds it may change with the rules, not what Keras did
        assert (happened.id, happened.keras) in {(one.id, one.keras) for one in recorded(place(keras))}


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_the_record_is_whole_and_right(path: Path) -> None:
    found = recorded(path)
    assert [one.id for one in found] == [case.id for case in CASES]
    assert [one for one in found if not one.is_right or one.undecided] == []


@pytest.mark.parametrize("mispairing", MISPAIRINGS)
def test_each_mispairing_lives_in_some_release_and_is_found_there(mispairing: str) -> None:
    happened = [one for path in RECORDS for one in recorded(path) if one.id.startswith(mispairing)]
    assert any(one.keras == "otherwise" and one.codes for one in happened)


def test_a_missed_alarm_and_a_false_one_would_be_seen() -> None:
    assert not Happened("F01", "otherwise", (), ()).is_right
    assert not Happened("F01", "as written", ("KER201",), ()).is_right
