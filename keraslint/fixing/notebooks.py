"""The text of an .ipynb file and edits of its cells enter; the same text with other source strings leaves.

Nothing outside of the edited strings changes: neither outputs nor metadata, indentation or escapes; inside
of them, what is not edited keeps its escapes. A source that is a list stays one, with a string for each line.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from keraslint.documents.notebook import sources
from keraslint.fixing.texts import Replacement, UnfitError, replaced, replacements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.documents.located_json import At
    from keraslint.findings import Edit

# A character of a JSON string as it is written: a pair of surrogates, an escape, or itself.
WRITTEN = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL
)
NEWLINE = ("\\n", "\\u000a", "\\u000A")
ESCAPED = re.compile(r"\\u(?!00[0-7])[0-9a-fA-F]{4}")


@dataclass(frozen=True)
class _Cell:
    """The strings of a cell's source, the file that they stand in, and whether new text is to be ASCII."""

    file: str
    pieces: tuple[At, ...]
    ascii: bool

    @property
    def listed(self) -> bool:
        """Whether the source is a list of strings."""
        before = self.file[: self.pieces[0].offset].rstrip()
        return before.endswith(("[", ","))

    def characters(self, index: int) -> list[str]:
        """The characters of a piece as they are written."""
        piece = self.pieces[index]
        return WRITTEN.findall(self.file[piece.offset + 1 : piece.end - 1])

    def written(self, text: str) -> list[str]:
        """New text, character by character, as it is to be written."""
        return [json.dumps(character, ensure_ascii=self.ascii)[1:-1] for character in text]

    def separator(self, index: int) -> str:
        """What stands between two strings of the list, near this one."""
        if len(self.pieces) == 1:
            before = self.file[: self.pieces[0].offset]
            space = before[len(before.rstrip()) :]
            return "," + (space if "\n" in space else " ")
        left = min(index, len(self.pieces) - 2)
        return self.file[self.pieces[left].end : self.pieces[left + 1].offset]


def edited(file: str, edits: dict[int, list[Edit]]) -> str:
    """The text of the file with the edits made, which are given by cell."""
    cells = sources(file)
    in_ascii = file.isascii() and ESCAPED.search(file) is not None
    changes: list[Replacement] = []
    for number, here in edits.items():
        pieces = cells.get(number, ())
        if not pieces:
            message = f"cell {number} holds no source"
            raise UnfitError(message)
        changes += _changes(_Cell(file, pieces, in_ascii), here)
    return replaced(file, sorted(changes))


def cell_text(file: str, number: int) -> str:
    """The source of a cell, its line ends as they are."""
    return "".join(sources(file).get(number, ()))


@dataclass(frozen=True)
class _Stretch:
    """Neighbouring strings of a source, from ``first`` to ``last``, and what is replaced in them."""

    first: int
    last: int
    changes: tuple[Replacement, ...]


def _changes(cell: _Cell, edits: Sequence[Edit]) -> list[Replacement]:
    """The changes of the file that make the edits of one cell."""
    begins = [0, *accumulate(len(piece) for piece in cell.pieces)]
    stretches: list[_Stretch] = []
    for one in replacements("".join(cell.pieces), edits):
        first = min(bisect_right(begins, one.begin), len(cell.pieces)) - 1
        last = max(first, bisect_left(begins, one.end) - 1)
        if begins[last + 1] == one.end > one.begin:  # with its line end gone, the next line may join it
            last = min(last + 1, len(cell.pieces) - 1)
        if stretches and first <= stretches[-1].last:
            before = stretches.pop()
            stretches.append(_Stretch(before.first, max(last, before.last), (*before.changes, one)))
        else:
            stretches.append(_Stretch(first, last, (one,)))
    return [_change(cell, stretch, begins[stretch.first]) for stretch in stretches]


def _change(cell: _Cell, stretch: _Stretch, base: int) -> Replacement:
    """The change of the file that makes one stretch anew; ``base`` is where it begins in the source."""
    first, last = stretch.first, stretch.last
    old = [one for index in range(first, last + 1) for one in cell.characters(index)]
    new: list[str] = []
    at = 0
    for change in stretch.changes:
        new += old[at : change.begin - base] + cell.written(change.text)
        at = change.end - base
    new += old[at:]
    lines = _lines(new) if cell.listed else ["".join(new)]
    if not lines and len(cell.pieces) > last - first + 1:
        return _removal(cell, first, last)
    literals = [f'"{line}"' for line in lines or [""]]
    return Replacement(cell.pieces[first].offset, cell.pieces[last].end, cell.separator(first).join(literals))


def _removal(cell: _Cell, first: int, last: int) -> Replacement:
    """Strings go with the separator behind them, or with the one before where they are the last."""
    if last + 1 < len(cell.pieces):
        return Replacement(cell.pieces[first].offset, cell.pieces[last + 1].offset, "")
    return Replacement(cell.pieces[first - 1].end, cell.pieces[last].end, "")


def _lines(characters: Sequence[str]) -> list[str]:
    """Written characters, a string for each line."""
    lines = [""]
    for character in characters:
        lines[-1] += character
        if character in NEWLINE:
            lines.append("")
    return [line for line in lines if line]
