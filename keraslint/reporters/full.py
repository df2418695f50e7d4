"""Each finding with the source it speaks of, carets under it, and the other places that decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.reporters.cropping import cropped
from keraslint.reporters.terminal import escape, source, width
from keraslint.reporters.wording import closing, place, reservations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from keraslint.findings import Finding, Location, Report, Span
    from keraslint.reporters.results import Results
    from keraslint.reporters.terminal import Paint

    Excerpts = Mapping[Location, str]

# A longer place shows its first lines and its last one.
LONGEST = 6


def render(results: Results) -> str:
    """The findings of all reports with their frames, and the closing line."""
    blocks = [block for report in results.reports for block in _blocks(report, results)]
    return "\n".join([*blocks, closing(results.reports, undecided=results.undecided), ""])


def _blocks(report: Report, results: Results) -> Iterator[str]:
    excerpts = dict(report.excerpts)
    for finding in report.findings:
        yield "\n".join([*_finding(finding, excerpts, results.paint), ""])
    for one in report.undecided if results.undecided else ():
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
    drawn = _one_line if len(lines) == 1 else _several_lines
    for number, text in drawn(lines, location.span, paint):
        yield f"{paint('frame', number.rjust(gutter))} {bar} {text}".rstrip()


def _one_line(lines: Sequence[str], span: Span, paint: Paint) -> Iterator[tuple[str, str]]:
    """The line, and carets under the place; an empty place is one caret wide."""
    line, begin, end = cropped(lines[0], span.column - 1, span.end_column - 1)
    yield str(span.line), source(line)
    yield "", " " * width(line[:begin]) + paint("error", "^" * max(width(line[begin:end]), 1))


def _several_lines(lines: Sequence[str], span: Span, paint: Paint) -> Iterator[tuple[str, str]]:
    """The lines with a rule on their left that leads from the first character to the last."""
    side = paint("error", "|")
    line, begin, _ = cropped(lines[0], span.column - 1)
    yield str(span.line), f"  {source(line)}"
    yield "", " " + paint("error", "_" * (width(line[:begin]) + 1) + "^")
    cut = len(lines) > LONGEST
    last, end, _ = cropped(lines[-1], span.end_column - 1)
    for number, text in list(enumerate([*lines[:-1], last], span.line))[1 : LONGEST - 2 if cut else None]:
        yield str(number), f"{side} {source(cropped(text)[0])}"
    if cut:
        yield "", f"{side} ..."
        yield str(span.end_line), f"{side} {source(last)}"
    yield "", paint("error", "|" + "_" * max(width(last[:end]), 1) + "^")
