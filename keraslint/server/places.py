"""Locations enter, places leave as a client counts them: an address, and lines and code units from 0."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from keraslint.documents import decode
from keraslint.server.opened import Sheet, uri_of

if TYPE_CHECKING:
    from pygls.workspace import PositionCodec

    from keraslint.findings import Location
    from keraslint.server.opened import Snapshot


@dataclass(frozen=True)
class Places:
    """Knows the lines of what is open, and reads those of other files."""

    snapshot: Snapshot
    codec: PositionCodec

    def sheet(self, location: Location) -> Sheet | None:
        """The sheet that holds a location; None where the client cannot show it by line and column."""
        opened = self.snapshot.files.get(os.path.realpath(location.document))
        if opened is None:
            return None if location.cell is not None else self._closed(location.document)
        if not opened.notebook:
            return None if opened.raw else opened.sheets[0]
        number = location.cell or 1
        return opened.sheets[number - 1] if number <= len(opened.sheets) else None

    def location(self, location: Location) -> types.Location:
        """The place; in a notebook that is open as JSON, or not at all, the line of the file."""
        sheet = self.sheet(location)
        if sheet is not None:
            return types.Location(sheet.uri, self.range(location, sheet))
        opened = self.snapshot.files.get(os.path.realpath(location.document))
        uri = opened.sheets[0].uri if opened is not None and opened.sheets else uri_of(location.document)
        line = (location.raw_line or location.span.line) - 1
        return types.Location(uri, types.Range(types.Position(line, 0), types.Position(line + 1, 0)))

    def range(self, location: Location, sheet: Sheet) -> types.Range:
        """The range of a location in its sheet."""
        span = location.span
        return types.Range(
            self.position(sheet, span.line, span.column),
            self.position(sheet, span.end_line, span.end_column),
        )

    def column(self, sheet: Sheet, position: types.Position) -> tuple[int, int]:
        """Line and column, from 1, of a position."""
        line = sheet.lines[position.line] if position.line < len(sheet.lines) else ""
        units = 0
        for column, character in enumerate(line, 1):
            if units >= position.character:
                return position.line + 1, column
            units += self.codec.client_num_units(character)
        return position.line + 1, len(line) + 1

    def position(self, sheet: Sheet, line: int, column: int) -> types.Position:
        """The position of a line and column, from 1; what is behind the end of the text is at its end."""
        if line > len(sheet.lines):
            return types.Position(len(sheet.lines) - 1, self.codec.client_num_units(sheet.lines[-1]))
        return types.Position(line - 1, self.codec.client_num_units(sheet.lines[line - 1][: column - 1]))

    def _closed(self, path: str) -> Sheet | None:
        data = self.snapshot.read(path)
        document = decode(path, data) if isinstance(data, bytes) else None
        source = getattr(document, "source", None)
        return None if source is None else Sheet(uri_of(path), None, source)
