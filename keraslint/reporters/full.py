"""Each finding with the source it speaks of, carets under it, and the other places that decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.reporters.terminal import escape, source, width
from keraslint.reporters.wording import closing, place, reservations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from keraslint.findings import Finding, Location, Report
    from keraslint.reporters.terminal import Paint

    Excerpts = Mapping[Location, str]

# A longer place shows its first lines and its last one.
LONGEST = 6


def render(reports: Sequence[Report], paint: Paint, undecided: bool) -> str:  # noqa: FBT001 (one signature for all)
    """The findings of all reports with their frames, and the closing line."""
    blocks = [block for report in reports for block in _blocks(report, paint, undecided=undecided)]
    return "\n".join([*blocks, closing(reports, undecided=undecided), ""])


def _blocks(report: Report, paint: Paint, *, undecided: bool) -> Iterator[str]:
    excerpts = dict(report.excerpts)
    for finding in report.findings:
        yield "\n".join([*_finding(finding, excerpts, paint), ""])
    for one in report.undecided if undecided else ():
        yield f"{place(one.location)}: not judged: {escape(one.reason)}\n"


def _finding(finding: Finding, excerpts: Excerpts, paint: Paint) -> Iterator[str]:
    kind = paint(finding.severity.value, f"{finding.severity.value} {finding.code}")
    yield f"{kind} {finding.name}: {paint('bold', escape(finding.message))}"
    locations = (finding.location, *(one.location for one in finding.related))
    gutter = max(len(str(at.span.end_line)) for at in locations)
    yield from _frame(finding.location, excerpts, gutter, paint)
    for one in finding.related:
        yield f"{' ' * gutter} {paint('frame', '=')} {paint('bold', 'note')}: {escape(one.text)}"
        yield from _frame(one.location, excerpts, gutter, paint)
    notes = [
        *reservations(finding),
        *(f"{fix.safety.value} fix: {escape(fix.title)}" for fix in finding.fixes),
    ]
    yield from (f"{' ' * gutter} {paint('frame', '=')} {note}" for note in notes)


def _frame(location: Location, excerpts: Excerpts, gutter: int, paint: Paint) -> Iterator[str]:
    yield f"{' ' * gutter}{paint('frame', '-->')} {paint('place', place(location))}"
    lines = excerpts.get(location, "").split("\n")
    if lines == [""]:
        return
    bar = paint("frame", "|")
    yield f"{' ' * gutter} {bar}"
    for offset, text in enumerate(lines):
        number = location.span.line + offset
        if len(lines) > LONGEST and LONGEST - 2 <= offset < len(lines) - 1:
            if offset == LONGEST - 2:
                yield f"{'.' * gutter} {bar}"
            continue
        yield f"{paint('frame', str(number).rjust(gutter))} {bar} {source(text)}".rstrip()
        if carets := _carets(text, number, location):
            yield f"{' ' * gutter} {bar} {paint('error', carets)}"


def _carets(text: str, number: int, location: Location) -> str:
    span = location.span
    start = span.column - 1 if number == span.line else len(text) - len(text.lstrip())
    end = min(span.end_column - 1, len(text)) if number == span.end_line else len(text.rstrip())
    if end <= start and span.line == span.end_line:
        end = start + 1  # an empty place still is one
    return " " * width(text[:start]) + "^" * max(width(text[start:end]), 1) if end > start else ""
