"""A container in the source enters with what its entries shall be; the smallest edits that make it so leave.

Comments, layout, quotes and trailing commas stay: only brackets, keys and entries that change are touched.
"""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias, Union

from keraslint.findings import Edit, Location, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.sites.sources import Source

Display: TypeAlias = Union[ast.List, ast.Tuple, ast.Dict]
Shape: TypeAlias = Literal["list", "tuple", "dict"]


@dataclass(frozen=True)
class Entry:
    """What an entry shall be: ``take`` is the number of the old entry whose value it has, or new source."""

    take: int | str
    key: str | None = None


@dataclass(frozen=True)
class Container:
    """A list, tuple or dict display: its source and node."""

    source: Source
    node: Display

    @property
    def span(self) -> Span:
        """Where it stands, brackets included."""
        return self.source.span(self.node)

    @property
    def values(self) -> list[ast.expr]:
        """The expressions in it, without keys."""
        return self.node.values if isinstance(self.node, ast.Dict) else self.node.elts

    @property
    def plain(self) -> bool:
        """Whether each entry is written by itself: no star, no ``**``."""
        starred = any(isinstance(value, ast.Starred) for value in self.values)
        return not starred and (not isinstance(self.node, ast.Dict) or None not in self.node.keys)

    def edits(self, shape: Shape, entries: Sequence[Entry]) -> tuple[Edit, ...]:
        """The edits that make it a ``shape`` of these entries."""
        opening, closing = self._brackets(shape, len(entries))
        made = [*opening, *self._entries(entries), *closing]
        return tuple(_joined(sorted(made, key=lambda edit: edit.location.span)))

    def text(self, number: int) -> str:
        """The source of the value of an entry, with parentheses around it."""
        return self.source.text(self._values[number])

    def _at(self, span: Span, text: str) -> Edit:
        return Edit(Location(self.source.path, span), text)

    def _brackets(self, shape: Shape, count: int) -> tuple[list[Edit], list[Edit]]:
        """The edits of the first and of the last bracket."""
        opening, closing = BRACKETS[shape]
        span = self.span
        first = Span(span.line, span.column, span.line, span.column + 1)
        last = Span(span.end_line, span.end_column - 1, span.end_line, span.end_column)
        if not self._bracketed:
            bare = shape == "tuple"
            return (
                [] if bare else [self._at(_before(span), opening)],
                [] if bare else [self._at(_after(span), closing)],
            )
        lonely = shape == "tuple" and count == 1 and not self._trailing_comma
        changed = "," * lonely + closing
        return (
            [self._at(first, opening)] if self.source.text(first) != opening else [],
            [self._at(last, changed)] if self.source.text(last) != changed else [],
        )

    def _entries(self, entries: Sequence[Entry]) -> Iterator[Edit]:
        for number, entry in enumerate(entries):
            if number < len(self._slots):
                yield from self._entry(number, entry)
        if len(entries) > len(self._slots):
            more = "".join(f", {self._written(entry)}" for entry in entries[len(self._slots) :])
            at = _after(self._slots[-1]) if self._slots else self._inside
            yield self._at(at, more if self._slots else more[2:])
        elif len(entries) < len(self._slots):
            yield self._at(self._beyond(len(entries)), "")

    def _beyond(self, kept: int) -> Span:
        """From the end of the last entry that is kept to that of the last one."""
        end = self._slots[-1]
        start = _after(self._slots[kept - 1]) if kept else _before(self._slots[0])
        return Span(start.line, start.column, end.end_line, end.end_column)

    def _entry(self, number: int, entry: Entry) -> Iterator[Edit]:
        slot, value = self._slots[number], self._values[number]
        key = Span(slot.line, slot.column, value.line, value.column)
        if self.source.text(key) and self._key(number) != entry.key:
            yield self._rekeyed(number, key, entry)
        elif entry.key is not None and self._key(number) != entry.key:
            yield self._at(_before(value), f"{quoted(entry.key, self.source.quote)}: ")
        if entry.take != number:
            yield self._at(value, self._taken(entry.take))

    def _rekeyed(self, number: int, key: Span, entry: Entry) -> Edit:
        node = self.node.keys[number] if isinstance(self.node, ast.Dict) else None
        if entry.key is None or node is None:
            return self._at(key, "")
        return self._at(self.source.span(node), quoted(entry.key, self.source.quote))

    def _key(self, number: int) -> str | None:
        node = self.node.keys[number] if isinstance(self.node, ast.Dict) else None
        return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None

    def _taken(self, take: int | str) -> str:
        return self.text(take) if isinstance(take, int) else take

    def _written(self, entry: Entry) -> str:
        key = "" if entry.key is None else f"{quoted(entry.key, self.source.quote)}: "
        return key + self._taken(entry.take)

    @property
    def _inside(self) -> Span:
        span = self.span
        return Span(span.line, span.column + 1, span.line, span.column + 1)

    @property
    def _bracketed(self) -> bool:
        if not isinstance(self.node, ast.Tuple):
            return True
        tokens = _tokens(self.source.text(self.span), self.span)
        depth = 0
        for place, token in enumerate(tokens):
            depth += (token.string in OPENING) - (token.string in CLOSING)
            if depth == 0:
                return place > 0 and place == len(tokens) - 1
        return False

    @cached_property
    def _slots(self) -> list[Span]:
        """Each entry with its key, parentheses included."""
        return [slot for slot, _ in self._parts]

    @cached_property
    def _values(self) -> list[Span]:
        """The value of each entry, parentheses included."""
        return [value for _, value in self._parts]

    @property
    def _trailing_comma(self) -> bool:
        tokens = _tokens(self.source.text(self.span), self.span)
        inner = tokens[:-1] if self._bracketed else tokens
        return bool(inner) and inner[-1].string == ","

    @cached_property
    def _parts(self) -> list[tuple[Span, Span]]:
        tokens = _tokens(self.source.text(self.span), self.span)
        if self._bracketed:
            tokens = tokens[1:-1]
        return list(_split(tokens, keyed=isinstance(self.node, ast.Dict)))


