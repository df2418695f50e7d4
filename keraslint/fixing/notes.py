"""Findings that are not fixed enter; the files leave with a comment above each statement that says why.

A statement that has such a comment of a rule gets no second one.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from keraslint.documents.grammar import Flaw, parse
from keraslint.findings import Edit, Span
from keraslint.fixing.comparing import objection
from keraslint.fixing.contents import with_edits
from keraslint.fixing.judged import judged
from keraslint.fixing.places import Shifts
from keraslint.fixing.texts import UnfitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keraslint.documents import Document
    from keraslint.findings import Attempt, Finding
    from keraslint.fixing.judged import State

MARK = "# TODO(keraslint): "


def noted(state: State, refused: Iterable[Attempt]) -> State:
    """The state with a comment for each finding of a given file that has no fix, or whose fix was refused."""
    notes = {
        _key(note): note
        for one in refused
        if state.task.name(one.finding.location.document) == one.finding.location.document
        and (note := _note(one.finding, one.reason, state)) is not None
    }
    return _with(state, [notes[key] for key in sorted(notes)])


def _key(note: Edit) -> tuple[str, int, Span, str]:
    at = note.location
    return at.document, at.cell or 0, at.span, note.text


def _with(state: State, notes: Sequence[Edit]) -> State:
    """The state with these comments, but for those that the engine minds; the last are written first."""
    if not notes:
        return state
    try:
        after = judged(state.task, with_edits(state.contents, notes))
        minded = objection(state, after, (), Shifts(notes))
    except UnfitError as error:
        minded = str(error)
    if minded is None:
        return after
    half = len(notes) // 2
    return state if len(notes) == 1 else _with(_with(state, notes[half:]), notes[:half])


def _note(finding: Finding, reason: str, state: State) -> Edit | None:
    """The comment, indented like the statement; None where it stands there already."""
    at = finding.location
    document = state.document(at.document)
    cell = next((one for one in document.cells if one.number == at.cell), None) if document else None
    above = cell.first - 1 if cell else 0
    line = None if document is None else _first_line(document, at.span.line + above)
    if document is None or line is None or _is_noted(document.lines, line, finding.code):
        return None
    text = document.lines[line - 1]
    indent = " " * (cell.indent if cell else 0) + text[: len(text) - len(text.lstrip())]
    comment = f"{indent}{MARK}{finding.code} is not fixed: {' '.join(reason.split())}\n"
    return Edit(replace(at, span=Span(line - above, 1, line - above, 1)), comment)


def _first_line(document: Document, line: int) -> int | None:
    """The first line of the innermost statement that covers a line."""
    tree = parse(document.source)
    if isinstance(tree, Flaw):
        return None
    around = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return max(around, default=None)


def _is_noted(lines: Sequence[str], line: int, code: str) -> bool:
    for above in reversed(lines[: line - 1]):
        if not above.lstrip().startswith("#"):
            return False
        if f"{MARK}{code} " in above:
            return True
    return False
