"""One line for each finding: place, code, message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.reporters.terminal import escape
from keraslint.reporters.wording import closing, fixable, place, reservations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.reporters.results import Results
    from keraslint.reporters.terminal import Paint


def render(results: Results) -> str:
    """The findings of all reports, a line each, and the closing line."""
    lines = list(_lines(results))
    return "\n".join([*lines, closing(results.reports, undecided=results.undecided), ""])


def _lines(results: Results) -> Iterator[str]:
    paint = results.paint
    for report in results.reports:
        for finding in report.findings:
            yield _line(finding, paint)
        for one in report.undecided if results.undecided else ():
            yield f"{paint('bold', place(one.location))}: not judged: {escape(one.reason)}"


def _line(finding: Finding, paint: Paint) -> str:
    reserved = "".join(f" [{text}]" for text in reservations(finding))
    code = paint(finding.severity.value, finding.code)
    mark = " [*]" if fixable(finding) else ""
    return f"{paint('bold', place(finding.location))}: {code}{mark} {escape(finding.message)}{reserved}"
