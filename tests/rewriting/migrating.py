"""Files enter; what is said of their style, and what they are after a rewrite to another, leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.engine import Settings, check
from keraslint.findings import Finding, Report
from tests.rewriting.applying import applied

if TYPE_CHECKING:
    from pathlib import Path

    from keraslint.engine.settings import Style

STYLES: dict[str, Style] = {"outputs-in-a-list": "dict", "losses-in-nested-dicts": "nested"}


def migrations(folder: Path, style: Style = "dict") -> list[Finding]:
    """What is said of style in a file or folder."""
    outcomes = check([str(folder)], Settings(root=str(folder.parent), select=("KER9",), style=style))
    assert all(isinstance(outcome, Report) for outcome in outcomes), outcomes
    reports = [outcome for outcome in outcomes if isinstance(outcome, Report)]
    return [finding for report in reports for finding in report.findings]


def migrated(folder: Path, style: Style = "dict") -> dict[str, str]:
    """Every Python file below as it is after all rewrites that are offered."""
    paths = [folder] if folder.is_file() else sorted(folder.rglob("*.py"))
    sources = {str(path): path.read_text(encoding="utf-8") for path in paths}
    fixes = [fix for finding in migrations(folder, style) for fix in finding.fixes]
    return applied(sources, [edit for fix in fixes for edit in fix.edits])
