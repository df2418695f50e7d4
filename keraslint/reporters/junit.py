"""JUnit's XML: a suite for each file, a failed case for each finding, one that passes where there is none."""

from __future__ import annotations

from html import escape as xml
from typing import TYPE_CHECKING

from keraslint.reporters.results import real_line
from keraslint.reporters.terminal import escape
from keraslint.reporters.wording import place, reservations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Report
    from keraslint.reporters.results import Results


def render(results: Results) -> str:
    """All files; what was not judged is a skipped case."""
    failed = len(results.findings)
    cases = sum(max(1, len(report.findings)) + _open(report, results) for report in results.reports)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="keraslint" tests="{cases}" failures="{failed}" errors="0">',
        *(line for report in results.reports for line in _suite(report, results)),
        "</testsuites>",
    ]
    return "".join(f"{line}\n" for line in lines)


def _open(report: Report, results: Results) -> int:
    return len(report.undecided) if results.undecided else 0


def _suite(report: Report, results: Results) -> Iterator[str]:
    failed, skipped = len(report.findings), _open(report, results)
    name = _attribute(report.document)
    cases = max(1, failed) + skipped
    counts = f'tests="{cases}" failures="{failed}" errors="0" skipped="{skipped}"'
    yield f"  <testsuite name={name} {counts}>"
    for finding in report.findings:
        yield f"    <testcase name={_attribute(f'{finding.code} {finding.name}')} classname={name}>"
        yield f"      {_failure(finding)}"
        yield "    </testcase>"
    if not report.findings:
        yield f'    <testcase name="keraslint" classname={name}/>'
    for one in report.undecided if results.undecided else ():
        said = _attribute(f"{place(one.location)}: {one.reason}")
        yield f'    <testcase name="not judged" classname={name}><skipped message={said}/></testcase>'
    yield "  </testsuite>"


def _failure(finding: Finding) -> str:
    real = "" if finding.location.cell is None else f" (line {real_line(finding.location)} of the file)"
    notes = "".join(f" [{text}]" for text in reservations(finding))
    text = f"{place(finding.location)}{real}: {finding.code} {escape(finding.message)}{notes}"
    kind, said = _attribute(finding.severity.value), _attribute(finding.message)
    return f"<failure type={kind} message={said}>{xml(text)}</failure>"


def _attribute(text: str) -> str:
    """XML has no way to write control characters; they are written out."""
    return f'"{xml(escape(text))}"'
