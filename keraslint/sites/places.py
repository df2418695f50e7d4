"""Places: from what ``ast`` counts (bytes, from 0) to what people count (characters, from 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.findings import Location, Span

if TYPE_CHECKING:
    from keraslint.inference import Project
    from keraslint.inference.values import Origin

MAX_TEXT = 60
"""Characters of source that are shown for one leaf."""


@dataclass(frozen=True)
class Places:
    """The places of a project's documents."""

    project: Project

    def location(self, origin: Origin) -> Location:
        """The location of an origin."""
        lines = self._lines(origin)
        start = _column(lines, origin.line, origin.column)
        end = _column(lines, origin.end_line, origin.end_column)
        return Location(self.project.path(origin.document), Span(origin.line, start, origin.end_line, end))

    def text(self, origin: Origin) -> str:
        """The source at an origin, on one line, shortened."""
        span = self.location(origin).span
        lines = list(self._lines(origin)[span.line - 1 : span.end_line])
        if not lines:
            return ""
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        text = " ".join(" ".join(lines).split())
        return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 3] + "..."

    def _lines(self, origin: Origin) -> tuple[str, ...]:
        document = self.project.document(origin.document)
        return () if document is None else document.lines


def _column(lines: tuple[str, ...], line: int, column: int) -> int:
    if line > len(lines):
        return 1
    text = lines[line - 1]
    return column + 1 if text.isascii() else len(text.encode()[:column].decode(errors="ignore")) + 1
