"""Text and edits of it enter, replacements of stretches of characters leave, and the new text.

Lines are counted as Python counts them, whatever ends them; it knows nothing of files or notebooks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keraslint.findings import Edit

LINE_END = re.compile(r"\r\n|\r|\n")


class UnfitError(ValueError):
    """Edits that cannot be made; the message is one line and says why."""


@dataclass(frozen=True, order=True)
class Replacement:
    """New text for the characters from ``begin`` to before ``end``; an insertion where they are equal."""

    begin: int
    end: int
    text: str


def replacements(text: str, edits: Iterable[Edit]) -> list[Replacement]:
    """The edits by offset, in order; new lines end as the line does that is edited.

    Raises UnfitError where a place lies outside of the text or two edits overlap.
    """
    ends = [(match.start(), match.end()) for match in LINE_END.finditer(text)]
    found = [_replacement(text, edit, ends) for edit in edits]
    found.sort(key=lambda one: (one.begin, one.end))
    for one, other in zip(found, found[1:]):  # noqa: B905, RUF007 (Python 3.10 has no pairwise that mypy knows)
        if other.begin < one.end:
            message = "two of its edits overlap"
            raise UnfitError(message)
    return found


def replaced(text: str, changes: Sequence[Replacement]) -> str:
    """The text with the replacements made, which are in order."""
    parts: list[str] = []
    at = 0
    for change in changes:
        parts += [text[at : change.begin], change.text]
        at = change.end
    return "".join([*parts, text[at:]])


def _replacement(text: str, edit: Edit, ends: Sequence[tuple[int, int]]) -> Replacement:
    span = edit.location.span
    begin = _offset(text, span.line, span.column, ends)
    end = _offset(text, span.end_line, span.end_column, ends)
    if end < begin:
        message = f"an edit ends before it begins, at line {span.line}"
        raise UnfitError(message)
    newline = _newline(text, span.line, ends)
    return Replacement(begin, end, edit.text if newline == "\n" else edit.text.replace("\n", newline))


def _offset(text: str, line: int, column: int, ends: Sequence[tuple[int, int]]) -> int:
    """Where this line and column, from 1, are in the text."""
    if 1 <= line <= len(ends) + 1:
        first = ends[line - 2][1] if line > 1 else 0
        last = ends[line - 1][0] if line <= len(ends) else len(text)
        if 1 <= column <= last - first + 1:
            return first + column - 1
    if (line, column) == (len(ends) + 2, 1) and not text.endswith(("\n", "\r")):
        return len(text)  # where the last line has no end, a whole line that goes ends with the text
    message = f"an edit is meant for line {line}, column {column}, where nothing stands"
    raise UnfitError(message)


def _newline(text: str, line: int, ends: Sequence[tuple[int, int]]) -> str:
    """What ends this line; of the last line, what ends the one before."""
    if not ends:
        return "\n"
    begin, end = ends[min(line, len(ends)) - 1]
    return text[begin:end]
