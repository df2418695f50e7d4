"""The hooks, run by the real pre-commit, which installs keraslint from a repository made of this checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import CLEAN, SWAPPED

ROOT = Path(__file__).resolve().parent.parent.parent
SHIPPED = ("keraslint", "rules", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
CONFIG = """\
repos:
  - repo: {repository}
    rev: {revision}
    hooks:
      - id: {hook}
"""
WHO = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("git") is None, reason="pre-commit needs git"),
]


def git(folder: Path, *arguments: str) -> str:
    """What git says."""
    command = ["git", *WHO, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def committed(folder: Path) -> str:
    """Make a repository of a folder; the revision."""
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "all")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def keraslint(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository of what is shipped, and its revision."""
    pytest.importorskip("pre_commit")
    folder = tmp_path_factory.mktemp("keraslint")
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder, committed(folder)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit installs what it runs."""
    return tmp_path_factory.mktemp("cache")


def run(
    hook: str, keraslint: tuple[Path, str], cache: Path, project: Path
) -> subprocess.CompletedProcess[str]:
    """Run one hook on every file of the project."""
    repository, revision = keraslint
    config = CONFIG.format(repository=repository, revision=revision, hook=hook)
    (project / ".pre-commit-config.yaml").write_text(config)
    git(project, "add", "-A")
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PYTHONPATH"))
    }
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose"],
        cwd=project,
        env={**environment, "PRE_COMMIT_HOME": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_hooks(keraslint: tuple[Path, str], cache: Path, tmp_path: Path) -> None:
    project = tmp_path
    cells = [{"cell_type": "code", "source": SWAPPED.splitlines(keepends=True)}]
    (project / "net.ipynb").write_text(json.dumps({"cells": cells}, indent=1))
    (project / "swapped.py").write_text(SWAPPED)
    (project / "clean.py").write_text(CLEAN)
    (project / "notes.txt").write_text("model.compile(")
    (project / "generated").mkdir()
    (project / "generated" / "swapped.py").write_text(SWAPPED)
    (project / "keraslint.toml").write_text("extend-exclude = ['generated']\noutput-format = 'concise'")
    committed(project)

    done = run("keraslint", keraslint, cache, project)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "swapped.py:7:27: KER202" in done.stdout
    assert "net.ipynb:cell 1:line 7:27: KER202" in done.stdout
    assert "generated" not in done.stdout
    assert "Found 2 errors in 3 files." in done.stdout

    done = run("keraslint-fix", keraslint, cache, project)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "files were modified by this hook" in done.stdout
    assert '{"a": "mse", "z": "mae"}' in (project / "swapped.py").read_text()
    assert (project / "generated" / "swapped.py").read_text() == SWAPPED
    assert json.loads((project / "net.ipynb").read_text())["cells"][0]["source"][:6] == cells[0]["source"][:6]

    for hook in ("keraslint-fix", "keraslint"):
        done = run(hook, keraslint, cache, project)
        assert done.returncode == 0, done.stdout + done.stderr
