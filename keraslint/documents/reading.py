"""Bytes enter, a Document leaves: coding lines, byte order marks and line ends are dealt with here."""

from __future__ import annotations

import io
import os
import stat
import tokenize
from typing import TYPE_CHECKING, TypeAlias

from keraslint.documents.model import Document, Failure
from keraslint.documents.notebook import read_notebook

if TYPE_CHECKING:
    from collections.abc import Callable

NOTEBOOK = ".ipynb"

Reader: TypeAlias = "Callable[[str], bytes | str]"
"""What gives the bytes of a file by its path, or one line saying why they cannot be had."""


def remembering(read: Reader, most: int) -> Reader:
    """A reader that reads a file once, as long as all that it holds is no more than ``most`` bytes."""
    held: dict[str, bytes] = {}
    room = most

    def once(path: str) -> bytes | str:
        nonlocal room
        if path in held:
            return held[path]
        data = read(path)
        if isinstance(data, bytes) and len(data) <= room:
            room -= len(data)
            held[path] = data
        return data

    return once


def read_bytes(path: str) -> bytes | str:
    """The bytes of a regular file, or one line saying why they, or the entries of a directory, cannot be had.

    Pipes and devices are refused before they are opened: reading them may never end.
    """
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            os.scandir(path).close()
        if not stat.S_ISREG(mode):
            return "not a regular file"
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        return (error.strerror or str(error)).lower()


def decode(path: str, data: bytes) -> Document | Failure:
    """Turn the bytes of one file into plain source; the name says whether it is a notebook."""
    return read_notebook(path, data) if path.endswith(NOTEBOOK) else decode_module(path, data)


def decode_module(path: str, data: bytes) -> Document | Failure:
    """Decode as Python does (PEP 263): byte order mark, then coding line, then UTF-8."""
    try:
        encoding, _ = tokenize.detect_encoding(_lines_of(data))
    except SyntaxError as error:
        return Failure(path, _undecodable_line(data), 1, str(error.msg or error))
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        reason = f"byte 0x{data[error.start]:02x} is not {encoding}; a coding line must name the encoding"
        return Failure(path, line, column, reason)
    except (LookupError, UnicodeError) as error:  # codecs that turn bytes into bytes, or text into nothing
        return Failure(path, 1, 1, f"the coding line names no encoding of source: {error}")
    newline = "\r\n" if "\r\n" in text else "\r" if "\r" in text and "\n" not in text else "\n"
    source = text.replace("\r\n", "\n").replace("\r", "\n")
    return Document(path, source, encoding=encoding, newline=newline)


def _lines_of(data: bytes) -> Callable[[], bytes]:
    return io.BytesIO(data).readline


def _undecodable_line(data: bytes) -> int:
    """``detect_encoding`` refuses the first or the second line; it does not say which."""
    try:
        data.split(b"\n", 1)[0].decode("utf-8")
    except UnicodeDecodeError:
        return 1
    first = data.split(b"\n", 1)[0]
    return 1 if b"coding" in first else 2
