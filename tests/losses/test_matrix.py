"""The table of what works where is the one that was recorded."""

from __future__ import annotations

from tests.losses import matrix


def test_the_table_is_made_from_what_was_recorded() -> None:
    page = matrix.PAGE.read_text(encoding="utf-8")
    assert page == matrix.renewed(page, matrix.known())


def test_every_feature_was_asked_for() -> None:
    for runs in matrix.known().values():
        for run in runs.values():
            assert run["features"].keys() == matrix.FEATURES.keys()


def test_one_failure_is_enough() -> None:
    outcomes = {"passed": 3, "failed": 1, "skipped": []}
    assert matrix.verdict(outcomes) == "fails"
    assert matrix.verdict(outcomes | {"failed": 0, "skipped": ["why"]}) == "in part"
    assert matrix.cell({"jax": "yes", "torch": "no"}) == "jax yes, torch no"
