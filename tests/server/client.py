"""A client for tests: pygls' own, over the stdin and stdout of a real ``keraslint server``.

It lives in a thread, so that tests read as a sequence; whatever the server sends is kept.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

PATIENCE = 60
"""Seconds after which an answer is missing."""

RAW = range(4000, 10_000)
"""Numbers of requests that tests send as bytes; pygls gives its own other names."""


class Client:
    """A session with a server in the directory ``root``."""

    def __init__(self, root: Path, capabilities: types.ClientCapabilities, *options: str) -> None:
        """Start the server and shake hands."""
        self.root = root
        self.published: dict[str, list[types.PublishDiagnosticsParams]] = defaultdict(list)
        self.log: list[str] = []
        self.answers: dict[Any, dict[str, Any]] = {}
        self._heard = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.lsp = LanguageClient("tests", "1")
        self.lsp.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(partial(self._on_published))
        self.asked: list[str] = []
        for name in (types.CLIENT_REGISTER_CAPABILITY, types.WORKSPACE_DIAGNOSTIC_REFRESH):
            self.lsp.feature(name)(partial(self._on_asked, name))
        self.lsp.feature(types.WINDOW_LOG_MESSAGE)(partial(self._on_log))
        self._keep_answers()
        self._run(self.lsp.start_io(sys.executable, "-m", "keraslint", "server", *options, cwd=str(root)))
        self.initialized: types.InitializeResult = self.ask(
            types.INITIALIZE, types.InitializeParams(capabilities, root_uri=root.as_uri())
        )
        self.tell(types.INITIALIZED, types.InitializedParams())
        self.version = 0

    def ask(self, method: str, params: Any) -> Any:
        """Send a request and wait for its answer."""

        async def answer() -> Any:
            return await self.lsp.protocol.send_request_async(method, params)

        return self._run(answer())

    def tell(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._loop.call_soon_threadsafe(self.lsp.protocol.notify, method, params)

    def send(self, body: bytes) -> None:
        """Send bytes as the body of a message, whatever they are."""
        writer = self.lsp._server.stdin  # type: ignore[union-attr]
        assert writer is not None
        self._loop.call_soon_threadsafe(writer.write, b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def open(self, name: str, text: str, uri: str | None = None) -> str:
        """Open a document that need not be on the disk; its address."""
        uri = uri or (self.root / name).as_uri()
        document = types.TextDocumentItem(uri, "python", 1, text)
        self.tell(types.TEXT_DOCUMENT_DID_OPEN, types.DidOpenTextDocumentParams(document))
        return uri

    def change(self, uri: str, change: types.TextDocumentContentChangeEvent) -> int:
        """Change a document; its new version."""
        self.version += 10
        identifier = types.VersionedTextDocumentIdentifier(self.version, uri)
        params = types.DidChangeTextDocumentParams(identifier, [change])
        self.tell(types.TEXT_DOCUMENT_DID_CHANGE, params)
        return self.version

    def close(self, uri: str) -> None:
        """Close a document."""
        params = types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
        self.tell(types.TEXT_DOCUMENT_DID_CLOSE, params)

    def pull(self, uri: str, previous: str | None = None) -> Any:
        """Ask for the diagnostics of a document."""
        params = types.DocumentDiagnosticParams(
            types.TextDocumentIdentifier(uri), previous_result_id=previous
        )
        return self.ask(types.TEXT_DOCUMENT_DIAGNOSTIC, params)

    def codes(self, uri: str) -> list[str]:
        """The codes of the diagnostics of a document."""
        return [one.code for one in self.pull(uri).items]

    def pushed(self, uri: str, version: int | None) -> list[types.Diagnostic]:
        """Wait for the diagnostics of this version of a document."""
        found = self._wait(lambda: [one for one in self.published[uri] if one.version == version])
        return list(found[-1].diagnostics)

    def answered(self, number: int) -> dict[str, Any]:
        """Wait for the answer to a request that was sent as bytes."""
        self._wait(lambda: [self.answers[number]] if number in self.answers else [])
        return self.answers[number]

    def was_asked(self, method: str) -> bool:
        """Wait for a request of the server."""
        return bool(self._wait(lambda: [one for one in self.asked if one == method]))

    def logged(self, text: str) -> str:
        """Wait for a line of the log with this text in it."""
        return str(self._wait(lambda: [line for line in self.log if text in line])[-1])

    def actions(self, uri: str, span: types.Range, *only: str) -> list[types.CodeAction]:
        """Ask for code actions in a range."""
        context = types.CodeActionContext([], only=list(only) or None)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), span, context)
        return list(self.ask(types.TEXT_DOCUMENT_CODE_ACTION, params))

    def hover(self, uri: str, line: int, character: int) -> str:
        """Ask what is shown over a position; nothing is an empty string."""
        position = types.Position(line, character)
        found = self.ask(
            types.TEXT_DOCUMENT_HOVER, types.HoverParams(types.TextDocumentIdentifier(uri), position)
        )
        return "" if found is None else str(found.contents.value)

    def end(self) -> int | None:
        """Shut the server down; its exit status."""
        self.ask(types.SHUTDOWN, None)
        self.tell(types.EXIT, None)
        process = self.lsp._server
        assert process is not None
        status = asyncio.run_coroutine_threadsafe(process.wait(), self._loop).result(PATIENCE)
        self._run(self.lsp.stop())  # type: ignore[no-untyped-call]
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        return status

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def _wait(self, found: Callable[[], list[Any]]) -> list[Any]:
        with self._heard:
            assert self._heard.wait_for(found, PATIENCE), f"not heard; the log has {self.log}"
            return found()

    def _keep_answers(self) -> None:
        """Keep what answers requests that pygls did not send, before it looks at it."""
        protocol = self.lsp.protocol
        structure = protocol.structure_message

        def keep(message: dict[str, Any]) -> Any:
            if "jsonrpc" in message and message.get("id", 0) in RAW:
                with self._heard:
                    self.answers[message["id"]] = message
                    self._heard.notify_all()
                return None
            return structure(message)

        protocol.structure_message = keep  # type: ignore[method-assign,assignment]

    def _on_asked(self, method: str, _: Any) -> None:
        with self._heard:
            self.asked.append(method)
            self._heard.notify_all()

    def _on_published(self, params: types.PublishDiagnosticsParams) -> None:
        with self._heard:
            self.published[params.uri].append(params)
            self._heard.notify_all()

    def _on_log(self, params: types.LogMessageParams) -> None:
        with self._heard:
            self.log.append(params.message)
            self._heard.notify_all()
