"""Places: from what ``ast`` counts (bytes, from 0) to what people count (characters, from 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.findings import Location, Span

if TYPE_CHECKING:
    from keraslint.documents import Document
    from keraslint.inference.values import Origin

MAX_TEXT = 60
"""Characters of source that are shown for one leaf."""


@dataclass(frozen=True)
class Places:
    """The places of one document."""

    document: Document

    def location(self, origin: Origin) -> Location:
        """The location of an origin."""
        start = self._column(origin.line, origin.column)
        end = self._column(origin.end_line, origin.end_column)
        return Location(self.document.path, Span(origin.line, start, origin.end_line, end))

    def text(self, origin: Origin) -> str:
        """The source at an origin, on one line, shortened."""
        span = self.location(origin).span
        lines = list(self.document.lines[span.line - 1 : span.end_line])
        if not lines:
            return ""
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        text = " ".join(" ".join(lines).split())
        return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 3] + "..."

    def _column(self, line: int, column: int) -> int:
        if line > len(self.document.lines):
            return 1
        text = self.document.lines[line - 1]
        if text.isascii():
            return column + 1
        return len(text.encode()[:column].decode(errors="ignore")) + 1
