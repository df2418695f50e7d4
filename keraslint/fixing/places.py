"""Edits enter; where a place of the old text is in the new one leaves, all of them as placed in documents.

A place inside of edited text has no counterpart: it goes to where the new text begins, and so does every
place inside of that text, so that what was said of the one can be found in what is said of the other.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keraslint.findings import Edit, Location

At: TypeAlias = tuple[int, int]
Room: TypeAlias = "tuple[str, int | None]"
Place: TypeAlias = "tuple[str, int | None, At]"
"""A document, a cell, a line and a column."""


@dataclass(frozen=True)
class _Shift:
    """An edit: what it replaces, and what stands there instead, by line and column."""

    begin: At
    end: At
    new_begin: At
    new_end: At


class Shifts:
    """How places move with some edits; ``canonical`` names each document in one way."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        """Every edit is made in the text as it was before all of them."""
        by_room: dict[Room, list[Edit]] = defaultdict(list)
        for edit in edits:
            by_room[edit.location.document, edit.location.cell].append(edit)
        self._shifts = {room: _shifts(here) for room, here in by_room.items()}

    def moved(self, location: Location) -> Place:
        """Where the beginning of an old location is now."""
        at = (location.span.line, location.span.column)
        last: _Shift | None = None
        for shift in self._shifts.get((location.document, location.cell), ()):
            if at < shift.begin or at == shift.begin < shift.end:
                break
            if at < shift.end:
                return location.document, location.cell, shift.new_begin
            last = shift
        return location.document, location.cell, _after(last, at)

    def settled(self, location: Location) -> Place:
        """The beginning of a new location, or of the new text that it lies in."""
        at = (location.span.line, location.span.column)
        for shift in self._shifts.get((location.document, location.cell), ()):
            if shift.new_begin < at < shift.new_end:
                at = shift.new_begin
        return location.document, location.cell, at


def _shifts(edits: list[Edit]) -> list[_Shift]:
    found: list[_Shift] = []
    for edit in sorted(edits, key=lambda one: one.location.span):
        span = edit.location.span
        begin, end = (span.line, span.column), (span.end_line, span.end_column)
        new_begin = _after(found[-1] if found else None, begin)
        found.append(_Shift(begin, end, new_begin, _advanced(new_begin, edit.text)))
    return found


def _after(shift: _Shift | None, at: At) -> At:
    """Where a place behind this edit, and before the next one, is now."""
    if shift is None:
        return at
    line = at[0] + shift.new_end[0] - shift.end[0]
    return line, at[1] + shift.new_end[1] - shift.end[1] if at[0] == shift.end[0] else at[1]


def _advanced(at: At, text: str) -> At:
    """Where text ends that begins here."""
    *above, last = text.split("\n")
    return at[0] + len(above), len(last) + (1 if above else at[1])
