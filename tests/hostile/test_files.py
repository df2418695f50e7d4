"""Hostile files through the real command, with little memory and time: the right codes, and no traceback."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.programs import NOTEBOOKS, PROGRAMS

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 2 << 30
SECONDS = 300
FORMATS = ("full", "concise", "json", "json-lines", "github", "gitlab", "sarif", "junit", "html")
# What a terminal or a reader would obey instead of show.
OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def limited() -> None:
    """In the child: so much memory and processor time, and no more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def command(*arguments: str, inside: Path) -> subprocess.CompletedProcess[str]:
    """Run keraslint as a user does."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "keraslint", *arguments],
        cwd=inside,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        preexec_fn=limited,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All hostile files in one place."""
    made = tmp_path_factory.mktemp("hostile")
    for suffix, files in ((".py", PROGRAMS), (".ipynb", NOTEBOOKS)):
        for name, hostile in files.items():
            (made / f"{name}{suffix}").write_bytes(hostile.content)
    return made


@pytest.fixture(scope="module")
def rows(folder: Path) -> dict[str, set[str]]:
    """The codes that are found in each file."""
    done = command("check", "--select", "ALL", "--output-format", "json", ".", inside=folder)
    assert not done.stderr
    assert done.returncode == 1
    found: dict[str, set[str]] = {}
    for row in json.loads(done.stdout):
        found.setdefault(Path(row["filename"]).name, set()).add(row["code"])
    return found


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program(name: str, rows: dict[str, set[str]]) -> None:
    assert rows.get(f"{name}.py", set()) == PROGRAMS[name].codes


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook(name: str, rows: dict[str, set[str]]) -> None:
    assert rows.get(f"{name}.ipynb", set()) == NOTEBOOKS[name].codes


NAMES = ("terminal escapes", "other directions", "markup", "line breaks", "quotes")


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outputs, and a file, whose names are not what they seem."""
    made = tmp_path_factory.mktemp("named")
    for name in NAMES:
        (made / f"{name}.py").write_bytes(PROGRAMS[name].content)
    (made / "a\n::error::b\x1b[2J<i>.py").write_bytes(PROGRAMS["markup"].content)
    return made


@pytest.mark.parametrize("form", FORMATS)
def test_names_are_shown_and_not_obeyed(form: str, named: Path) -> None:
    done = command("check", "--output-format", form, ".", inside=named)
    assert done.returncode == 1
    assert not done.stderr
    assert OBEYED.findall(done.stdout) == []
    assert "<script>alert" not in done.stdout or form not in {"html", "junit"}
    if form == "github":
        assert not re.search(r"^::error::", done.stdout, re.MULTILINE)
    if form == "concise":
        assert done.stdout.count(": KER202 ") == sum(".py:" in line for line in done.stdout.splitlines())


def test_a_picture_shows_them_too(named: Path) -> None:
    done = command("show", ".", inside=named)
    assert not done.stderr
    assert "<script>" in done.stdout
    assert OBEYED.findall(done.stdout) == []


def test_what_is_said_of_fixes_shows_them_too(named: Path) -> None:
    """The diff itself is for ``patch``, and written out on a terminal alone."""
    done = command("fix", ".", inside=named)
    assert "<script>" in done.stderr
    assert OBEYED.findall(done.stderr) == []


def test_machines_get_the_names_as_they_are(named: Path) -> None:
    done = command("check", "--output-format", "json", ".", inside=named)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert {Path(row["filename"]).name for row in found} == {path.name for path in named.iterdir()}
