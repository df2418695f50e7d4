"""Edits of bytes: inside the edits is what they say, outside of them every byte is what it was."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings, strategies as st

from keraslint.documents import Document, decode
from keraslint.findings import Edit, Location, Span
from keraslint.fixing import notebooks
from keraslint.fixing.applying import applied
from keraslint.fixing.texts import UnfitError
from tests.fixing.sources import CODINGS, LAYOUTS, LETTERS, Layout, cases, notebook


def edit(line: int, column: int, end_column: int, text: str, cell: int | None = None, **end: int) -> Edit:
    """An edit of one line, or up to another."""
    span = Span(line, column, end.get("end_line", line), end_column)
    return Edit(Location("x", span, cell), text)


@given(st.data(), st.sampled_from(sorted(CODINGS)))
@settings(deadline=None)
def test_bytes_outside_of_the_edits_are_kept(data: st.DataObject, encoding: str) -> None:
    case = data.draw(cases(LETTERS[encoding], first=CODINGS[encoding]))
    after = applied("x.py", case.text.encode(encoding), case.edits("x.py"))
    assert after == case.expected(case.newlines).encode(encoding)


@given(st.data(), LAYOUTS)
@settings(deadline=None)
def test_of_a_notebook_only_the_edited_strings_change(data: st.DataObject, layout: Layout) -> None:
    drawn = data.draw(st.lists(cases("aé€😀\x7f\u2028"), min_size=1, max_size=3))
    texts = [case.expected(case.newlines) for case in drawn]
    assume(all(case.text for case in drawn) and all(texts))
    edits = {
        2 * number: case.edits("n.ipynb", 2 * number) for number, case in enumerate(drawn, 1) if case.cuts
    }
    before = notebook([case.text for case in drawn], layout)
    assert notebooks.edited(before, edits) == notebook(texts, layout)


@given(cases("aé", first="# 1"))
@settings(deadline=None)
def test_places_in_a_document_are_places_in_its_bytes(case: object) -> None:
    """The offsets that the cases were made from are those that a reader of the document sees."""
    assert hasattr(case, "text")
    document = decode("x.py", case.text.encode())
    assert isinstance(document, Document)
    assert "\n".join(document.lines) == case.text.replace("\r\n", "\n").replace("\r", "\n")


def cell(*lines: str, **layout: bool) -> bytes:
    """A notebook with one code cell, its second one."""
    kept = {"in_ascii": False, "listed": True, "crlf": False, **layout}
    return notebook(["".join(lines)], Layout(1, **kept)).encode()


@pytest.mark.parametrize(
    ("before", "edits", "after"),
    [
        ('"a = 1\\n", "b = 2"', [edit(1, 5, 6, "[\n 1,\n]", 1)], '"a = [\\n", " 1,\\n", "]\\n", "b = 2"'),
        ('"a = 1\\n", "b = 2"', [edit(1, 1, 1, "", 1, end_line=2)], '"b = 2"'),
        ('"a = 1\\n", "b = 2\\n", "c"', [edit(1, 6, 1, "+", 1, end_line=2)], '"a = 1+b = 2\\n", "c"'),
        ('"a = \\u0031\\n", "b = 2"', [edit(2, 5, 6, "3", 1)], '"a = \\u0031\\n", "b = 3"'),
        ('"a = \\u0031\\n", "b = 2"', [edit(1, 1, 2, "é", 1)], '"é = \\u0031\\n", "b = 2"'),
        ('"a = 1\\n", "\\u00e8"', [edit(1, 1, 2, "é", 1)], '"\\u00e9 = 1\\n", "\\u00e8"'),
        ("\"a = '\\ud83d\\ude00'\"", [edit(1, 8, 8, "+b", 1)], "\"a = '\\ud83d\\ude00'+b\""),
        ('"a = 1\\nb = 2"', [edit(2, 5, 6, "3", 1)], '"a = 1\\n", "b = 3"'),
        ('"a = 1"', [edit(1, 1, 1, "x\n", 1)], '"x\\n", "a = 1"'),
    ],
)
def test_strings_of_a_cell(before: str, edits: list[Edit], after: str) -> None:
    frame = '{"cells": [{"cell_type": "code", "source": [%s], "outputs": [ ]}] , "nbformat": 4}'
    assert applied("x.ipynb", (frame % before).encode(), edits).decode() == frame % after


def test_a_cell_that_is_one_string_stays_one() -> None:
    frame = '{"cells":[{"source":"%s","cell_type":"code"}]}'
    before = (frame % 'a = 1\\nb = \\"2\\"\\t# \\/').encode()
    after = applied("x.ipynb", before, [edit(1, 5, 6, "[1,\n2]", 1)])
    assert after.decode() == frame % 'a = [1,\\n2]\\nb = \\"2\\"\\t# \\/'


def test_a_last_line_without_an_end_may_go_as_a_whole() -> None:
    assert applied("x.py", b"a = 1\n# b", [edit(2, 1, 1, "", end_line=3)]) == b"a = 1\n"


def test_a_byte_order_mark_stays() -> None:
    mark = b"\xef\xbb\xbf"
    assert applied("x.py", mark + b"a = 1", [edit(1, 5, 6, "2")]) == mark + b"a = 2"
    assert applied("x.ipynb", mark + cell("a = 1"), [edit(1, 5, 6, "2", 2)]) == mark + cell("a = 2")


@pytest.mark.parametrize(
    ("path", "data", "edits", "reason"),
    [
        ("x.py", b"a = 1\n", [edit(3, 1, 1, "b")], "line 3, column 1, where nothing stands"),
        ("x.py", b"a = 1\n", [edit(1, 7, 8, "b")], "line 1, column 7, where nothing stands"),
        ("x.py", b"a = 1\n", [edit(1, 1, 4, "b"), edit(1, 3, 5, "c")], "overlap"),
        ("x.py", b"a = 1\n", [edit(1, 4, 2, "b")], "ends before it begins"),
        ("x.py", b"# coding: latin-1\na = 1\n", [edit(2, 5, 6, "'€'")], "cannot be written in iso-8859-1"),
        ("x.py", b"# coding: iso2022_jp\na = 1\x1b(B\n", [edit(2, 1, 2, "b")], "byte for byte in iso2022"),
        ("x.py", b"a = '\xff'\n", [edit(1, 1, 2, "b")], "cannot be read"),
        ("x.ipynb", cell("a = 1"), [edit(1, 1, 2, "b", 1)], "no code cell 1"),
        ("x.ipynb", cell("a = 1"), [edit(1, 1, 2, "b")], "no code cell None"),
        ("x.ipynb", cell("%time a = 1"), [edit(1, 7, 8, "b", 2)], "only IPython reads"),
        ("x.ipynb", cell("%%bash\n", "a = 1"), [edit(2, 1, 2, "b", 2)], "only IPython reads"),
        ("x.ipynb", cell("a = 1\n", "b = ("), [edit(1, 1, 2, "b", 2)], "only IPython reads"),
    ],
)
def test_what_cannot_be_edited_is_refused(path: str, data: bytes, edits: list[Edit], reason: str) -> None:
    with pytest.raises(UnfitError, match=reason) as refused:
        applied(path, data, edits)
    assert "\n" not in str(refused.value)
