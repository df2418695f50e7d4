"""libcst confirms what ast found, in the same places, and hands over the comments."""

from __future__ import annotations

import ast
import re

import libcst
import pytest
from libcst.metadata import PositionProvider

from keraslint.documents import Document
from keraslint.findings import Span
from keraslint.syntax.concrete import UnconfirmedError, flaw, read

SOURCE = '''\
import keras
def build(a, *, b=(1, 2)):
    """Text."""
    if a:
        model.compile(  # first
            loss=["mse", ("mae")],
            weights={"é": 1.0, **more},
        )
    return [x for x in (yield) if f"{x!r:>{b}}"], lambda: {1: 2}["k"].z
@decorated(1)  # second
class A(B, metaclass=C): x: int = -3 if not y else await_(1)(2)[3:4]
async def f(): await g(); a, *b = c = d; e = (x, y), ((z))
'''


def spans(source: str) -> list[Span]:
    """The spans that inference may speak of: of expressions, statements and arguments."""
    lines = source.split("\n")
    nodes = [
        node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.expr, ast.stmt, ast.keyword))
    ]
    found = []
    for node in nodes:
        line, end_line = node.lineno, node.end_lineno or node.lineno
        column = len(lines[line - 1].encode()[: node.col_offset].decode())
        end_column = len(lines[end_line - 1].encode()[: node.end_col_offset].decode())
        found.append(Span(line, column + 1, end_line, end_column + 1))
    return found


def inside_a_string(span: Span) -> bool:
    """The parts of an f-string have no true places for ast before Python 3.12."""
    return 'f"' in SOURCE.split("\n")[span.line - 1]


@pytest.mark.parametrize("span", [span for span in spans(SOURCE) if not inside_a_string(span)], ids=str)
def test_every_place_that_ast_names_is_confirmed(span: Span) -> None:
    assert read(Document("x.py", SOURCE)).confirms(span)


@pytest.mark.parametrize(
    "span",
    [
        Span(1, 2, 1, 5),  # inside a word
        Span(5, 9, 5, 9),  # nothing
        Span(5, 9, 4, 1),  # backwards
        Span(40, 1, 40, 2),  # beyond the end
        Span(5, 1, 5, 9),  # indentation
        Span(5, 300, 5, 301),  # beyond the line
        Span(5, 25, 5, 32),  # a comment's beginning, not its end
    ],
    ids=str,
)
def test_other_places_are_not(span: Span) -> None:
    assert not read(Document("x.py", SOURCE)).confirms(span)


def test_comments_have_lines() -> None:
    comments = read(Document("x.py", SOURCE)).comments
    assert [(comment.line, comment.text) for comment in comments] == [(5, "# first"), (10, "# second")]


def test_what_libcst_cannot_read_is_a_defect() -> None:
    with pytest.raises(UnconfirmedError, match=r"x\.py"):
        assert read(Document("x.py", "a =")).confirms(Span(1, 1, 1, 2))


PIECES = '''# first
a = 1; b = (
    2)  # with b

# between
@decorated
# above
def f():
    return 1
    # below
# behind f
class A: pass; c = 3
class B(A):  # of B
    """Text."""; a = 1

    @decorated  # above m
    def m(self):
        return 1
  # dedented
    b = 2; \\
        c = 3
    class C:
\t# with a tab
        d = """
none  # none
"""
        def n(self): return [
1]
        # last of C
    # last of B
    e = 5
text = """
# none
"""
if a:
    b
# last'''


@pytest.mark.parametrize("source", ["", "# alone", SOURCE, PIECES, f"{PIECES}\n", f"{PIECES}\n" * 2])
def test_statements_read_one_by_one_are_the_whole(source: str) -> None:
    document = Document("a.py", source)
    found = read(document)
    whole = libcst.MetadataWrapper(libcst.parse_module(source)).resolve(PositionProvider)
    comments = [
        (at.start.line, at.start.column + 1, node.value)
        for node, at in whole.items()
        if isinstance(node, libcst.Comment)
    ]
    assert [(one.line, one.column, one.text) for one in found.comments] == sorted(comments)
    ranges = [
        (at.start, at.end)
        for node, at in whole.items()
        if isinstance(node, (libcst.BaseStatement, libcst.BaseSmallStatement, libcst.BaseExpression))
    ]
    spans = [Span(begin.line, begin.column + 1, end.line, end.column + 1) for begin, end in ranges]
    assert [one for one in spans if not found.confirms(one)] == []


def test_only_what_is_asked_about_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[str] = []
    parse = libcst.parse_module

    def remembering(source: str) -> libcst.Module:
        handed.append(source)
        return parse(source)

    monkeypatch.setattr(libcst, "parse_module", remembering)
    found = read(Document("a.py", SOURCE + PIECES.replace("e = 5", "fifth = 5  # own")))
    line = found.lines.index("    fifth = 5  # own") + 1
    assert found.confirms(Span(line, 5, line, 14))
    assert [one.text for one in found.comments_like(re.compile("own"))] == ["# own"]
    assert handed == ["class _:\n    fifth = 5  # own\n"]


def test_only_what_is_new_has_to_be_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flaw is said with its line, but not where it stood there before."""
    text = "import a\nclass A:\n    x = 1\n    y = lost\n\nz = lost\n"
    parse = libcst.parse_module

    def refuse(source: str) -> libcst.Module:
        return parse(source.replace("lost", "1 1"))

    monkeypatch.setattr(libcst, "parse_module", refuse)
    whole, other = Document("x.py", text), Document("x.py", text.replace("y =", "w ="))
    assert flaw(whole) == "libcst cannot read what begins on line 4"
    assert flaw(whole, whole) is None
    assert flaw(whole, other) == "libcst cannot read what begins on line 4"
    assert (
        flaw(whole, Document("x.py", text[: text.index("z")])) == "libcst cannot read what begins on line 6"
    )
