"""How often each rule found something, the most frequent first: a table for people, an array for machines."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from keraslint.findings import Safety

if TYPE_CHECKING:
    from keraslint.findings import Finding
    from keraslint.reporters.results import Results


def render(results: Results) -> str:
    """A line for each rule; nothing where nothing was found."""
    rows = _rows(results)
    widest = max((len(str(row["count"])) for row in rows), default=0)
    lines = []
    for row in rows:
        count = results.paint("bold", str(row["count"]).rjust(widest))
        lines.append(f"{count}  {row['code']}  {'[*]' if row['fixable'] else '[ ]'} {row['name']}\n")
    fixable = any(row["fixable"] for row in rows)
    return "".join([*lines, "[*] has safe fixes: `keraslint fix`\n" if fixable else ""])


def render_json(results: Results) -> str:
    """The same as an array of objects."""
    return json.dumps(_rows(results), indent=2) + "\n"


def _rows(results: Results) -> list[dict[str, Any]]:
    by_code: dict[str, list[Finding]] = defaultdict(list)
    for finding in results.findings:
        by_code[finding.code].append(finding)
    rows = [_row(code, findings) for code, findings in sorted(by_code.items())]
    return sorted(rows, key=lambda row: -int(row["count"]))


def _row(code: str, findings: list[Finding]) -> dict[str, Any]:
    safe = [any(fix.safety is Safety.SAFE for fix in one.fixes) for one in findings]
    return {"code": code, "name": findings[0].name, "count": len(findings), "fixable": any(safe)}
