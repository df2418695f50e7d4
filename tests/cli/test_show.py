"""``keraslint show``: golden output for fixture programs, and what holds for all of them.

The first line of a golden file is the command, run in the fixtures folder; the rest is what it prints.
"""

from __future__ import annotations

import io
import json
import shlex
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from keraslint.cli import main
from tests.programs import Program, programs

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"
GOLDEN = sorted((Path(__file__).parent / "show").rglob("*.txt"))
EXCHANGES = {"KER201", "KER202", "KER203", "KER204"}
MISMATCHES = {"KER103", "KER104"}  # of weights, some of which also go to other heads
PROMPT = "$ keraslint "

CONDITION = """\
import sys
import keras
import numpy as np

bidir = len(sys.argv) > 1
i = keras.Input((2,))
outputs = [keras.layers.Dense(1, name="forward")(i)]
losses = ["mse"]
if bidir:
    outputs.append(keras.layers.Dense(1, name="backward")(i))
    losses.append("mae")
model = keras.Model(i, outputs)
model.compile("sgd", loss=losses, loss_weights=[1.0, 0.5], metrics=[["mae"], []])
x = np.ones((4, 2))
a, b, w = np.ones((4, 1)), np.ones((4, 1)), np.ones(4)
model.fit(x, [a, b], sample_weight=[w, None])
"""
BIDIR = """\
train.py:16:1: fit, with Keras 3.15, where bidir
  output | layer    | target | loss    | weight  | metrics    | sample weight | paired by
  [0]    | forward  | [0] a  | [0] mse | [0] 1.0 | [0][0] mae | [0] w         | position
  [1]    | backward | [1] b  | [1] mae | [1] 0.5 | -          | -             | position
  outputs        train.py:12:24
  loss           train.py:13:27
  loss_weights   train.py:13:48
  metrics        train.py:13:68
  targets        train.py:16:14
  sample_weight  train.py:16:36

train.py:16:1: fit, with Keras 3.15, where not bidir
  Keras raises ValueError at fit: """

HOSTILE = """\
import keras
i = keras.Input((2,))
model = keras.Model(i, {"\\x1b[31mred": keras.layers.Dense(1)(i), "b": keras.layers.Dense(1)(i)})
model.compile("sgd", loss={"\\x1b[31mred": "mse", "b": "mae"})
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """No colours, whatever the environment says."""
    for variable in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(variable, raising=False)


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_golden(golden: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    command, _, expected = golden.read_text(encoding="utf-8").partition("\n")
    monkeypatch.chdir(FIXTURES)
    assert main(shlex.split(command.removeprefix(PROMPT))) == 0
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize("program", [one for one in programs() if one.parses], ids=str)
def test_what_is_marked_is_what_is_found(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a rule finds an exchange, entries are marked or Keras raises; nothing is marked where none is."""
    assert main(["show", "--table", str(program.path)]) == 0
    out = capsys.readouterr().out
    exchanged = any(one.code in EXCHANGES and one.severity is None for one in program.expected)
    if exchanged and program.judged_for is None:
        assert " <-" in out or "Keras raises" in out
    elif not {one.code for one in program.expected} & MISMATCHES:
        assert " <-" not in out


def test_each_alternative_has_its_condition(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "train.py").write_text(CONDITION)
    assert main(["show", "--table"]) == 0
    assert capsys.readouterr().out.startswith(BIDIR)


def test_what_a_terminal_could_obey_is_written_out(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "train.py").write_text(HOSTILE)
    assert main(["show", "--table", "train.py"]) == 0
    out = capsys.readouterr().out
    assert "\\x1b[31mred: mse" in out
    assert "\x1b" not in out


def test_lines_are_drawn_with_what_the_stream_can_show(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "train.py").write_text(CONDITION)
    for encoding, sign in (("utf-8", "\u2500\u2500\u25b8"), ("ascii", "-->")):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(["show", "train.py"]) == 0
        stream.flush()
        assert sign in stream.buffer.getvalue().decode(encoding)


def test_crossings_are_coloured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(FIXTURES / "example"), "--color", "always"]) == 0
    assert "\033[1;31m" in capsys.readouterr().out


def test_an_output_that_is_written_identically_is_not_marked(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = HOSTILE.replace("\\x1b[31m", "").replace('{"red": "mse", "b": "mae"}', '["mse", LOSS]')
    for loss, marked in (("mae", True), ("mse", False)):
        (here / "train.py").write_text(program.replace("LOSS", repr(loss)))
        assert main(["show", "--table", "train.py"]) == 0
        assert ("<-" in capsys.readouterr().out) is marked


def test_a_loss_of_a_subtree_marks_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = (
        HOSTILE.replace("\\x1b[31m", "").replace("loss={", "loss=[total, {").replace('"mae"}', '"mae"}]')
    )
    (here / "train.py").write_text(program.replace("i =", "def total(y, p):\n    return 0.0\ni =", 1))
    assert main(["show", "--table", "train.py"]) == 0
    out = capsys.readouterr().out
    assert "[0] total, [1].red: mse" in out
    assert "<-" not in out


def test_a_notebook_is_shown_by_cell(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, _, rest = CONDITION.partition("bidir = ")
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": text}
        for text in (first, f"bidir = {rest}")
    ]
    notebook: dict[str, object] = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (here / "train.ipynb").write_text(json.dumps(notebook))
    assert main(["show", "--table", "train.ipynb"]) == 0
    assert capsys.readouterr().out.startswith(
        "train.ipynb:cell 2:line 12:1: fit, with Keras 3.15, where bidir\n"
    )


def test_a_site_that_another_file_leads_to_is_shown_once(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = CONDITION.splitlines(keepends=True)
    (here / "model.py").write_text("".join(lines[:13]))
    (here / "train.py").write_text("".join(["from model import model\n", *lines[2:3], *lines[13:]]))
    assert main(["show", "--table", "train.py", "model.py"]) == 0
    out = capsys.readouterr().out
    assert out.count("train.py:5:1: fit") == 2
    assert out.count("model.py:12:24") == len([line for line in out.splitlines() if "outputs " in line])


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(CONDITION.encode())))
    assert main(["show", "--table", "-", "--stdin-filename", "train.py"]) == 0
    assert capsys.readouterr().out.startswith(BIDIR)


@pytest.mark.parametrize(
    ("source", "out", "err"),
    [
        ("", "No training sites.\n", ""),
        ("import keras\nprint model", "No training sites.\n", "keraslint: train.py: not judged: line 2: "),
    ],
)
def test_where_there_is_nothing_to_show(
    source: str, out: str, err: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "train.py").write_text(source)
    assert main(["show", "--table", "train.py"]) == (2 if err else 0)
    said = capsys.readouterr()
    assert said.out == out
    assert said.err.startswith(err)
    assert said.err.count("\n") == bool(err)


def test_a_crash_is_one_line(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "train.py").write_text(CONDITION)
    monkeypatch.setattr("keraslint.sites.find", lambda *_: 1 / 0)
    assert main(["show", "--table", "train.py"]) == 2
    assert "show crashed, a defect of keraslint" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["nothing.py"], ["--keras-version", "four"], ["-", "train.py"]])
def test_misuse(arguments: list[str], here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "train.py").write_text(CONDITION)
    assert main(["show", "--table", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1
