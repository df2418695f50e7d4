"""``keraslint run``: its options reach the guard, its program keeps its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from keraslint.cli import main

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "fixtures" / "example" / "train.py"
NOTHING: dict[str, Any] = {"module": False, "form": "text", "output": None, "raise_on": None}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], {}),
        (["--report", "json"], {"form": "json"}),
        (["--output", "report.txt"], {"output": "report.txt"}),
        (["--raise-on", "warning"], {"raise_on": "warning"}),
    ],
)
def test_options_are_handed_on(
    arguments: list[str], expected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keraslint.runtime.running.run", recorded := Recorder())
    assert main(["run", *arguments, str(EXAMPLE), "--epochs", "3", "-m"]) == 7
    assert recorded.calls == [(str(EXAMPLE), ("--epochs", "3", "-m"), {**NOTHING, **expected})]
    assert main(["run", "-m", *arguments, "package.train"]) == 7
    assert recorded.calls[1:] == [("package.train", (), {**NOTHING, **expected, "module": True})]


class Recorder:
    """In place of the guard: remembers how it was called."""

    def __init__(self) -> None:
        """Nothing was called yet."""
        self.calls: list[tuple[str, tuple[str, ...], dict[str, Any]]] = []

    def __call__(self, program: str, arguments: tuple[str, ...], **options: Any) -> int:
        """A run that ends with a status of its own."""
        self.calls.append((program, arguments, options))
        return 7


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing argument 'PROGRAM'"),
        (["nothing.py"], "nothing.py: no such file or directory"),
        (["--report", "xml", str(EXAMPLE)], "'text', 'json'"),
        (["--raise-on", "loud", str(EXAMPLE)], "'error', 'warning', 'info'"),
    ],
)
def test_misuse_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.train
def test_a_swap_stops_the_program(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("keras")
    report = tmp_path / "report.json"
    arguments = ["--report", "json", "--output", str(report), "--raise-on", "error"]
    assert main(["run", *arguments, str(EXAMPLE)]) == 1
    assert "stopped before compile" in capfd.readouterr().err
    assert json.loads(report.read_text(encoding="utf-8"))["reports"][0]["call"] == "compile"
