"""One line for each finding: place, code, message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.reporters.terminal import escape
from keraslint.reporters.wording import closing, place, reservations

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.findings import Finding, Report
    from keraslint.reporters.terminal import Paint


def render(reports: Sequence[Report], paint: Paint, undecided: bool) -> str:  # noqa: FBT001 (one signature for all)
    """The findings of all reports, a line each, and the closing line."""
    lines = list(_lines(reports, paint, undecided=undecided))
    return "\n".join([*lines, closing(reports, undecided=undecided), ""])


def _lines(reports: Sequence[Report], paint: Paint, *, undecided: bool) -> Iterator[str]:
    for report in reports:
        for finding in report.findings:
            yield _line(finding, paint)
        for one in report.undecided if undecided else ():
            yield f"{paint('bold', place(one.location))}: not judged: {escape(one.reason)}"


def _line(finding: Finding, paint: Paint) -> str:
    reserved = "".join(f" [{text}]" for text in reservations(finding))
    code = paint(finding.severity.value, finding.code)
    return f"{paint('bold', place(finding.location))}: {code} {escape(finding.message)}{reserved}"
