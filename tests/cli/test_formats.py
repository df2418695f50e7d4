"""Every format through the real command, over a project with a notebook, a fix, and what is silenced."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from keraslint.cli import main
from keraslint.reporters import FORMATS
from tests.cli.conftest import SWAPPED

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def notebook(project: Path) -> Path:
    """Two programs, one of them in the second cell of a notebook and one that is silenced."""
    (project / "broken.py").unlink()
    (project / "quiet.py").write_text(
        SWAPPED.replace('"mae"])', '"mae"])  # keraslint: ignore[KER202] so be it')
    )
    cells = [
        {"cell_type": "markdown", "source": ["# A net"]},
        {"cell_type": "code", "source": SWAPPED.splitlines(keepends=True)},
    ]
    (project / "net.ipynb").write_text(json.dumps({"cells": cells}, indent=1))
    return project / "net.ipynb"


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_tells_of_both_programs(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--output-format", form]) == 1
    out, err = capsys.readouterr()
    assert not err
    for text in ("swapped.py", "net.ipynb", "KER202", "['a', 'z']"):
        assert text in out.replace("&#x27;", "'").replace("&#39;", "'")


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_can_tell_of_nothing(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "clean.py", "--output-format", form]) == 0
    out, err = capsys.readouterr()
    assert "KER202" not in out or form == "sarif"
    assert not err


def test_the_line_of_the_notebook_is_the_real_one(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = notebook.read_text().splitlines()
    real = next(number for number, line in enumerate(lines, 1) if "model.compile" in line)

    def out(form: str) -> str:
        assert main(["check", "net.ipynb", "--output-format", form]) == 1
        return capsys.readouterr().out

    (row,) = json.loads(out("json"))
    assert (row["cell"], row["location"]["row"], row["raw_row"]) == (2, 7, real)
    assert json.loads(out("json-lines")) == row
    (entry,) = json.loads(out("gitlab"))
    assert entry["location"] == {"path": "net.ipynb", "lines": {"begin": real, "end": real}}
    assert f"file=net.ipynb,line={real}::net.ipynb:cell 2:line 7:27: KER202" in out("github")
    assert f"(line {real} of the file)" in out("junit")
    ((result,),) = (run["results"] for run in json.loads(out("sarif"))["runs"])
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": real}
    for form in ("full", "concise"):
        assert "net.ipynb:cell 2:line 7:27" in out(form)


def test_json_and_sarif_carry_the_fixes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "swapped.py", "--output-format", "json"]) == 1
    (row,) = json.loads(capsys.readouterr().out)
    fixes = [row["fix"], *row["other_fixes"]]
    assert [fix["applicability"] for fix in fixes] == ["safe", "unsafe"]
    assert main(["check", "swapped.py", "--output-format", "sarif"]) == 1
    ((result,),) = (run["results"] for run in json.loads(capsys.readouterr().out)["runs"])
    written = [
        [
            replacement["insertedContent"]["text"]
            for change in fix["artifactChanges"]
            for replacement in change["replacements"]
        ]
        for fix in result["fixes"]
    ]
    assert written == [[edit["content"] for edit in fix["edits"]] for fix in fixes]


def test_sarif_has_the_pages_of_the_rules_and_what_is_silenced(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["baseline", "swapped.py"]) == 0
    capsys.readouterr()
    assert main(["check", "--baseline", "keraslint-baseline.json", "--output-format", "sarif"]) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    pages = {rule["id"]: rule["help"]["markdown"] for rule in run["tool"]["driver"]["rules"]}
    assert pages["KER202"].startswith("# KER202 list-loss-for-dict-outputs")
    kinds = {
        row["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: row.get("suppressions")
        for row in run["results"]
    }
    assert kinds == {
        "net.ipynb": None,
        "quiet.py": [{"kind": "inSource", "justification": "so be it"}],
        "swapped.py": [{"kind": "external"}],
    }
    assert project.joinpath("keraslint-baseline.json").exists()


def test_junit_has_a_suite_for_each_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--output-format", "junit"]) == 1
    suites = ET.fromstring(capsys.readouterr().out)  # noqa: S314 (our own)
    assert {suite.attrib["name"]: suite.attrib["failures"] for suite in suites} == {
        "clean.py": "0",
        "net.ipynb": "1",
        "quiet.py": "0",
        "swapped.py": "1",
    }


def test_the_summary_of_a_step_is_added_to_what_is_there(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = project / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert main(["check", "--output-format", "json"]) == 1
    assert summary.read_text() == "before\n"
    assert main(["check", "--output-format", "github"]) == 1
    assert summary.read_text().startswith("before\n### keraslint: Found 2 errors in 4 files.\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project))
    capsys.readouterr()
    assert main(["check", "--output-format", "github"]) == 2
    out, err = capsys.readouterr()
    assert out.count("::error") == 2
    assert err == f"keraslint: {project}: cannot be written: is a directory\n"


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_not_judged_can_be_shown_in_every_format(
    form: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = SWAPPED.replace('{"z": z, "a": a}', "elsewhere(z, a)")
    (project / "unknown.py").write_text(f"from somewhere import elsewhere\n{unknown}")
    assert main(["check", "unknown.py", "--undecided", "--output-format", form]) == 0
    assert ("unknown.py" in capsys.readouterr().out) is (form != "gitlab")
