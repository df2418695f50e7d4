"""``check --add-ignore``: a comment for each finding, on a line where it silences, and no other change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from keraslint.cli import main
from tests.cli.conftest import SWAPPED

if TYPE_CHECKING:
    from pathlib import Path

CALL = 'model.compile("sgd", loss=["mse", "mae"])'


def added(project: Path, source: str) -> str:
    """The program with the comments that are added; it is then clean."""
    path = project / "one.py"
    path.write_bytes(source.encode())
    assert main(["check", "one.py", "--add-ignore"]) == 0
    assert main(["check", "one.py"]) == 0
    return path.read_bytes().decode()


@pytest.mark.parametrize(
    ("call", "silenced"),
    [
        (CALL, f"{CALL}  # keraslint: ignore[KER202]"),
        (f"{CALL}  # a comment", f"{CALL}  # a comment  # keraslint: ignore[KER202]"),
        (f"{CALL}  # noqa: E501", f"{CALL}  # noqa: E501  # keraslint: ignore[KER202]"),
        (
            f"{CALL}  # keraslint: ignore[KER002] why",
            f"{CALL}  # keraslint: ignore[KER002, KER202] why",
        ),
        (f"{CALL}  # keraslint: ignore[] why", f"{CALL}  # keraslint: ignore[KER202] why"),
        (f"{CALL}\r", f"{CALL}  # keraslint: ignore[KER202]\r"),
        (
            'model.compile("sgd", loss=["mse", \\\n  "mae"])',
            'model.compile("sgd", loss=["mse", \\\n  "mae"])  # keraslint: ignore[KER202]',
        ),
        (
            'model.compile("sgd", loss=[\n  "mse",\n  "mae",\n])',
            'model.compile("sgd", loss=[  # keraslint: ignore[KER202]\n  "mse",\n  "mae",\n])',
        ),
    ],
)
def test_a_comment_is_added_where_it_can_stand(
    call: str, silenced: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = added(project, SWAPPED.replace(CALL, call))
    assert silenced in text
    assert text.replace(silenced, call) == SWAPPED.replace(CALL, call)
    assert capsys.readouterr().out.startswith("Silenced 1 finding in 1 file.\n")


def test_what_is_found_in_several_files_is_silenced_and_the_rest_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = [{"cell_type": "code", "source": [f"  {line}" for line in SWAPPED.splitlines(keepends=True)]}]
    (project / "net.ipynb").write_text(json.dumps({"cells": cells}, indent=1))
    assert main(["check", "--add-ignore"]) == 1
    out, err = capsys.readouterr()
    assert out == "Silenced 2 findings in 2 files.\n"
    assert err.startswith("keraslint: broken.py:2:1: not silenced: KER001")
    assert main(["check", "--select", "KER2"]) == 0
    ((cell,),) = (json.loads((project / "net.ipynb").read_text())["cells"],)
    assert cell["source"][-1] == f"  {CALL}  # keraslint: ignore[KER202]\n"
    before = (project / "swapped.py").read_bytes()
    assert main(["check", "--add-ignore"]) == 1
    assert (project / "swapped.py").read_bytes() == before


def test_only_what_is_selected_and_not_known_is_silenced(project: Path) -> None:
    before = (project / "swapped.py").read_bytes()
    assert main(["check", "--add-ignore", "swapped.py", "--select", "KER1"]) == 0
    assert main(["baseline", "swapped.py"]) == 0
    assert main(["check", "--add-ignore", "swapped.py", "--baseline", "keraslint-baseline.json"]) == 0
    assert (project / "swapped.py").read_bytes() == before


@pytest.mark.usefixtures("project")
def test_misuse_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["-"], ["nothing.py"], ["--select", "KER9999"]):
        assert main(["check", "--add-ignore", *arguments]) == 2
        assert capsys.readouterr().err.count("\n") == 1
