"""The files that a run reads enter; on a terminal a line that counts them, once it takes long, leaves."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from keraslint.documents import read_bytes
from keraslint.reporters.terminal import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.documents import Reader

PATIENCE = 1.0
"""Seconds before anything is said."""

PAUSE = 0.1
"""Seconds between two lines."""

WIDTH = 60
CLEAR = "\r\033[2K"


@contextmanager
def counted() -> Iterator[Reader]:
    """What reads files, and says so on stderr where that is a terminal; nothing of it stays there."""
    if not sys.stderr.isatty():
        yield read_bytes
        return
    line = _Line()
    try:
        yield line.read
    finally:
        line.clear()


class _Line:
    """The line that counts."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._next = time.monotonic() + PATIENCE
        self._shown = False

    def read(self, path: str) -> bytes | str:
        """Read a file, and say which."""
        self._files.add(path)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + PAUSE
            self._shown = True
            text = escape(path)
            cut = text if len(text) <= WIDTH else f"...{text[3 - WIDTH :]}"
            sys.stderr.write(f"{CLEAR}keraslint: {len(self._files)} files, {cut}")
            sys.stderr.flush()
        return read_bytes(path)

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write(CLEAR)
            sys.stderr.flush()
