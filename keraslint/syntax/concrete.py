"""A document with findings enters; its comments leave, and whether code stands where the findings point.

Only for such a document is libcst imported: it costs 0.2 s.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from keraslint.documents.grammar import Flaw, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.documents import Document
    from keraslint.findings import Span

OPENING = "([{"
CLOSING = ")]}"


class UnconfirmedError(Exception):
    """libcst does not see what ast saw: a defect of keraslint or of libcst, never of the program."""


@dataclass(frozen=True)
class Comment:
    """A comment and where it begins."""

    line: int
    column: int
    text: str


@dataclass(frozen=True)
class Part:
    """One stretch: where its nodes begin and end, as (line, column) from 1, and its comments."""

    begins: frozenset[tuple[int, int]]
    ends: frozenset[tuple[int, int]]
    comments: tuple[Comment, ...]


@dataclass(frozen=True)
class Concrete:
    """A document in parts, in source order, each with the number of lines before it."""

    lines: tuple[str, ...]
    parts: tuple[tuple[int, Part], ...]

    @property
    def comments(self) -> tuple[Comment, ...]:
        """The comments in source order."""
        return tuple(
            replace(one, line=one.line + before) for before, part in self.parts for one in part.comments
        )

    def begins(self, line: int, column: int) -> bool:
        """Whether a node begins there."""
        before, part = self._part(line)
        return (line - before, column) in part.begins

    def ends(self, line: int, column: int) -> bool:
        """Whether a node ends there."""
        before, part = self._part(line)
        return (line - before, column) in part.ends

    def confirms(self, span: Span) -> bool:
        """Whether whole nodes stand at the span; ast counts brackets in that libcst leaves out."""
        begin, end = (span.line, span.column), (span.end_line, span.end_column)
        return (
            begin < end
            and (self.begins(*begin) or self._character(*begin) in OPENING)
            and (self.ends(*end) or self._character(end[0], end[1] - 1) in CLOSING)
        )

    def _part(self, line: int) -> tuple[int, Part]:
        """The part in which a line stands, with the number of lines before it."""
        following = bisect_left(self.parts, line, key=lambda one: one[0])
        return self.parts[max(following - 1, 0)]

    def _character(self, line: int, column: int) -> str:
        """The character there; a space, which is no bracket, outside of the source."""
        inside = 1 <= line <= len(self.lines) and 1 <= column <= len(self.lines[line - 1])
        return self.lines[line - 1][column - 1] if inside else " "


def flaw(document: Document) -> str | None:
    """Why libcst cannot read a document; None where it can."""
    import libcst  # noqa: PLC0415 (a clean run must not pay for it)

    try:
        libcst.parse_module(document.source)
    except libcst.ParserSyntaxError as error:
        return f"line {error.raw_line}: {error.message}"
    return None


def read(document: Document) -> Concrete:
    """Read a document with libcst; of one that was read before, only the statements that changed."""
    parts = ((before, _part(text, document.path)) for before, text in _statements(document))
    return Concrete(document.lines, tuple(parts))


def loose_comments(document: Document) -> tuple[Comment, ...]:
    """What looks like a comment in a document that no parser reads: each line from its first ``#`` on."""
    return tuple(
        Comment(number, begin + 1, line[begin:])
        for number, line in enumerate(document.lines, 1)
        if (begin := line.find("#")) >= 0
    )


def _statements(document: Document) -> Iterator[tuple[int, str]]:
    """The statements of a module, those that share lines together, with the lines above each.

    Comments belong to the statement before them, at the top to the first.
    """
    tree = parse(document.source)
    body = tree.body if not isinstance(tree, Flaw) else []
    cuts = [0]
    for before, after in pairwise(body):
        begin = min([after.lineno, *(one.lineno for one in getattr(after, "decorator_list", ()))]) - 1
        if begin >= (before.end_lineno or begin):
            cuts.append(begin)
    for begin, end in zip(cuts, [*cuts[1:], len(document.lines)], strict=True):
        text = "\n".join(document.lines[begin:end])
        yield begin, text if end == len(document.lines) else f"{text}\n"


@lru_cache(maxsize=2048)
def _part(source: str, path: str) -> Part:
    """One stretch of a document, its lines counted from its own first."""
    import libcst  # noqa: PLC0415 (a clean run must not pay for it)
    from libcst.metadata import MetadataWrapper, PositionProvider  # noqa: PLC0415 (as above)

    try:
        module = libcst.parse_module(source)
    except libcst.ParserSyntaxError as error:
        message = f"libcst cannot read {path}: {error.message}"
        raise UnconfirmedError(message) from error
    positions = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    comments = (
        Comment(at.start.line, at.start.column + 1, node.value)
        for node, at in positions.items()
        if isinstance(node, libcst.Comment)
    )
    blank = (
        libcst.BaseParenthesizableWhitespace,
        libcst.Comment,
        libcst.EmptyLine,
        libcst.Module,
        libcst.Newline,
        libcst.TrailingWhitespace,
    )
    ranges = [at for node, at in positions.items() if not isinstance(node, blank)]
    return Part(
        frozenset((at.start.line, at.start.column + 1) for at in ranges),
        frozenset((at.end.line, at.end.column + 1) for at in ranges),
        tuple(sorted(comments, key=lambda comment: comment.line)),
    )
