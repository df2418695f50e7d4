"""Whatever a client sends, the server goes on; what goes wrong in it is a line in the log."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from lsprotocol import types

from keraslint.cli import main
from keraslint.config import Options
from keraslint.server.judging import Judge
from keraslint.server.opened import Abandoned, Opened, Sheet, Snapshot
from keraslint.server.serving import Server
from tests.cli.conftest import SWAPPED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.client import Client

NOWHERE = types.Position(4_000_000, 4_000_000)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"\xff\xfe",
        b'"text"',
        b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": 7}}',
        b'{"jsonrpc": "2.0", "method": "textDocument/didOpen"}',
        b'{"jsonrpc": "2.0", "id": 4711, "method": "textDocument/hover", "params": {"position": "here"}}',
        b'{"jsonrpc": "2.0", "id": 4712, "method": "no/such", "params": {}}',
        b'{"jsonrpc": "2.0", "id": 4713, "result": null}',
        b'{"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 4714}}',
    ],
)
def test_messages_that_are_none_do_no_harm(body: bytes, pulling: Client) -> None:
    pulling.send(body)
    uri = pulling.open(f"after{len(body)}.py", SWAPPED)
    assert pulling.codes(uri) == ["KER202"]


def test_documents_that_are_not_open_do_no_harm(pulling: Client) -> None:
    uri = "file:///never/opened.py"
    pulling.change(uri, types.TextDocumentContentChangeWholeDocument("x"))
    pulling.close(uri)
    assert pulling.codes(uri) == []
    assert pulling.actions(uri, types.Range(NOWHERE, NOWHERE)) == []
    assert not pulling.hover(uri, 0, 0)


def test_positions_outside_of_the_text_do_no_harm(pulling: Client) -> None:
    uri = pulling.open("outside.py", SWAPPED)
    assert pulling.actions(uri, types.Range(NOWHERE, NOWHERE), "quickfix") == []
    behind = types.TextDocumentContentChangePartial(types.Range(NOWHERE, NOWHERE), "\n# more\n")
    pulling.change(uri, behind)
    assert pulling.codes(uri) == ["KER202"]


@pytest.mark.parametrize(
    "text", ["", "\ufeff", "\0", "\ud83d", "# coding: latin-1\ns = '\xe9\u20ac'\n", "(" * 500]
)
def test_any_text_is_read(text: str, pulling: Client) -> None:
    uri = pulling.open(f"text{len(text)}.py", text)
    assert set(pulling.codes(uri)) <= {"KER001"}


def test_a_crash_of_the_engine_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(Options())
    said: list[str] = []
    monkeypatch.setattr(server, "log", said.append)

    def crash(_: Snapshot) -> int:
        raise ZeroDivisionError

    assert asyncio.run(server.work(crash, Snapshot({}), 7)) == 7
    assert "ZeroDivisionError" in said[0]


def test_a_request_is_cancelled(pulling: Client) -> None:
    text = SWAPPED * 300
    uri = pulling.open("long.py", text)
    params: dict[str, Any] = {"textDocument": {"uri": uri}}
    for number in (9001, 9002):
        request = {"jsonrpc": "2.0", "id": number, "method": "textDocument/diagnostic", "params": params}
        pulling.send(json.dumps(request).encode())
    cancel = {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 9002}}
    pulling.send(json.dumps(cancel).encode())
    assert pulling.answered(9002)["error"]["code"] == -32800
    assert "result" in pulling.answered(9001)


def test_what_is_not_wanted_any_more_reads_nothing(tmp_path: Path) -> None:
    opened = Opened(str(tmp_path / "a.py"), "file:///a.py", (Sheet("file:///a.py", 1, SWAPPED),))
    now = Snapshot({opened.path: opened})
    now.stop.set()
    with pytest.raises(Abandoned):
        Judge(Options()).findings(opened, now)


def test_without_the_extra_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith("keraslint.server")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lsprotocol", None)
    assert main(["server"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "pip install 'keraslint[server]'" in said


def test_bad_options_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["server", "--select", "KER999"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_client_that_vanishes_ends_the_server(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "keraslint", "server"],
        input=b"Content-Length: 90\r\n\r\n",
        capture_output=True,
        cwd=tmp_path,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"Traceback" not in done.stderr
