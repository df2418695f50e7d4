"""Findings enter, diagnostics leave, each on the sheet where the client shows it."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from lsprotocol import types

from keraslint.findings import Severity
from keraslint.reporters.wording import reservations
from keraslint.rules.pages import NoPageError, path_of
from keraslint.server.opened import uri_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keraslint.findings import Finding
    from keraslint.server.opened import Opened
    from keraslint.server.places import Places

SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
USELESS = "KER002"
"""The rule about comments that silence nothing, which clients show as faded."""


def by_sheet(
    opened: Opened, findings: Iterable[Finding], places: Places
) -> dict[str, list[types.Diagnostic]]:
    """The diagnostics of a file by the addresses of its sheets, also of those that have none."""
    found: dict[str, list[types.Diagnostic]] = defaultdict(list)
    for finding in findings:
        found[places.location(finding.location).uri].append(diagnostic(finding, places))
    return {sheet.uri: found[sheet.uri] for sheet in opened.sheets}


def diagnostic(finding: Finding, places: Places) -> types.Diagnostic:
    """One finding."""
    page = _page(finding.name)
    held = reservations(finding)
    return types.Diagnostic(
        range=places.location(finding.location).range,
        message=finding.message + (f" ({', '.join(held)})" if held else ""),
        severity=SEVERITIES[finding.severity],
        code=finding.code,
        code_description=types.CodeDescription(page) if page else None,
        source="keraslint",
        tags=[types.DiagnosticTag.Unnecessary] if finding.code == USELESS else None,
        related_information=[
            types.DiagnosticRelatedInformation(places.location(one.location), one.text)
            for one in finding.related
        ],
    )


@cache
def _page(name: str) -> str | None:
    """The address of the rule's page, which lies in the installation."""
    try:
        return uri_of(str(path_of(name)))
    except NoPageError:
        return None
