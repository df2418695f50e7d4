"""A small project to run the command on, and the command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from keraslint.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SWAPPED = """\
import keras

i = keras.Input((2,))
z = keras.layers.Dense(1, name="z")(i)
a = keras.layers.Dense(1, name="a")(i)
model = keras.Model(i, {"z": z, "a": a})
model.compile("sgd", loss=["mse", "mae"])
"""
CLEAN = SWAPPED.replace('["mse", "mae"]', '{"z": "mse", "a": "mae"}')


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with one program that is swapped, one that is not, and one that is none."""
    for variable in ("NO_COLOR", "FORCE_COLOR", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "swapped.py").write_text(SWAPPED)
    (tmp_path / "clean.py").write_text(CLEAN)
    (tmp_path / "broken.py").write_text("import keras\nprint model.compile\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def found(capsys: pytest.CaptureFixture[str]) -> Callable[..., list[tuple[str, str]]]:
    """The files and codes that ``keraslint check`` with these arguments finds."""

    def run(*arguments: str) -> list[tuple[str, str]]:
        assert main(["check", "--output-format", "json", *arguments]) in {0, 1}
        rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        return [(row["filename"], row["code"]) for row in rows]

    return run
