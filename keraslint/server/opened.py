"""What a client has open enters; files as they would be read leave, unsaved changes and cells included.

A snapshot is taken between two messages and never changes, so that it may be judged beside them.
"""

from __future__ import annotations

import json
import os
import re
import tokenize
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from threading import Event
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from keraslint.documents import NOTEBOOK, read_bytes

if TYPE_CHECKING:
    from pygls.workspace import Workspace

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
LINE_END = re.compile(r"\r\n|\r|\n")
UNNAMED = re.compile(r"[^\w.-]+")


def kept_lines(text: str) -> list[str]:
    """The lines with their ends; none after the last end."""
    return LINE.findall(text)


@dataclass(frozen=True)
class Sheet:
    """A text that the client holds: a document, or a cell; ``python`` says whether it is judged."""

    uri: str
    version: int | None
    text: str
    python: bool = True

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends."""
        return LINE_END.split(self.text)

    @property
    def newline(self) -> str:
        """What ends its lines."""
        found = LINE_END.search(self.text)
        return found[0] if found else "\n"


@dataclass(frozen=True)
class Opened:
    """A file with the sheets that hold it: one, or of a notebook (``uri``) one for each cell."""

    path: str
    uri: str
    sheets: tuple[Sheet, ...]
    notebook: bool = False

    @cached_property
    def data(self) -> bytes:
        """The file as it would be saved."""
        return _notebook(self.sheets) if self.notebook else _encoded(self.sheets[0].text)

    @property
    def raw(self) -> bool:
        """Whether it is a notebook that is open as JSON."""
        return self.path.endswith(NOTEBOOK) and not self.notebook


class Abandoned(BaseException):
    """What is judged is not wanted any more; no crash, so nothing on the way contains it."""


@dataclass(frozen=True)
class Snapshot:
    """The open files by their real paths; once ``stop`` is set nothing more is read."""

    files: dict[str, Opened]
    stop: Event = field(default_factory=Event)

    def read(self, path: str) -> bytes | str:
        """The bytes of a file, as it is open or as it is on the disk; raises Abandoned."""
        if self.stop.is_set():
            raise Abandoned
        opened = self.files.get(os.path.realpath(path))
        return read_bytes(path) if opened is None else opened.data

    def at(self, uri: str) -> Opened | None:
        """The open file that a document, a notebook or a cell belongs to."""
        return self._by_uri.get(unquote(uri))

    @staticmethod
    def sheet(uri: str, opened: Opened) -> Sheet:
        """The sheet of an open file with this address; an empty one where it is that of a notebook."""
        wanted = unquote(uri)
        empty = Sheet(uri, None, "", python=False)
        return next((one for one in opened.sheets if unquote(one.uri) == wanted), empty)

    @cached_property
    def _by_uri(self) -> dict[str, Opened]:
        own = {unquote(one.uri): one for one in self.files.values()}
        return own | {unquote(sheet.uri): one for one in self.files.values() for sheet in one.sheets}


def snapshot(workspace: Workspace) -> Snapshot:
    """What is open now; documents in other languages than Python are left out."""
    root = workspace.root_path or os.getcwd()
    files: dict[str, Opened] = {}
    cells: set[str] = set()
    for notebook in workspace.notebook_documents.values():
        sheets = tuple(_cell(cell, workspace) for cell in notebook.cells)
        cells |= {unquote(cell.document) for cell in notebook.cells}
        path = path_of(notebook.uri, root)
        path = path if path.endswith(NOTEBOOK) else path + NOTEBOOK
        files[os.path.realpath(path)] = Opened(path, notebook.uri, sheets, notebook=True)
    for key, text in workspace.text_documents.items():
        if key in cells or text.language_id not in {None, "", "python", "json", "jupyter"}:
            continue
        path = path_of(text.uri, root)
        if text.language_id in {"json", "jupyter"} and not path.endswith(NOTEBOOK):
            continue
        files.setdefault(
            os.path.realpath(path), Opened(path, text.uri, (Sheet(text.uri, text.version, text.source),))
        )
    return Snapshot(files)


def path_of(uri: str, root: str) -> str:
    """The path of a document; one that is not saved anywhere gets one in the root."""
    path = to_fs_path(uri) if uri.startswith("file:") else None
    if path:
        return path
    return os.path.join(root, UNNAMED.sub("-", unquote(uri).rpartition(":")[2]).strip("-") or "unnamed")


def uri_of(path: str) -> str:
    """The address of a file on the disk."""
    absolute = os.path.abspath(path)
    return from_fs_path(absolute) or absolute


def _cell(cell: types.NotebookCell, workspace: Workspace) -> Sheet:
    text = workspace.text_documents.get(unquote(cell.document))
    if text is None:
        return Sheet(cell.document, None, "", python=False)
    python = cell.kind == types.NotebookCellKind.Code and text.language_id in {None, "", "python"}
    return Sheet(text.uri, text.version, text.source, python)


def _notebook(sheets: tuple[Sheet, ...]) -> bytes:
    cells = [{"cell_type": "code" if one.python else "raw", "source": one.text} for one in sheets]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _encoded(text: str) -> bytes:
    """The text in the encoding that its coding line names, as it will be read."""
    data = text.encode("utf-8", "surrogatepass")
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
        return data if encoding.startswith("utf-8") else text.encode(encoding)
    except (SyntaxError, LookupError, UnicodeError):
        return data
