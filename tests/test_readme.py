"""The README is true: its output is printed, its table is made from the rules, its commands exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from keraslint.cli import main
from keraslint.config import KEYS
from keraslint.config.files import _toml
from keraslint.rules.__main__ import BEGIN, END, index

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
OUTPUT = re.compile(
    r"<!-- output of: keraslint (?P<command>[^\n]*) -->\n```(?:text|diff)\n(?P<text>.*?)```", re.DOTALL
)
COMMANDS = re.findall(r"^\$ (.*?)(?:\s+#.*)?$", README, re.MULTILINE)


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of the README are run where it stands."""
    monkeypatch.chdir(ROOT)


def test_the_output_is_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    matches = list(OUTPUT.finditer(README))
    assert matches
    for match in matches:
        assert main(shlex.split(match["command"])) == (0 if match["command"].startswith("show") else 1)
        assert match["text"] == capsys.readouterr().out


def test_the_table_is_made_from_the_rules() -> None:
    assert README.partition(BEGIN)[2].partition(END)[0] == index(), "run: python -m keraslint.rules index"


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("keraslint ")])
def test_commands_and_options_exist(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, verb, *arguments = shlex.split(command)
    assert main([verb, "--help"]) == 0
    known = capsys.readouterr().out
    assert all(argument in known for argument in arguments if argument.startswith("--"))


def test_the_configuration_is_accepted(tmp_path: Path) -> None:
    block = re.search(r"```toml\n(.*?)```", README, re.DOTALL)
    assert block
    table = _toml("README.md", block[1].encode())["tool"]["keraslint"]
    assert set(table) <= set(KEYS)
    (tmp_path / "pyproject.toml").write_text(block[1], encoding="utf-8")
    (tmp_path / "a.py").write_text("", encoding="utf-8")
    for command in ("baseline", "check"):
        assert main([command, str(tmp_path)]) == 0


def test_the_command_for_tests_is_the_one_that_is_run() -> None:
    command = next(command for command in COMMANDS if command.startswith("pytest"))
    last = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert last == command


def test_files_that_are_named_exist() -> None:
    for name in re.findall(r"\]\(([^)#:]+)\)|<!-- (fixtures/\S+) -->", README):
        assert (ROOT / "".join(name)).is_file(), name
