"""One JSON array for machines, an object for each finding; where ruff has a field, it has ruff's name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.findings import Finding, Fix, Location, Report, Undecided
    from keraslint.reporters.terminal import Paint


def render(reports: Sequence[Report], paint: Paint, undecided: bool) -> str:  # noqa: ARG001, FBT001 (one signature)
    """All findings; with ``undecided`` also the places that were not judged, whose code is null."""
    rows = [_finding(finding) for report in reports for finding in report.findings]
    if undecided:
        rows += [_undecided(one) for report in reports for one in report.undecided]
    return json.dumps(rows, indent=2) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    fixes = [_fix(fix) for fix in finding.fixes]
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        **_location(finding.location),
        "given": list(finding.given),
        "keras_versions": list(finding.versions),
        "related": [{"message": one.text, **_location(one.location)} for one in finding.related],
        "fix": fixes[0] if fixes else None,
        "other_fixes": fixes[1:],
        "unfixed": finding.unfixed or None,
        "url": None,
    }


def _undecided(undecided: Undecided) -> dict[str, Any]:
    return {
        "code": None,
        "name": "undecided",
        "severity": "info",
        "message": undecided.reason,
        **_location(undecided.location),
    }


def _location(location: Location) -> dict[str, Any]:
    span = location.span
    return {
        "filename": location.document,
        "cell": location.cell,
        "location": {"row": span.line, "column": span.column},
        "end_location": {"row": span.end_line, "column": span.end_column},
        "raw_row": location.raw_line,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [{"content": edit.text, **_location(edit.location)} for edit in fix.edits]
    return {"applicability": fix.safety.value, "message": fix.title, "edits": edits}
