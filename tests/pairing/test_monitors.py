"""What callbacks took for better without ``mode``, recorded from trainings by release, is what is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from keraslint.pairing import parse
from keraslint.pairing.monitors import Direction, automatic, better

RECORDED = json.loads(Path(__file__).with_name("monitors.json").read_text(encoding="utf-8"))
# The metrics of the recorded models: Keras's own, and a function of the program.
OWN: dict[str, Direction | None] = {"auc": "max", "mae": "min", "accuracy": "max", "own": "raises"}


@pytest.mark.parametrize("row", RECORDED, ids=lambda row: " ".join(list(row.values())[:3]))
def test_what_was_recorded_is_what_is_said(row: dict[str, Any]) -> None:
    said = {key: automatic(row["callback"], key, OWN, parse(row["version"])) for key in row["taken"]}
    assert said == row["taken"]


def test_releases_on_both_sides_of_each_change_were_recorded() -> None:
    assert {row["version"] for row in RECORDED} >= {"2.21.0", "3.3.3", "3.10.0", "3.11.3", "3.15.1"}


@pytest.mark.parametrize(
    ("metric", "way"),
    [
        ("mae", "min"),
        ("acc", "max"),
        ("keras.metrics.AUC(name='auc')", "max"),
        ("MeanSquaredError()", "min"),
        ("Mean()", None),
        ("dice_coef", None),
        ("keras.metrics.AUC(name='roc')", None),
    ],
)
def test_which_way_a_metric_is_better(metric: str, way: Direction | None) -> None:
    assert better(metric) == way
