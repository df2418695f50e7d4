"""GitLab's code quality report: a JSON array in the style of Code Climate."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from keraslint.findings import Severity
from keraslint.reporters.results import fingerprinted, in_cell, posix, real_line
from keraslint.reporters.terminal import escape
from keraslint.reporters.wording import reservations

if TYPE_CHECKING:
    from keraslint.findings import Finding
    from keraslint.reporters.results import Results

SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(results: Results) -> str:
    """An entry for each finding; what was not judged has no place in it."""
    rows = [_row(finding, fingerprint) for finding, fingerprint in fingerprinted(results.findings)]
    return json.dumps(rows, indent=2) + "\n"


def _row(finding: Finding, fingerprint: str) -> dict[str, Any]:
    location = finding.location
    line = real_line(location)
    end = line if location.cell is not None else location.span.end_line
    notes = [f"({text})" for text in (in_cell(location), *reservations(finding)) if text]
    return {
        "check_name": finding.code,
        "description": " ".join([f"{finding.code} {finding.name}: {escape(finding.message)}", *notes]),
        "fingerprint": fingerprint,
        "severity": SEVERITIES[finding.severity],
        "location": {"path": posix(location), "lines": {"begin": line, "end": end}},
    }
