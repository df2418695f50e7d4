"""Places in plain source enter, places that a reader can go to leave: in a notebook its cell and raw line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keraslint.findings import Location, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from keraslint.documents import Document
    from keraslint.findings import Edit, Finding, Undecided

    Lookup = Callable[[str], Document | None]


def placed(location: Location, lookup: Lookup) -> Location:
    """The location in its notebook's cell; unchanged where its document has no cells."""
    document = lookup(location.document)
    cell = document.cell_at(location.span.line) if document else None
    if cell is None:
        return location
    span, before = location.span, cell.first - 1
    end = (span.end_line, span.end_column)
    if document and span.end_line > cell.last:
        end = (cell.last, len(document.lines[cell.last - 1]) + 1)
    inner = Span(span.line - before, span.column + cell.indent, end[0] - before, end[1] + cell.indent)
    return replace(location, span=inner, cell=cell.number, raw_line=cell.raw_lines[span.line - cell.first])


def moved(finding: Finding, move: Callable[[Location], Location]) -> Finding:
    """The finding with all of its locations moved."""
    return replace(
        finding,
        location=move(finding.location),
        related=tuple(replace(one, location=move(one.location)) for one in finding.related),
        fixes=tuple(
            replace(fix, edits=tuple(replace(edit, location=move(edit.location)) for edit in fix.edits))
            for fix in finding.fixes
        ),
    )


def placed_finding(finding: Finding, lookup: Lookup) -> Finding:
    """The finding with all of its locations placed."""
    fixes = tuple(
        replace(fix, edits=tuple(replace(edit, text=_indented(edit, lookup)) for edit in fix.edits))
        for fix in finding.fixes
    )
    return moved(replace(finding, fixes=fixes), lambda location: placed(location, lookup))


def _indented(edit: Edit, lookup: Lookup) -> str:
    """The new text as it has to stand in a cell whose lines are all indented."""
    document = lookup(edit.location.document)
    cell = document.cell_at(edit.location.span.line) if document else None
    return edit.text.replace("\n", "\n" + " " * cell.indent) if cell else edit.text


def placed_undecided(undecided: Undecided, lookup: Lookup) -> Undecided:
    """The undecided place, placed."""
    return replace(undecided, location=placed(undecided.location, lookup))


def excerpts(findings: Iterable[Finding], lookup: Lookup) -> tuple[tuple[Location, str], ...]:
    """The source at every place that the unplaced findings name, under the place as it is printed."""
    plain = {at for found in findings for at in (found.location, *(one.location for one in found.related))}
    return tuple(
        (placed(at, lookup), text) for at in sorted(plain, key=_order) if (text := _text(at, lookup))
    )


def _order(location: Location) -> tuple[str, Span]:
    return location.document, location.span


def _text(location: Location, lookup: Lookup) -> str:
    document = lookup(location.document)
    if document is None:
        return ""
    cell = document.cell_at(location.span.line)
    margin = " " * cell.indent if cell else ""
    lines = document.lines[location.span.line - 1 : location.span.end_line]
    return "\n".join(margin + line for line in lines)
