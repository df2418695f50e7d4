"""A function that trains what it is given is judged where it is called, whatever order the files come in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keraslint.engine import Settings, check
from keraslint.engine.showing import show
from keraslint.findings import Report, Severity, Shown

if TYPE_CHECKING:
    from collections.abc import Sequence

FILES = {
    "models.py": """
import keras
from keras.layers import Dense

def heads(count):
    x = keras.Input((2,))
    return keras.Model(x, [Dense(1, name=f"head{k}")(x) for k in range(count)])
""",
    "training.py": """
import keras

def train(model, x, y):
    model.compile("sgd", loss=["mse", "mae"], metrics=["acc"])
    model.fit(x, y)
""",
    "wrapping.py": """
from training import train

def twice(model, x, y):
    train(model, x, y)
    train(model, x, y)
""",
    "script.py": """
from models import heads
from training import train

train(heads(2), 1, [2, 3])
""",
    "tests/test_it.py": """
from models import heads
from wrapping import twice

def test_three():
    twice(heads(3), 1, [2, 3, 4])
""",
}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files, and the folder that they lie in as the current one."""
    for name, source in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)


def found(paths: Sequence[str]) -> list[str]:
    """The findings in all files."""
    reports = [one for one in check(paths, Settings(severity=Severity.INFO)) if isinstance(one, Report)]
    return sorted(
        f"{report.document}:{one.location.span.line} {one.code} {one.message}"
        for report in reports
        for one in report.findings
    )


EXPECTED = [
    "training.py:5 KER105 Keras raises ValueError at fit: metrics has 1 entry for 2 outputs",
    "training.py:5 KER105 Keras raises ValueError at fit: metrics has 1 entry for 3 outputs",
]


def test_what_callers_pass_is_followed() -> None:
    assert found(["."]) == EXPECTED


def test_the_order_of_the_files_does_not_matter() -> None:
    results = {tuple(found(paths)) for paths in (sorted(FILES), sorted(FILES, reverse=True))}
    assert results == {tuple(EXPECTED)}


def test_without_callers_nothing_is_guessed() -> None:
    assert found(["training.py"]) == []


def test_show_follows_callers_too() -> None:
    shown = [one for one in show(["."], Settings()) if isinstance(one, Shown)]
    outcomes = {one.outcome.partition(":")[0] for one in shown if one.location.document == "training.py"}
    assert outcomes == {"not judged", "Keras raises ValueError at fit"}


@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_seed_of_hashes_does_not_matter(seed: str) -> None:
    def said(seed: str) -> str:
        command = [sys.executable, "-m", "keraslint", "check", "--severity", "info", "--undecided", "."]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout

    assert said(seed) == said("3")
