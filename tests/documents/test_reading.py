"""Bytes of every kind: what source they give, or which line is to blame."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from keraslint.documents import Document, Failure, decode, decode_module, read_bytes
from keraslint.documents.grammar import Flaw, parse

if TYPE_CHECKING:
    from pathlib import Path

READABLE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", ""),
    "plain": (b"a = 1\n", "a = 1\n"),
    "byte order mark": (b"\xef\xbb\xbfa = 1\n", "a = 1\n"),
    "carriage returns": (b"a = 1\r\nb = 2\r\n", "a = 1\nb = 2\n"),
    "old Mac": (b"a = 1\rb = 2\r", "a = 1\nb = 2\n"),
    "coding line": (b"# -*- coding: latin-1 -*-\na = '\xe9'\n", "# -*- coding: latin-1 -*-\na = 'é'\n"),
    "coding on line 2": (b"#!/usr/bin/env python\n# coding: cp1252\na = '\x80'\n", "a = '€'\n"),
    "form feed": (b"a = 1\n\x0cb = 2\n", "a = 1\n\x0cb = 2\n"),
    "unicode": ("a = 'Ж'\n".encode(), "a = 'Ж'\n"),
}

UNREADABLE: dict[str, tuple[bytes, int, str]] = {
    "latin-1 without coding line": (b"a = 1\nb = '\xe9'\n", 2, "0xe9 is not utf-8"),
    "unknown coding": (b"# coding: klingon\n", 1, "unknown encoding"),
    "mark against coding line": (b"\xef\xbb\xbf# coding: latin-1\n", 1, "encoding problem"),
    "bytes on the first line": (b"\xff\xfe\x00a\n", 1, "invalid or missing encoding"),
    "UTF-16": ("a = 1\n".encode("utf-16"), 1, "invalid or missing encoding"),
}

UNPARSABLE: dict[str, tuple[str, int, str]] = {
    "print statement": ("a = 1\nprint 'x'\n", 2, "looks like Python 2"),
    "except comma": ("try:\n    pass\nexcept A, e:\n    pass\n", 3, "looks like Python 2"),
    "backticks": ("a = `b`\n", 1, "looks like Python 2"),
    "unequal": ("if a <> b:\n    pass\n", 1, "looks like Python 2"),
    "octal": ("a = 0777\n", 1, "looks like Python 2"),
    "raise comma": ("raise E, 'x'\n", 1, "looks like Python 2"),
    "tabs and spaces": ("if a:\n\tb\n        c\n", 3, "inconsistent use of tabs"),
    "indentation": ("if a:\nb\n", 2, "expected an indented block"),
    "NUL": ("a = 1\nb = 2\0\n", 2, "NUL byte"),
    "open bracket": ("a = (\n", 1, "was never closed"),
    "cut string": ("a = '''\n", 1, "unterminated triple-quoted"),
    "conflict": ("<<<<<<< HEAD\na = 1\n", 1, "invalid syntax"),
    "too deep": ("(" * 5000 + ")" * 5000, 1, "nested"),
    "deep operators": ("-" * 100_000 + "1\n", 1, "nested too deeply"),
    "surrogate": ("a = '\udcff'\n", 1, "surrogates not allowed"),
}


@pytest.mark.parametrize("case", READABLE)
def test_source_is_plain(case: str) -> None:
    data, expected = READABLE[case]
    document = decode_module("x.py", data)
    assert isinstance(document, Document)
    assert document.source.endswith(expected)
    assert "\r" not in document.source


@pytest.mark.parametrize("case", UNREADABLE)
def test_undecodable_bytes_have_a_line_and_a_reason(case: str) -> None:
    data, line, reason = UNREADABLE[case]
    failure = decode_module("x.py", data)
    assert isinstance(failure, Failure)
    assert failure.line == line
    assert reason in failure.reason
    assert "\n" not in failure.reason


@pytest.mark.parametrize("case", UNPARSABLE)
def test_unparsable_source_has_a_line_and_a_reason(case: str) -> None:
    source, line, reason = UNPARSABLE[case]
    flaw = parse(source)
    assert isinstance(flaw, Flaw)
    assert flaw.line == line
    assert reason in flaw.reason
    assert "\n" not in flaw.reason
    assert flaw.column >= 1


@pytest.mark.parametrize(
    ("newer", "source"),
    [
        ("3.12", "type X = int\n"),
        ("3.12", "def f[T](x: T) -> T: ...\n"),
        ("3.14", "x = t'{y}'\n"),
        ("3.11", "try:\n  a\nexcept* E:\n  b\n"),
    ],
)
def test_a_newer_grammar_names_the_python_to_run(newer: str, source: str) -> None:
    flaw = parse(source)
    if flaw is not None and not isinstance(flaw, Flaw):
        pytest.skip(f"this Python reads what is new in {newer}")
    assert f"run keraslint under Python {newer} or later" in flaw.reason


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.py"
    os.mkfifo(pipe)
    assert read_bytes(str(pipe)) == "not a regular file"
    assert read_bytes(str(tmp_path)) == "not a regular file"
    assert read_bytes(str(tmp_path / "nothing.py")) == "no such file or directory"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.py"
    path.write_text("a = 1")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    assert read_bytes(str(path)) == "permission denied"


def test_what_decides_is_the_name() -> None:
    assert isinstance(decode("x.txt", b"a = 1"), Document)
    assert isinstance(decode("x.ipynb", b"a = 1"), Failure)
