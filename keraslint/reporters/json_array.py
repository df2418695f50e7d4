"""One JSON array for machines, an object for each finding; where ruff has a field, it has ruff's name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keraslint.findings import Finding, Fix, Location, Undecided
    from keraslint.reporters.results import Results


def render(results: Results) -> str:
    """All findings, then the places that were not judged where they are asked for, whose code is null."""
    return json.dumps(rows(results), indent=2) + "\n"


def rows(results: Results) -> list[dict[str, Any]]:
    """An object for each."""
    return [*map(row, results.findings), *map(_undecided, results.open_sites)]


def row(finding: Finding) -> dict[str, Any]:
    """A finding with its fixes."""
    fixes = [fix(one) for one in finding.fixes]
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


def fix(fix: Fix) -> dict[str, Any]:
    """A fix with its edits."""
    edits = [{"content": edit.text, **_location(edit.location)} for edit in fix.edits]
    return {"applicability": fix.safety.value, "message": fix.title, "edits": edits}
