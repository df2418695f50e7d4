"""Findings and a range enter, code actions leave: each fix by itself, and all safe ones together."""

from __future__ import annotations

from collections import defaultdict
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from lsprotocol import types

from keraslint.documents import Document, decode
from keraslint.documents.notebook import sources
from keraslint.findings import Safety
from keraslint.server.diagnostics import diagnostic
from keraslint.server.opened import kept_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keraslint.findings import Finding, Fix
    from keraslint.server.opened import Opened, Sheet
    from keraslint.server.places import Places

FIX_ALL = "source.fixAll.keraslint"
NOTEBOOK_FIX_ALL = "notebook.source.fixAll.keraslint"
KINDS = (types.CodeActionKind.QuickFix, FIX_ALL, NOTEBOOK_FIX_ALL)

Edits = dict[str, list[types.TextEdit]]


def wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a client asks for actions of this kind, or of one above it."""
    return not only or any(one in {"", kind} or kind.startswith(f"{one}.") for one in only)


def quick_fixes(
    findings: Iterable[Finding], sheet: Sheet, span: types.Range, places: Places, *, versioned: bool
) -> Iterator[types.CodeAction]:
    """Every fix of the findings that a range of a sheet touches; those that change what is trained last."""
    here = [
        (finding, fix)
        for finding in findings
        if (at := places.location(finding.location)).uri == sheet.uri and _meet(at.range, span)
        for fix in finding.fixes
    ]
    for finding, fix in sorted(here, key=lambda one: one[1].safety is Safety.UNSAFE):
        edits = _edits(fix, places)
        if edits is not None:
            yield types.CodeAction(
                title=fix.title if fix.safety is Safety.SAFE else f"{fix.title} (unsafe)",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[diagnostic(finding, places)],
                is_preferred=fix.safety is Safety.SAFE,
                edit=workspace_edit(edits, places, versioned=versioned),
            )


def fix_all(opened: Opened, new: bytes | None, places: Places) -> Edits:
    """The edits that make a file what it is with all safe fixes; whole lines, cell by cell."""
    if new is None or opened.raw:
        return {}
    if not opened.notebook:
        (sheet,) = opened.sheets
        return {sheet.uri: _line_edits(sheet, _decoded(opened, new), places)}
    cells = sources(new.decode())
    return {
        sheet.uri: edits
        for number, sheet in enumerate(opened.sheets, 1)
        if sheet.python and (edits := _line_edits(sheet, "".join(cells[number]), places))
    }


def workspace_edit(edits: Edits, places: Places, *, versioned: bool) -> types.WorkspaceEdit:
    """The edits, for the versions of documents that they are meant for where the client knows that."""
    if not versioned:
        return types.WorkspaceEdit(changes=edits)
    versions = {sheet.uri: sheet.version for one in places.snapshot.files.values() for sheet in one.sheets}
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(uri, versions.get(uri)), list(here)
            )
            for uri, here in edits.items()
        ]
    )


def _edits(fix: Fix, places: Places) -> Edits | None:
    """The edits by document; None where one of them stands where the client cannot make it."""
    found: Edits = defaultdict(list)
    for edit in dict.fromkeys(fix.edits):
        sheet = places.sheet(edit.location)
        if sheet is None:
            return None
        text = edit.text.replace("\n", sheet.newline)
        found[sheet.uri].append(types.TextEdit(places.range(edit.location, sheet), text))
    return dict(found)


def _line_edits(sheet: Sheet, new: str, places: Places) -> list[types.TextEdit]:
    """The edits that turn the lines of a sheet into others."""
    old, lines = kept_lines(sheet.text), kept_lines(new)
    above = _alike(old, lines)
    below = _alike(old[above:][::-1], lines[above:][::-1])
    changes = SequenceMatcher(None, old[above : len(old) - below], lines[above : len(lines) - below])
    return [
        types.TextEdit(
            types.Range(
                places.position(sheet, above + begin + 1, 1), places.position(sheet, above + end + 1, 1)
            ),
            "".join(lines[above + first : above + last]),
        )
        for tag, begin, end, first, last in changes.get_opcodes()
        if tag != "equal"
    ]


def _alike(some: Sequence[str], others: Sequence[str]) -> int:
    """How many lines are the same from the first."""
    different = (at for at, (one, other) in enumerate(zip(some, others, strict=False)) if one != other)
    return next(different, min(len(some), len(others)))


def _decoded(opened: Opened, data: bytes) -> str:
    document = decode(opened.path, data)
    return data.decode(document.encoding if isinstance(document, Document) else "utf-8")


def _meet(one: types.Range, other: types.Range) -> bool:
    return one.start <= other.end and other.start <= one.end
