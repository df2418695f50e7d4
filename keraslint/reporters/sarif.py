"""SARIF 2.1.0, for code scanning: results with fingerprints, suppressions and fixes.

In a notebook a region is a line of the file; its fixes, which edit cells, stand in the properties alone.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from keraslint import __version__
from keraslint.findings import Severity
from keraslint.reporters.json_array import fix as json_fix
from keraslint.reporters.results import fingerprinted, in_cell, posix, real_line
from keraslint.reporters.terminal import escape
from keraslint.reporters.wording import reservations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keraslint.findings import Described, Edit, Finding, Fix, Location, Silenced, Undecided
    from keraslint.reporters.results import Results

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
SUPPRESSED = {"comment": "inSource", "baseline": "external"}


def render(results: Results) -> str:
    """One run, its rules and its results."""
    by = [*(None for _ in results.findings), *results.silenced]
    found = [*results.findings, *(one.finding for one in results.silenced)]
    rules = _rules(found, results.rules)
    index = {rule["id"]: at for at, rule in enumerate(rules)}
    marked = zip(fingerprinted(found), by, strict=True)
    rows = [_result(one, mark, index, silenced) for (one, mark), silenced in marked]
    run = {
        "tool": {"driver": {"name": "keraslint", "semanticVersion": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [*rows, *map(_open, results.open_sites)],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rules(findings: Sequence[Finding], described: Sequence[Described]) -> list[dict[str, Any]]:
    """Every rule that was described, and those that are not but found something."""
    known = [_rule(one) for one in described]
    others = {one.code: one.name for one in findings}
    for rule in known:
        others.pop(rule["id"], None)
    return known + [{"id": code, "name": name} for code, name in sorted(others.items())]


def _rule(described: Described) -> dict[str, Any]:
    return {
        "id": described.code,
        "name": described.name,
        "shortDescription": {"text": described.summary},
        "help": {"text": described.summary, "markdown": described.page or described.summary},
        "defaultConfiguration": {"level": LEVELS[described.severity]},
        "properties": {"tags": ["correctness"]},
    }


def _result(
    finding: Finding, fingerprint: str, index: Mapping[str, int], silenced: Silenced | None
) -> dict[str, Any]:
    notes = "".join(f" [{text}]" for text in reservations(finding))
    in_files = all(edit.location.cell is None for fix in finding.fixes for edit in fix.edits)
    row: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": LEVELS[finding.severity],
        "message": _message(finding.message + notes),
        "locations": [_location(finding.location)],
        "partialFingerprints": {"keraslint/v1": fingerprint},
        "properties": {
            "name": finding.name,
            "given": list(finding.given),
            "kerasVersions": list(finding.versions),
            "fixes": [json_fix(fix) for fix in finding.fixes],
        },
    }
    if finding.related:
        row["relatedLocations"] = [
            {"id": at, **_location(one.location), "message": _message(one.text)}
            for at, one in enumerate(finding.related)
        ]
    if finding.fixes and in_files:
        row["fixes"] = [_fix(fix) for fix in finding.fixes]
    if silenced is not None:
        because = {"justification": silenced.reason} if silenced.reason else {}
        row["suppressions"] = [{"kind": SUPPRESSED[silenced.by], **because}]
    return row


def _open(undecided: Undecided) -> dict[str, Any]:
    """A site that was not judged: SARIF calls it open."""
    return {
        "kind": "open",
        "level": "none",
        "message": _message(undecided.reason),
        "locations": [_location(undecided.location)],
    }


def _message(text: str) -> dict[str, str]:
    """Text in which no link stands: in SARIF ``[text](1)`` is one."""
    return {"text": escape(text).replace("](", "] (") or " "}


def _location(location: Location) -> dict[str, Any]:
    physical = {"artifactLocation": {"uri": _uri(location)}, "region": _region(location)}
    cell = in_cell(location)
    logical = {"logicalLocations": [{"name": cell, "kind": "cell"}]} if cell else {}
    return {"physicalLocation": physical, **logical}


def _uri(location: Location) -> str:
    path = quote(os.fsencode(posix(location)))
    return f"file://{path}" if path.startswith("/") else path


def _region(location: Location) -> dict[str, int]:
    if location.cell is not None:
        return {"startLine": real_line(location)}
    span = location.span
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    changes: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        changes.setdefault(_uri(edit.location), []).append(edit)
    return {
        "description": _message(f"{fix.title} ({fix.safety.value})"),
        "artifactChanges": [
            {"artifactLocation": {"uri": uri}, "replacements": [_replacement(edit) for edit in edits]}
            for uri, edits in changes.items()
        ],
    }


def _replacement(edit: Edit) -> dict[str, Any]:
    return {"deletedRegion": _region(edit.location), "insertedContent": {"text": edit.text}}
