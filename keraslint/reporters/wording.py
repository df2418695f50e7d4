"""What all formats for people say alike: places, conditions, versions and the closing count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
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
    by_severity = ", ".join(number(count, name) for count, name in counts if count)
    return f"Found {by_severity} in {files}.{rest}{_fixable(findings)}"


def fixable(finding: Finding) -> bool:
    """Whether ``keraslint fix`` makes a fix of it without being asked for unsafe ones."""
    return any(fix.safety is Safety.SAFE for fix in finding.fixes)


def _fixable(findings: Sequence[Finding]) -> str:
    """A line of its own, where there is something to fix."""
    safe = sum(map(fixable, findings))
    unsafe = sum(bool(one.fixes) and not fixable(one) for one in findings)
    if not safe:
        return f"\n{number(unsafe, 'finding')} fixable with `keraslint fix --unsafe-fixes`." if unsafe else ""
    more = f" ({unsafe} more with `--unsafe-fixes`)" if unsafe else ""
    return f"\n[*] {safe} fixable with `keraslint fix`{more}."


def number(count: int, noun: str) -> str:
    """A number of things."""
    return f"{count} {_plural(count, noun)}"


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 or noun == "info" else f"{noun}es" if noun.endswith("x") else f"{noun}s"
