"""Programs with nothing wrong in them, or nothing that can be known: silence is the right answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from keraslint.engine import Settings, check_source
from keraslint.findings import Report

QUIET = sorted((Path(__file__).parent / "quiet").glob("*.py"))


@pytest.mark.parametrize("path", QUIET, ids=[path.stem for path in QUIET])
def test_nothing_is_found(path: Path) -> None:
    outcomes = check_source(path.name, path.read_bytes(), Settings())
    assert [outcome for outcome in outcomes if not isinstance(outcome, Report)] == []
    findings = [finding for report in outcomes if isinstance(report, Report) for finding in report.findings]
    assert [f"{finding.location.span.line}: {finding.code} {finding.message}" for finding in findings] == []
