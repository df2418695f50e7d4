"""Whatever the bytes: a document or a failure, never an error; every line of a notebook is accounted for."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings, strategies as st

from keraslint.documents import Document, Failure, decode
from keraslint.syntax.scout import Parsed, parse_document

LINES = st.sampled_from((
    "%time x = 1", "!ls (", "  !ls", "if a:", "    b = 1", "a = '''", "'''", "x = (", ")", "%%bash", "%%time",
    "f?", "a = !b", "!a \\", "", "  ", "é = 'ü'", "a \\", "# c", "\tx", "def f():", "    return 1", "ls -l",
    "a = 1\r", "\x0c", "\u2028",
))  # fmt: skip
PYTHON_BYTES = st.lists(
    st.sampled_from(
        (b"a = 1", b"\n", b"\r\n", b"\r", b"\0", b"\xef\xbb\xbf", b"# coding: latin-1", b"\xe9", b"'")
    )
).map(b"".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(("code", "python")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ("cells", "cell_type", "source", "input", "worksheets", "metadata", "language_info", "name")
            ),
            inner,
            max_size=4,
        )
    ),
)


def read(path: str, data: bytes) -> Document | Failure:
    """Decode, and parse what was decoded."""
    document = decode(path, data)
    if isinstance(document, Failure):
        assert document.line >= 1
        assert document.column >= 1
        assert "\n" not in document.reason
        return document
    assert isinstance(parse_document(document), (Parsed, Failure))
    return document


@given(st.binary() | PYTHON_BYTES)
@example(b"# coding: utf-7\n+ADw-")
@example(b"# coding: rot13\na")
@example(b"# coding: idna\n\xff")
@example(b"# coding: undefined\n")
@example(b"# coding: unicode_escape\n\\x")
@settings(max_examples=200, deadline=None)
def test_modules(data: bytes) -> None:
    document = read("x.py", data)
    if isinstance(document, Document):
        assert "\r" not in document.source


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=200, deadline=None)
def test_what_may_be_a_notebook(data: bytes) -> None:
    read("x.ipynb", data)


@given(st.lists(st.lists(LINES, max_size=6), max_size=4), st.booleans())
@settings(max_examples=300, deadline=None)
def test_notebooks(cells: list[list[str]], joined: bool) -> None:
    def source(lines: list[str]) -> Any:
        pieces = [line + "\n" for line in lines[:-1]] + lines[-1:]
        return "".join(pieces) if joined else pieces

    content = {"cells": [{"cell_type": "code", "source": source(cell)} for cell in cells]}
    data = json.dumps(content, indent=1)
    document = read("x.ipynb", data.encode())
    assert isinstance(document, Document)
    parsed = parse_document(document)
    assert isinstance(parsed, Parsed), "cells that Python reads make a module that Python reads"
    assert sum(len(cell.raw_lines) for cell in document.cells) == len(document.lines) - 1
    for cell in document.cells:
        assert all(1 <= line <= data.count("\n") + 1 for line in cell.raw_lines)
        assert document.cell_at(cell.first) == document.cell_at(cell.last) == cell
    assert {document.cell_at(failure.line) is not None for failure in document.failures} <= {True}
