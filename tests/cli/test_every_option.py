"""Every option of every command is used by a test of the command line."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from keraslint.cli.commands import keraslint

TESTS = Path(__file__).resolve().parent.parent
TEXT = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted(TESTS.rglob("*.py"))
    if path != Path(__file__).resolve() and "main([" in path.read_text(encoding="utf-8")
)
OPTIONS = sorted(
    (name, option)
    for name, command in keraslint.commands.items()
    for parameter in command.params
    if isinstance(parameter, click.Option)
    for option in (*parameter.opts, *parameter.secondary_opts)
    if option.startswith("--")
)


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_an_option_is_tested(command: str, option: str) -> None:
    assert f'"{option}"' in TEXT, f"no test runs keraslint {command} {option}"


def test_there_are_options() -> None:
    assert {command for command, _ in OPTIONS} >= {"baseline", "check", "fix", "rules", "show"}
