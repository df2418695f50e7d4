"""A task enters; its files leave with a comment on the line of each finding that silences it.

Where a comment already silences other rules on the line, the rule is added to it. A comment that would not
silence its finding, or would bring another one, is not written.
"""

from __future__ import annotations

import io
import tokenize
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keraslint.engine.ignoring import LIKE, ignores
from keraslint.findings import Edit, Span
from keraslint.fixing.contents import Contents, with_edits
from keraslint.fixing.judged import judged
from keraslint.fixing.rounds import Changed, changed
from keraslint.fixing.texts import UnfitError
from keraslint.rules import registered
from keraslint.syntax import concrete

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.documents import Document
    from keraslint.engine.ignoring import Ignore
    from keraslint.findings import Crashed, Finding, Skipped
    from keraslint.fixing.judged import State, Task


@dataclass(frozen=True)
class Silenced:
    """The files that change, how many findings are silenced then, those that are not, what was not judged."""

    changed: tuple[Changed, ...]
    count: int
    left: tuple[Finding, ...]
    others: tuple[Skipped | Crashed, ...]


def silenced(task: Task) -> Silenced:
    """Silence what the task is about, in memory alone."""
    before = judged(task, Contents())
    about_sites = {found.rule.code for found in registered() if found.rule.subject == "site"}
    wanted = [
        one
        for one in before.remaining
        if one.code in about_sites and task.name(one.location.document) == one.location.document
    ]
    after = _with(before, _edits(wanted, before))
    left = after.remaining
    return Silenced(changed(after), len(before.remaining) - len(left), left, before.others)


def _with(state: State, edits: Sequence[Edit]) -> State:
    """The state with the comments that can be written and leave fewer findings."""
    if not edits:
        return state
    try:
        after = judged(state.task, with_edits(state.contents, edits))
        if len(after.remaining) <= len(state.remaining) - len(edits):
            return after
    except UnfitError:
        pass
    if len(edits) == 1:
        return state
    half = len(edits) // 2
    return _with(_with(state, edits[half:]), edits[:half])


def _edits(findings: Sequence[Finding], state: State) -> list[Edit]:
    by_document: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_document[finding.location.document].append(finding)
    found: list[Edit] = []
    for path, here in by_document.items():
        if (document := state.document(path)) is not None:
            found += _of_document(document, here)
    return found


def _of_document(document: Document, findings: Sequence[Finding]) -> list[Edit]:
    """One edit for each line; places are those of cells where there are any."""
    there = {
        one.comment.line: one
        for one in ignores(concrete.read(document).comments_like(LIKE))
        if one.is_own and one.rules is not None and not one.whole
    }
    ends = _line_ends(document.source)
    by_line: dict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        above = _above(document, finding)
        span = finding.location.span
        lines = (span.line + above, span.end_line + above)
        if line := next((line for line in lines if line in there or line in ends), None):
            by_line[line].append(finding)
    return [_edit(document, line, here, there.get(line)) for line, here in sorted(by_line.items())]


def _edit(document: Document, line: int, findings: Sequence[Finding], there: Ignore | None) -> Edit:
    codes = ", ".join(sorted({finding.code for finding in findings}))
    if there is not None and there.rules is not None:
        column = there.comment.column + there.rules[1]
        text = f", {codes}" if there.selectors else codes
    else:
        column = len(document.lines[line - 1]) + 1
        text = f"  # keraslint: ignore[{codes}]"
    cell = document.cell_at(line)
    at, column = line - _above(document, findings[0]), column + (cell.indent if cell else 0)
    return Edit(replace(findings[0].location, span=Span(at, column, at, column)), text)


def _above(document: Document, finding: Finding) -> int:
    """The lines of plain source above the finding's cell."""
    number = finding.location.cell
    return next((cell.first - 1 for cell in document.cells if cell.number == number), 0)


def _line_ends(source: str) -> frozenset[int]:
    """The lines at whose end a comment can stand: not those that end inside a string, or in a backslash."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return frozenset(one.start[0] for one in tokens if one.type in {tokenize.NEWLINE, tokenize.NL})
