"""Whole sites rewritten to another style, in one run over several programs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from keraslint.cli import main
from tests.programs import Program, programs

MIGRATED = [one for one in programs("bad") if one.rule == "outputs-in-a-list" and one.sibling("safe")]
FINDS = re.compile(r"  # finds: KER\d{3}( \w+)?$", re.MULTILINE)
ESCAPES = """\
import keras


def build():
    i = keras.Input((2,))
    z = keras.layers.Dense(1, name="z")(i)
    a = keras.layers.Dense(1, name="a")(i)
    model = keras.Model(i, [z, a])
    model.compile("sgd", loss=["mse", "mae"])
    return model, print(*model.predict(x))
"""


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def golden(program: Program) -> str:
    """What a program is after its migration."""
    safe = program.sibling("safe")
    assert safe is not None
    return safe.source


def test_all_examples_migrate_in_one_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(MIGRATED) >= 4
    for number, program in enumerate(MIGRATED):
        Path(f"{number}.py").write_text(program.source, encoding="utf-8")
    assert main(["fix", ".", "--style", "dict", "--write"]) == 0
    out, err = capsys.readouterr()
    assert not err
    assert f"{len(MIGRATED)} fixes made; 0 findings left." in out
    assert out.count("before, ") == out.count("after, ") >= len(MIGRATED)
    for number, program in enumerate(MIGRATED):
        assert FINDS.sub("", Path(f"{number}.py").read_text(encoding="utf-8")) == golden(program)
    assert main(["fix", ".", "--style", "dict"]) == 0
    assert not capsys.readouterr().out


def test_a_style_is_rewritten_to_only_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.py").write_text(MIGRATED[0].source, encoding="utf-8")
    assert main(["fix"]) == 0
    assert not capsys.readouterr().out
    assert main(["fix", "--style", "dict", "--select", "KER001"]) == 1
    assert capsys.readouterr().out.startswith("--- a/x.py\n")


def test_what_is_not_rewritten_is_said_and_noted(capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.py").write_text(ESCAPES)
    main(["fix", "--style", "dict"])
    out, err = capsys.readouterr()
    assert not out
    reason = re.search(r"KER901 not fixed: .*\n  reason: (.*) \(x.py:\d+:\d+\)\n", err)
    assert reason, err
    for _ in range(2):
        main(["fix", "--style", "dict", "--todo", "--write"])
        noted = f"    # TODO(keraslint): KER901 is not fixed: {reason[1]}\n    model = keras.Model("
        assert Path("x.py").read_text() == ESCAPES.replace("    model = keras.Model(", noted)
