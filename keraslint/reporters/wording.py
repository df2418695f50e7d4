"""What all formats for people say alike: places, conditions, versions and the closing count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.reporters.terminal import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.findings import Finding, Location, Report


def place(location: Location) -> str:
    """``train.py:12:5``, and in a notebook ``train.ipynb:cell 3:line 2:5``."""
    line = location.span.line if location.cell is None else f"cell {location.cell}:line {location.span.line}"
    return f"{escape(location.document)}:{line}:{location.span.column}"


def reservations(finding: Finding) -> list[str]:
    """When a finding does not always hold: the conditions and the versions in which it does."""
    given = [f"where {escape(' and '.join(finding.given))}"] if finding.given else []
    return given + ([f"with Keras {', '.join(finding.versions)}"] if finding.versions else [])


def closing(reports: Sequence[Report], *, undecided: bool) -> str:
    """The last line: how many findings in how many files, and what was not judged."""
    findings = [finding for report in reports for finding in report.findings]
    files = f"{len(reports)} {_plural(len(reports), 'file')}"
    open_sites = sum(len(report.undecided) for report in reports)
    hint = "" if undecided else "; --undecided lists them"
    rest = f" {open_sites} {_plural(open_sites, 'place')} not judged{hint}." if open_sites else ""
    known = sum(one.by == "baseline" for report in reports for one in report.silenced)
    rest = (f" {known} known from the baseline." if known else "") + rest
    if not findings:
        return f"No findings in {files}.{rest}"
    counts = ((sum(one.severity is at for one in findings), at.value) for at in Severity)
    by_severity = ", ".join(f"{number} {_plural(number, name)}" for number, name in counts if number)
    return f"Found {by_severity} in {files}.{rest}"


def _plural(number: int, noun: str) -> str:
    return noun if number == 1 or noun == "info" else f"{noun}s"
