"""The messages themselves: a server over stdio that answers for what is open.

The engine runs in one thread of its own, so that messages are read, and requests cancelled, while it judges.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from keraslint import __version__
from keraslint.findings import Safety
from keraslint.server import actions
from keraslint.server.diagnostics import by_sheet
from keraslint.server.hovering import hover
from keraslint.server.judging import Judge
from keraslint.server.opened import Abandoned, snapshot
from keraslint.server.places import Places
from keraslint.server.workspace import Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pygls.server import ServerErrors

    from keraslint.config import Options
    from keraslint.findings import Finding, Shown
    from keraslint.server.opened import Opened, Snapshot

T = TypeVar("T")
U = TypeVar("U")

PAUSE = 0.03
"""Seconds without a change after which diagnostics are pushed."""

REST = 2.0
"""Seconds without a job after which garbage is looked for, which can take as long as an answer."""

MAX_JOBS = 100
"""Jobs after which it is looked for at any rate."""

BREATH = 0.02
"""Seconds in which an answer is sent."""

WATCHED = ("**/*.py", "**/*.ipynb", "**/pyproject.toml", "**/keraslint.toml", "**/.keraslint.toml")
"""Files that findings in other files can depend on."""

FIX_ALL = "Make all safe fixes of keraslint"

CELLS = types.NotebookDocumentSyncOptions(
    [
        types.NotebookDocumentFilterWithNotebook(
            notebook=types.NotebookDocumentFilterNotebookType("jupyter-notebook"),
            cells=[types.NotebookCellLanguage("python"), types.NotebookCellLanguage("markdown")],
        )
    ],
    save=True,
)


class Server(LanguageServer):
    """What answers the messages of one client."""

    def __init__(self, options: Options) -> None:
        """Nothing is open yet."""
        super().__init__("keraslint", __version__, notebook_document_sync=CELLS, protocol_cls=Protocol)
        self.judge = Judge(options)
        self._thread = ThreadPoolExecutor(1, "keraslint")
        self._pushing: asyncio.Task[None] | None = None
        self._resting: asyncio.TimerHandle | None = None
        self._jobs = 0
        self._settled = False
        self._pushed: set[str] = set()
        self._said: set[str] = set()
        self.ended = False

    def report_server_error(self, error: Exception, source: ServerErrors) -> None:
        """Say in the log what went wrong with a message; the client goes on."""
        self.log(f"{source.__name__}: {error}")

    def log(self, message: str, kind: types.MessageType = types.MessageType.Error) -> None:
        """Write a message into the client's log."""
        self.window_log_message(types.LogMessageParams(kind, message))

    def snapshot(self) -> Snapshot:
        """What is open now."""
        return snapshot(self.workspace)

    def places(self, now: Snapshot) -> Places:
        """How the client counts in what is open."""
        return Places(now, self.workspace.position_codec)

    async def work(self, job: Callable[[Snapshot], T], now: Snapshot, otherwise: T) -> T:
        """Do a job in the engine's thread; a crash is logged. Cancelled, it is not begun, or soon left."""
        stop = Event()
        begun = asyncio.get_running_loop().run_in_executor(
            self._thread, self._contained, job, replace(now, stop=stop), otherwise
        )
        try:
            done, crash = await begun
        except asyncio.CancelledError:
            stop.set()
            raise
        if crash:
            self.log(f"a defect of keraslint\n{crash}")
        self._rest()
        return done

    def _rest(self) -> None:
        """Look for garbage in cycles once nobody waits: Python would do it during a job."""
        self._jobs += 1
        if self._resting is not None:
            self._resting.cancel()
        wait = REST if self._jobs < MAX_JOBS else BREATH
        self._resting = asyncio.get_running_loop().call_later(wait, self._collect)

    def _collect(self) -> None:
        self._jobs = 0
        self._thread.submit(self._collected)

    def _collected(self) -> None:
        """Find the garbage; what is there after the first jobs is mostly the program itself, and stays."""
        if self._settled:
            gc.collect()
        else:
            gc.freeze()
            self._settled = True

    @staticmethod
    def _contained(job: Callable[[Snapshot], T], now: Snapshot, otherwise: T) -> tuple[T, str]:
        try:
            return job(now), ""
        except Abandoned:
            return otherwise, ""
        except Exception:  # noqa: BLE001 (a defect of ours is a line in the log)
            return otherwise, traceback.format_exc()

    async def findings(self, opened: Opened, now: Snapshot) -> list[Finding]:
        """The findings in a file; what is wrong with its configuration is logged, once."""
        nothing: tuple[list[Finding], list[str]] = ([], [])
        found, complaints = await self.work(lambda at: self.judge.findings(opened, at), now, nothing)
        for line in complaints:
            if line not in self._said:
                self.log(line)
        self._said = set(complaints)
        return found

    @property
    def pulls(self) -> bool:
        """Whether the client asks for diagnostics itself; none are pushed then."""
        documents = self.client_capabilities.text_document
        return documents is not None and documents.diagnostic is not None

    def push(self) -> None:
        """Send diagnostics of everything open once nothing has changed for a while."""
        if self.pulls:
            return
        if self._pushing is not None:
            self._pushing.cancel()
        self._pushing = asyncio.get_running_loop().create_task(self._push())

    async def _push(self) -> None:
        await asyncio.sleep(PAUSE)
        now = self.snapshot()
        places = self.places(now)
        sheets = {sheet.uri: sheet for opened in now.files.values() for sheet in opened.sheets}
        for uri in self._pushed - set(sheets):
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
        self._pushed = set(sheets)
        for opened in now.files.values():
            found = by_sheet(opened, await self.findings(opened, now), places)
            for uri, items in found.items():
                self.text_document_publish_diagnostics(
                    types.PublishDiagnosticsParams(uri, items, sheets[uri].version)
                )

    def end(self) -> None:
        """The client says that it is about to leave."""
        self.ended = True

    async def pull(self, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        """The diagnostics of one document or cell."""
        now = self.snapshot()
        opened = now.at(params.text_document.uri)
        items: list[types.Diagnostic] = []
        if opened is not None:
            found = by_sheet(opened, await self.findings(opened, now), self.places(now))
            items = found.get(now.sheet(params.text_document.uri, opened).uri, [])
        state = hashlib.sha256(repr(items).encode(errors="surrogatepass")).hexdigest()
        if state == params.previous_result_id:
            return types.RelatedUnchangedDocumentDiagnosticReport(state)
        return types.RelatedFullDocumentDiagnosticReport(items, result_id=state)

    async def act(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """The quick fixes in a range, and what fixes all."""
        now = self.snapshot()
        opened = now.at(params.text_document.uri)
        if opened is None:
            return []
        places, only = self.places(now), params.context.only
        found = await self.findings(opened, now)
        made: list[types.CodeAction] = []
        if actions.wanted(types.CodeActionKind.QuickFix, only):
            sheet = now.sheet(params.text_document.uri, opened)
            made += actions.quick_fixes(found, sheet, params.range, places, versioned=self._versioned)
        kind = actions.NOTEBOOK_FIX_ALL if opened.notebook else actions.FIX_ALL
        safe = any(fix.safety is Safety.SAFE for finding in found for fix in finding.fixes)
        if safe and actions.wanted(kind, only) and (only or self._resolves):
            action = types.CodeAction(FIX_ALL, kind=kind, data=opened.uri)
            made.append(action if self._resolves else await self.resolve(action))
        return [one for one in made if one.edit is not None or one.data is not None]

    async def resolve(self, action: types.CodeAction) -> types.CodeAction:
        """An action with its edit: what fixes all is judged anew, which takes a while."""
        now = self.snapshot()
        opened = now.at(action.data) if isinstance(action.data, str) else None
        if opened is None:
            return action
        places = self.places(now)
        new = await self.work(lambda at: self.judge.fixed(opened, at), now, None)
        edits = actions.fix_all(opened, new, places)
        edit = actions.workspace_edit(edits, places, versioned=self._versioned)
        return types.CodeAction(action.title, kind=action.kind, edit=edit if edits else None)

    async def hover(self, params: types.HoverParams) -> types.Hover | None:
        """What is paired at the call under the cursor."""
        now = self.snapshot()
        opened = now.at(params.text_document.uri)
        if opened is None:
            return None
        nothing: list[Shown] = []
        shown = await self.work(lambda at: self.judge.shown(opened, at), now, nothing)
        sheet = now.sheet(params.text_document.uri, opened)
        return hover(opened, sheet, params.position, shown, self.places(now))

    @property
    def _resolves(self) -> bool:
        """Whether the client asks for the edit of an action once it is chosen."""
        documents = self.client_capabilities.text_document
        action = documents.code_action if documents else None
        return bool(action and action.resolve_support and "edit" in action.resolve_support.properties)

    @property
    def _versioned(self) -> bool:
        workspace = self.client_capabilities.workspace
        edit = workspace.workspace_edit if workspace else None
        return bool(edit and edit.document_changes)

    async def watch(self, _: types.InitializedParams) -> None:
        """Ask to be told when a file changes on the disk that findings can depend on."""
        workspace = self.client_capabilities.workspace
        able = workspace.did_change_watched_files if workspace else None
        if able is None or not able.dynamic_registration:
            return
        options = types.DidChangeWatchedFilesRegistrationOptions(
            [types.FileSystemWatcher(pattern) for pattern in WATCHED]
        )
        name = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        await self.client_register_capability_async(
            types.RegistrationParams([types.Registration("keraslint", name, options)])
        )

    def renew(self, params: types.DidChangeWatchedFilesParams) -> None:
        """Something changed on the disk: push, or tell the client to pull.

        A module that is newly there is one that nothing was read of, so that nothing that was has changed.
        """
        if any(change.type is not types.FileChangeType.Changed for change in params.changes):
            self._thread.submit(self.judge.forget)
        self.push()
        workspace = self.client_capabilities.workspace
        able = workspace.diagnostics if workspace else None
        if self.pulls and able is not None and able.refresh_support:
            self.workspace_diagnostic_refresh(None)


def made(options: Options) -> Server:
    """A server with its features."""
    server = Server(options)
    for name in (
        types.TEXT_DOCUMENT_DID_OPEN,
        types.TEXT_DOCUMENT_DID_CHANGE,
        types.TEXT_DOCUMENT_DID_SAVE,
        types.TEXT_DOCUMENT_DID_CLOSE,
        types.NOTEBOOK_DOCUMENT_DID_OPEN,
        types.NOTEBOOK_DOCUMENT_DID_CHANGE,
        types.NOTEBOOK_DOCUMENT_DID_SAVE,
        types.NOTEBOOK_DOCUMENT_DID_CLOSE,
    ):
        server.feature(name)(lambda _: server.push())
    server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(
        lambda params: server.renew(params)  # noqa: PLW0108 (pygls sets attributes on it)
    )
    server.feature(types.INITIALIZED)(_handler(server.watch))
    server.feature(types.SHUTDOWN)(lambda _: server.end())
    pulling = types.DiagnosticOptions(
        inter_file_dependencies=True, workspace_diagnostics=False, identifier="keraslint"
    )
    server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, pulling)(_handler(server.pull))
    acting = types.CodeActionOptions(list(actions.KINDS), resolve_provider=True)
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, acting)(_handler(server.act))
    server.feature(types.CODE_ACTION_RESOLVE)(_handler(server.resolve))
    server.feature(types.TEXT_DOCUMENT_HOVER)(_handler(server.hover))
    return server


def _handler(method: Callable[[T], Awaitable[U]]) -> Callable[[T], Awaitable[U]]:
    """A method as pygls takes it, which sets attributes on what handles a message."""

    async def handle(params: T) -> U:
        return await method(params)

    return handle


def serve(options: Options) -> int:
    """Answer over stdin and stdout until the client ends it; 1 where it leaves without a word.

    What anything else writes to stdout goes to stderr: it would be taken for a message.
    """
    gc.disable()  # see _rest
    server = made(options)
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as messages:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        server.start_io(stdout=messages)
    return int(not server.ended)
