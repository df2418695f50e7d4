"""A source as text enters, its report leaves, and from it rows: keraslint for a program that scans data.

Everything here can be sent to another process or machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keraslint.engine.checking import check_source as _check_bytes
from keraslint.engine.settings import Settings
from keraslint.engine.targets import targets
from keraslint.findings import Crashed, Report, Severity
from keraslint.reporters.json_array import row

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Report", "check_source", "rows"]


def check_source(
    text: str,
    path: str,
    *,
    select: Sequence[str] = ("ALL",),
    keras_version: Sequence[str] = (),
    severity: str = "warning",
) -> Report:
    """Check one source as if it stood at ``path``; that of a notebook, which ends in ``.ipynb``, is its JSON.

    What it imports is looked for where ``path`` lies, if there is anything there. A source that cannot be
    parsed has a finding that says so. Raises ``ValueError`` for a selector, version or severity that there is
    not, and ``RuntimeError`` for a defect of keraslint, with the traceback.
    """
    settings = Settings(
        select=tuple(select),
        versions=targets(keras_version) if keras_version else Settings.versions,
        severity=Severity(severity),
    )
    report = Report(path)
    for outcome in _check_bytes(path, text.encode("utf-8", "surrogatepass"), settings):
        if isinstance(outcome, Crashed):
            message = f"a defect of keraslint, in {outcome.rule} on {path}:\n{outcome.traceback}"
            raise RuntimeError(message)  # noqa: TRY004 (not a wrong type but a defect)
        if isinstance(outcome, Report) and outcome.document == path:
            report = outcome
    return report


def rows(report: Report) -> list[dict[str, Any]]:
    """The findings of a report as ``--output-format json`` has them, an object for each."""
    return [row(finding) for finding in report.findings]
