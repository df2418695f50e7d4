"""What a run loads: never a Keras, and libcst only where something was found.

The second half of each pair shows that the first can fail.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("jax", "keras", "numpy", "tensorflow", "tf_keras", "torch")
EXAMPLE = ROOT / "fixtures" / "example"

# Run in a process of its own: the command line, then which of the modules asked for were loaded.
PROGRAM = """
import json, sys
{before}
from keraslint.cli import main
status = main(sys.argv[1:])
loaded = sorted({{name.partition(".")[0] for name in sys.modules}} & {{{names}}})
print(json.dumps([status, loaded]), file=sys.stderr)
"""


def loaded(
    *arguments: str, names: tuple[str, ...], before: str = "", path: Path | None = None
) -> tuple[int, list[str]]:
    """The exit status of a command line, and which of the named modules it loaded."""
    program = PROGRAM.format(before=before, names=", ".join(map(repr, names)))
    places = [str(path)] if path else []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*places, str(ROOT)])}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    status, found = json.loads(done.stderr.splitlines()[-1])
    return status, found


@pytest.fixture
def stand_ins(tmp_path: Path) -> Path:
    """Empty modules with heavy names, so that loading them is possible everywhere."""
    for name in HEAVY:
        (tmp_path / f"{name}.py").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [["check", str(EXAMPLE)], ["show", str(EXAMPLE)], ["rules"], ["explain", "KER202"], ["--version"]],
)
def test_the_linter_loads_no_keras(command: list[str], stand_ins: Path) -> None:
    assert loaded(*command, names=HEAVY, path=stand_ins)[1] == []


def test_the_test_above_can_fail(stand_ins: Path) -> None:
    before = "import keras, numpy"
    assert loaded("--version", names=HEAVY, before=before, path=stand_ins)[1] == ["keras", "numpy"]


def test_a_clean_run_does_not_load_libcst(tmp_path: Path) -> None:
    program = tmp_path / "clean.py"
    program.write_text(
        "import keras\nmodel = keras.Sequential()\nmodel.compile('sgd', loss='mse')\nmodel.fit(x, y)\n"
    )
    assert loaded("check", str(program), names=("libcst",)) == (0, [])


def test_a_run_that_finds_something_does() -> None:
    assert loaded("check", "--no-cache", str(EXAMPLE), names=("libcst",)) == (1, ["libcst"])


@pytest.mark.parametrize("room", ["tree.py", "findings.py", "pairing"])
def test_the_foundation_needs_the_standard_library_alone(room: str) -> None:
    place = ROOT / "keraslint" / room
    for path in [place] if place.is_file() else place.rglob("*.py"):
        for name in imported(path.read_text(encoding="utf-8")):
            assert name in sys.stdlib_module_names or name == "keraslint", f"{path} imports {name}"


def imported(source: str) -> set[str]:
    """The packages that a module imports, wherever it does."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names
