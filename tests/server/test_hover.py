"""Hovering over a training call shows what is paired there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keraslint.cli import main
from tests.cli.conftest import SWAPPED

if TYPE_CHECKING:
    from tests.server.client import Client

TRAINED = SWAPPED + 'model.fit(x, {"z": y, "a": y})\n'
LINES = TRAINED.splitlines()


@pytest.mark.parametrize("call", ["compile", "fit"])
def test_a_call_shows_the_picture_that_the_command_draws(
    call: str, pulling: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    uri = pulling.open("hover.py", TRAINED)
    (pulling.root / "shown.py").write_text(TRAINED)
    line = next(at for at, text in enumerate(LINES) if f"model.{call}" in text)
    shown = pulling.hover(uri, line, LINES[line].index(call))
    monkeypatch.chdir(pulling.root)
    assert main(["show", "shown.py"]) == 0
    drawn = shown.partition("```text\n")[2].partition("\n```")[0]
    assert len(drawn.splitlines()) > 4
    assert drawn in capsys.readouterr().out


def test_there_is_none_elsewhere(pulling: Client) -> None:
    uri = pulling.open("elsewhere.py", TRAINED)
    assert not pulling.hover(uri, 0, 3)
    assert not pulling.hover(uri, 5000, 5000)
    assert not pulling.hover("file:///not/open.py", 0, 0)
