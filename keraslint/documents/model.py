"""The words of ``documents``: plain source with its name, or the place and reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Failure:
    """Why a document, or a cell of one, cannot be read; line and column count from 1."""

    document: str
    line: int
    column: int
    reason: str


@dataclass(frozen=True)
class Cell:
    """A code cell: its 1-based number among all cells, its first line in the plain source of the
    document, the line of the .ipynb file on which each of its lines stands, and the indentation that
    was taken from its lines.
    """

    number: int
    first: int
    raw_lines: tuple[int, ...]
    indent: int = 0

    @property
    def last(self) -> int:
        """Its last line in the plain source."""
        return self.first + len(self.raw_lines) - 1


@dataclass(frozen=True)
class Document:
    """Plain Python source: decoded, without byte order mark, lines ended by newlines alone.

    ``cells`` is empty for everything but notebooks; ``failures`` are the cells that were left out.
    """

    path: str
    source: str
    cells: tuple[Cell, ...] = ()
    failures: tuple[Failure, ...] = ()
    encoding: str = "utf-8"
    newline: str = "\n"

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines of the source without their ends; ``str.splitlines`` would also split at form feeds."""
        return tuple(self.source.split("\n"))

    def cell_at(self, line: int) -> Cell | None:
        """The cell that holds this line of the plain source."""
        return next((cell for cell in self.cells if cell.first <= line <= cell.last), None)
