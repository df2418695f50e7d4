"""A file that is too large is not judged and not passed over in silence; the others are judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keraslint.cli import main
from keraslint.engine import Settings, check, examining
from keraslint.findings import Report
from keraslint.inference.projects import MAX_KEPT
from keraslint.syntax import scout

WRONG = (
    "import keras\n"
    "a = keras.Input((2,))\n"
    "heads = {'b': keras.layers.Dense(1)(a), 'a': keras.layers.Dense(1)(a)}\n"
    "keras.Model(a, heads).compile(loss=['mse', 'mae'])\n"
)


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.py").write_text(WRONG)
    Path("large.py").write_text(WRONG + "# " + "x" * 1_000_000)


def said() -> dict[str, tuple[int, list[str]]]:
    return {
        one.document: (len(one.findings), [undecided.reason for undecided in one.undecided])
        for one in check(["."], Settings())
        if isinstance(one, Report)
    }


def test_more_source_than_the_bound_is_said() -> None:
    reason = f"{len(WRONG) + 1_000_002:,} characters of source are more than the 1,000,000 that are judged"
    assert said() == {"small.py": (1, []), "large.py": (0, [reason])}


def test_the_bound_is_the_last_that_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "MAX_SOURCE", len(WRONG))
    assert said()["small.py"] == (1, [])
    monkeypatch.setattr(examining, "MAX_SOURCE", len(WRONG) - 1)
    assert said()["small.py"][0] == 0


def test_of_a_huge_file_nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (examining, scout):
        monkeypatch.setattr(module, "MAX_BYTES", len(WRONG))
    Path("other.py").write_text("x" * 1000)
    reason = f"{len(WRONG) + 1_000_002:,} bytes are more than the {len(WRONG):,} that are judged"
    assert said() == {"small.py": (1, []), "large.py": (0, [reason]), "other.py": (0, [])}


def test_a_reader_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--undecided", "--output-format", "concise", "large.py"]) == 0
    assert "large.py:1:1" in (out := capsys.readouterr().out)
    assert "more than the 1,000,000 that are judged" in out


def test_a_notebook_is_known_however_many_modules_it_reads() -> None:
    for number in range(MAX_KEPT + 4):
        Path(f"part{number}.py").write_text(f"loss = 'mse'\nsize = {number}\n")
    imports = "".join(f"import part{number}\nprint(part{number}.loss)\n" for number in range(MAX_KEPT + 4))
    cells = [{"cell_type": "code", "source": imports + WRONG, "metadata": {}, "outputs": []}]
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    Path("many.ipynb").write_text(json.dumps(content))
    (report,) = (one for one in check(["many.ipynb"], Settings()) if isinstance(one, Report))
    assert [finding.location.span.line for finding in report.findings] == [2 * (MAX_KEPT + 4) + 4]
