"""Sources in a column of a table are checked by an engine that runs functions over tables."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from keraslint.api import Report, check_source, rows
from keraslint.cli import main

ROOT = Path(__file__).parents[2]
SOURCE = next((ROOT / "fixtures" / "list-loss-for-dict-outputs").glob("*/bad.py")).read_text()
NOTEBOOK = json.dumps(
    {
        "cells": [{"cell_type": "code", "source": SOURCE, "metadata": {}, "outputs": []}],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)


def test_a_source_has_the_report_of_its_file(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(next((ROOT / "fixtures" / "list-loss-for-dict-outputs").glob("*/bad.py")))
    assert main(["check", "--isolated", "--output-format", "json", path]) == 1
    assert rows(check_source(SOURCE, path)) == json.loads(capsys.readouterr().out)


def test_a_notebook_is_its_json() -> None:
    (finding,) = check_source(NOTEBOOK, "far/away.ipynb").findings
    assert (finding.location.document, finding.location.cell) == ("far/away.ipynb", 1)


def test_a_report_goes_to_another_process_and_back() -> None:
    report = check_source(SOURCE, "a.py")
    assert pickle.loads(pickle.dumps(report)) == report  # noqa: S301 (made in the line itself)
    assert json.loads(json.dumps(rows(report))) == rows(report)


def test_what_is_wrong_is_said() -> None:
    assert [row["code"] for row in rows(check_source("import keras\nm.fit(\n", "a.py"))] == ["KER001"]
    assert check_source("x = 1\n", "a.py") == Report("a.py")
    assert check_source(SOURCE, "a.py", select=["KER9"]).findings == ()
    wrong = ({"select": ["KER999"]}, {"keras_version": ["x"]}, {"severity": "loud"})
    for one in wrong:
        with pytest.raises(ValueError, match=r"KER999|'x'|loud"):
            check_source(SOURCE, "a.py", **one)


def test_a_defect_is_raised_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keraslint.sites.find", lambda *_: 1 / 0)
    with pytest.raises(RuntimeError, match=r"inference on a\.py:\n(?s:.*)ZeroDivisionError"):
        check_source(SOURCE, "a.py")


def test_the_recipe_of_the_readme_runs_on_dask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = pytest.importorskip("dask.dataframe")
    pandas = pytest.importorskip("pandas")
    monkeypatch.chdir(tmp_path)
    sources = {"a.py": SOURCE, "b.ipynb": NOTEBOOK, "c.py": "x = 1\n", "d.py": SOURCE}
    table = pandas.DataFrame({"path": sources.keys(), "text": sources.values()})
    frames.from_pandas(table, npartitions=2).to_parquet("sources.parquet")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (recipe,) = (block for block in readme.split("```python\n") if "dask" in block.partition("```")[0])
    exec(compile(recipe.partition("```")[0], "README.md", "exec"), {"__name__": "__main__"})  # noqa: S102
    found = pandas.read_parquet("findings.parquet")
    assert sorted(found["filename"]) == ["a.py", "b.ipynb", "d.py"]
    assert set(found["code"]) == {row["code"] for row in rows(check_source(SOURCE, "a.py"))}
    capsys.readouterr()
