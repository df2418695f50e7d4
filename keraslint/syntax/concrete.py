"""A document with findings enters; its comments leave, and whether code stands where the findings point.

Only for such a document is libcst imported: it costs 0.2 s.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from keraslint.documents.grammar import Flaw, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.documents import Document
    from keraslint.findings import Span

OPENING = "([{"
CLOSING = ")]}"
ANY = re.compile("#")
INSIDE = "class _:\n"
"""What a statement of a class is read behind."""


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
    """A stretch of a document: the places where nodes begin and end, as (line, column) from 1, and the
    comments, in source order.
    """

    begins: frozenset[tuple[int, int]]
    ends: frozenset[tuple[int, int]]
    comments: tuple[Comment, ...]


@dataclass(frozen=True)
class Concrete:
    """A document in stretches, of which each is read with libcst when it is asked about.

    ``cuts`` are the lines, from 0, before which a stretch ends and the next begins.
    """

    path: str
    lines: tuple[str, ...]
    cuts: tuple[int, ...]

    @property
    def comments(self) -> tuple[Comment, ...]:
        """Every comment."""
        return self.comments_like(ANY)

    def comments_like(self, pattern: re.Pattern[str]) -> tuple[Comment, ...]:
        """The comments, among others, that the pattern finds something in."""
        return tuple(
            replace(one, line=one.line + first)
            for first, text in self.texts()
            if pattern.search(text) is not None
            for one in self._read(first, text).comments
        )

    def confirms(self, span: Span) -> bool:
        """Whether whole nodes stand at the span; ast counts brackets in that libcst leaves out."""
        begin, end = (span.line, span.column), (span.end_line, span.end_column)
        return (
            begin < end
            and (self._is(begin, "begins") or self._character(*begin) in OPENING)
            and (self._is(end, "ends") or self._character(end[0], end[1] - 1) in CLOSING)
        )

    def _is(self, place: tuple[int, int], what: Literal["begins", "ends"]) -> bool:
        """Whether a node begins or ends at a place."""
        line, column = place
        first, text = self._text(bisect_right(self.cuts, line - 1) - 1)
        places: frozenset[tuple[int, int]] = getattr(self._read(first, text), what)
        return (line - first, column) in places

    def texts(self) -> Iterator[tuple[int, str]]:
        """Each stretch, with the line, from 0, before which it begins."""
        return map(self._text, range(len(self.cuts)))

    def _text(self, number: int) -> tuple[int, str]:
        begin, end = (*self.cuts, len(self.lines))[number : number + 2]
        text = "\n".join(self.lines[begin:end])
        return begin, text if end == len(self.lines) else f"{text}\n"

    def _read(self, first: int, text: str) -> Part:
        return _part(text, self.path, inside=_is_inside(first, text))

    def _character(self, line: int, column: int) -> str:
        """The character there; a space, which is no bracket, outside of the source."""
        inside = 1 <= line <= len(self.lines) and 1 <= column <= len(self.lines[line - 1])
        return self.lines[line - 1][column - 1] if inside else " "


def flaw(document: Document, before: Document | None = None) -> str | None:
    """Why libcst cannot read a document; None where it can. What stood in it ``before`` is not read."""
    import libcst  # noqa: PLC0415 (a clean run must not pay for it)

    old = set() if before is None else {text for _, text in read(before).texts()}
    for first, text in read(document).texts():
        try:
            if text not in old:
                libcst.parse_module(INSIDE + text if _is_inside(first, text) else text)
        except libcst.ParserSyntaxError:  # its own line may be the next, and counts from the stretch
            return f"libcst cannot read what begins on line {first + 1}"
    return None


def loose_comments(document: Document) -> tuple[Comment, ...]:
    """What looks like a comment in a document that no parser reads: each line from its first ``#`` on."""
    return tuple(
        Comment(number, begin + 1, line[begin:])
        for number, line in enumerate(document.lines, 1)
        if (begin := line.find("#")) >= 0
    )


def read(document: Document) -> Concrete:
    """A document whose stretches are the statements of its module and of its classes.

    Those that share lines are together, and with each are the lines above the next: comments belong to the
    statement before them, at the top to the first.
    """
    tree = parse(document.source)
    body = tree.body if not isinstance(tree, Flaw) else []
    return Concrete(document.path, document.lines, (0, *_cuts(body, document.lines)))


def _cuts(body: Sequence[ast.stmt], lines: Sequence[str]) -> Iterator[int]:
    """The lines, from 0, that begin a stretch; the first statement belongs to what holds the body."""
    ends = 0
    for statement in body:
        begin = min(one.lineno for one in (statement, *getattr(statement, "decorator_list", ()))) - 1
        if ends and begin >= ends and not lines[begin - 1].endswith("\\"):
            yield begin
        if isinstance(statement, ast.ClassDef):
            yield from _cuts(statement.body, lines)
        ends = statement.end_lineno or statement.lineno


def _is_inside(first: int, text: str) -> bool:
    """Whether a stretch is a statement of a class."""
    return first > 0 and text.lstrip("\f")[:1] in {" ", "\t"}


def prepare() -> None:
    """Load libcst, which takes a while: it will be needed, and other processes are still at work."""
    import libcst.metadata  # noqa: F401, PLC0415 (a clean run must not pay for it)


@lru_cache(maxsize=2048)
def _part(source: str, path: str, *, inside: bool) -> Part:
    """One stretch of a document, ``inside`` a class or not, its lines counted from its own first."""
    import libcst  # noqa: PLC0415 (a clean run must not pay for it)
    from libcst.metadata import MetadataWrapper, PositionProvider  # noqa: PLC0415 (as above)

    try:
        module = libcst.parse_module(INSIDE + source if inside else source)
    except libcst.ParserSyntaxError as error:
        message = f"libcst cannot read {path}: {error.message}"
        raise UnconfirmedError(message) from error
    positions = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    comments = (
        Comment(at.start.line - inside, at.start.column + 1, node.value)
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
        frozenset((at.start.line - inside, at.start.column + 1) for at in ranges),
        frozenset((at.end.line - inside, at.end.column + 1) for at in ranges),
        tuple(sorted(comments, key=lambda comment: comment.line)),
    )
