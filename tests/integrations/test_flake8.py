"""keraslint as a plugin of the real flake8."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tests.cli.conftest import CLEAN, SWAPPED

pytest.importorskip("flake8")

ROOT = Path(__file__).resolve().parent.parent.parent
ENTRY = "keraslint.flake8_plugin:Plugin"
LOCAL = f"[flake8:local-plugins]\nextension =\n    KER = {ENTRY}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that flake8 reads, with the plugin where it is not installed."""
    installed = any(one.value == ENTRY for one in entry_points(group="flake8.extension"))
    (tmp_path / ".flake8").write_text("[flake8]\nselect = KER\n" + ("" if installed else LOCAL))
    (tmp_path / "swapped.py").write_text(SWAPPED)
    (tmp_path / "clean.py").write_text(CLEAN)
    return tmp_path


def flake8(project: Path, *arguments: str, source: str | None = None) -> tuple[int, str]:
    """The exit status of flake8 and what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "flake8", *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return done.returncode, done.stdout


def test_findings_are_reported_under_the_prefix(project: Path) -> None:
    status, out = flake8(project)
    assert status == 1
    assert re.fullmatch(r"\./swapped\.py:7:27: KER202 Keras gives these losses to .*\n", out)
    assert flake8(project, "-", source=SWAPPED)[1].startswith("stdin:7:27: KER202")


@pytest.mark.parametrize("comment", ["# noqa: KER202", "# noqa", "# keraslint: ignore[KER202]"])
def test_comments_silence(project: Path, comment: str) -> None:
    (project / "swapped.py").write_text(SWAPPED.replace('"mae"])', f'"mae"])  {comment}'))
    assert flake8(project) == (0, "")


def test_the_configurations_of_both_are_obeyed(project: Path) -> None:
    assert flake8(project, "--extend-ignore", "KER2") == (0, "")
    (project / "keraslint.toml").write_text("ignore = ['KER202']")
    assert flake8(project) == (0, "")


def test_the_plugin_is_declared() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'[project.entry-points."flake8.extension"]\nKER = "{ENTRY}"\n' in text
