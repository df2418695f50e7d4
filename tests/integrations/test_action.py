"""The action for GitHub: its steps, run by bash as the runner would run them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import CLEAN, SWAPPED

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).resolve().parent.parent.parent
ACTION = yaml.safe_load((ROOT / ".github" / "action.yml").read_text(encoding="utf-8"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("bash") is None, reason="the steps are for bash"),
]


def run(
    step: dict[str, Any], inputs: dict[str, str], project: Path, temp: Path
) -> subprocess.CompletedProcess[str]:
    """Run one step; expressions name inputs alone."""
    values = {name: inputs.get(name, given["default"]) for name, given in ACTION["inputs"].items()}
    expressions = {f"${{{{ inputs.{name} }}}}": value for name, value in values.items()}
    environment = {name: expressions[text] for name, text in step.get("env", {}).items()}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=project,
        env={
            **{key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
            "RUNNER_TEMP": str(temp),
            "GITHUB_ACTION_PATH": str(ROOT / ".github"),
            "GITHUB_STEP_SUMMARY": str(temp / "summary.md"),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_steps(tmp_path: Path) -> None:
    project, temp = tmp_path / "a project", tmp_path / "temp"
    (project / "src").mkdir(parents=True)
    temp.mkdir()
    (project / "src" / "swapped.py").write_text(SWAPPED)
    (project / "clean.py").write_text(CLEAN)
    install, write, check = ACTION["runs"]["steps"]
    done = run(install, {}, project, temp)
    assert done.returncode == 0, done.stderr

    done = run(write, {"sarif-file": "a b.sarif"}, project, temp)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads((project / "a b.sarif").read_text())["runs"][0]["results"]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "src/swapped.py"

    done = run(check, {}, project, temp)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("::error title=keraslint (KER202),file=src/swapped.py,line=7,")
    assert "KER202" in (temp / "summary.md").read_text()
    assert run(check, {"paths": "clean.py"}, project, temp).returncode == 0
    assert run(check, {"args": "--ignore KER202 --isolated"}, project, temp).returncode == 0
    assert run(check, {"paths": "; echo owned"}, project, temp).returncode == 2