BRACKETS: dict[Shape, tuple[str, str]] = {"list": ("[", "]"), "tuple": ("(", ")"), "dict": ("{", "}")}
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
BLANK = frozenset({tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT,
                   tokenize.ENDMARKER})  # fmt: skip


@dataclass(frozen=True)
class _Token:
    string: str
    span: Span


def _tokens(text: str, span: Span) -> list[_Token]:
    """The tokens of an expression that stands at ``span``, comments and line ends left out."""
    inside = f"({text})"  # so that it may go over several lines
    found = [
        token for token in tokenize.generate_tokens(io.StringIO(inside).readline) if token.type not in BLANK
    ]

    def moved(place: tuple[int, int]) -> tuple[int, int]:
        line, column = place
        return (line + span.line - 1, column + span.column - 1 if line == 1 else column + 1)

    return [_Token(token.string, Span(*moved(token.start), *moved(token.end))) for token in found[1:-1]]


def _split(tokens: Sequence[_Token], *, keyed: bool) -> Iterator[tuple[Span, Span]]:
    """The entries between the commas, each with the span of its value."""
    depth, start, colon = 0, 0, -1
    nested_lambdas = 0
    for place, token in enumerate([*tokens, _Token(",", Span(0, 0, 0, 0))]):
        if token.string in OPENING:
            depth += 1
        elif token.string in CLOSING:
            depth -= 1
        elif depth == 0 and token.string == "lambda":
            nested_lambdas += 1
        elif depth == 0 and token.string == ":":
            if keyed and colon < start and not nested_lambdas:
                colon = place
            nested_lambdas = max(0, nested_lambdas - 1)
        elif depth == 0 and token.string == "," and not nested_lambdas:
            if place > start:
                first = colon + 1 if keyed and colon >= start else start
                yield _over(tokens[start:place]), _over(tokens[first:place])
            start = place + 1


def _joined(edits: Sequence[Edit]) -> Iterator[Edit]:
    """One edit for all the insertions at one place, in their order."""
    for location, same in groupby(edits, key=lambda edit: edit.location):
        texts = list(same)
        empty = location.span == _before(location.span)
        yield from [Edit(location, "".join(edit.text for edit in texts))] if empty else texts


def _over(tokens: Sequence[_Token]) -> Span:
    first, last = tokens[0].span, tokens[-1].span
    return Span(first.line, first.column, last.end_line, last.end_column)


def _before(span: Span) -> Span:
    return Span(span.line, span.column, span.line, span.column)


def _after(span: Span) -> Span:
    return Span(span.end_line, span.end_column, span.end_line, span.end_column)


def quoted(text: str, quote: str) -> str:
    """A string literal."""
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}").replace("\n", "\\n")
    return f"{quote}{escaped}{quote}"


def merged(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits in their order, an insertion made part of the edit that begins at its place."""
    made: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.location.document, edit.location.span)):
        last = made[-1] if made else edit
        begins = (last.location.document, _before(edit.location.span)) == (
            edit.location.document,
            last.location.span,
        )
        if made and begins:
            made[-1] = Edit(edit.location, last.text + edit.text)
        else:
            made.append(edit)
    return tuple(made)


def disjoint(edits: Sequence[Edit]) -> bool:
    """Whether no edit touches what another changes."""
    ordered = sorted(edits, key=lambda edit: (edit.location.document, edit.location.span))
    return all(
        one.location.document != other.location.document
        or (one.location.span.end_line, one.location.span.end_column)
        <= (other.location.span.line, other.location.span.column)
        for one, other in pairwise(ordered)
    )
