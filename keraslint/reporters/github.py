"""Workflow commands that GitHub shows beside the lines, and a summary of the step in Markdown.

GitHub shows ten annotations of a kind for a step; the summary has them all, as far as its size allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.reporters.results import in_cell, posix, real_line
from keraslint.reporters.terminal import escape
from keraslint.reporters.wording import closing, place, reservations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Location
    from keraslint.reporters.results import Results

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
# What Markdown or HTML could obey.
MARKUP = str.maketrans({character: f"&#{ord(character)};" for character in "\\`*_{}[]<>&|~#!@$\"'"})
LONGEST_SUMMARY = 500
"""Rows; GitHub refuses a summary of more than 1 MiB."""


def render(results: Results) -> str:
    """An annotation for each finding."""
    lines = [_annotation(finding) for finding in results.findings]
    for one in results.open_sites:
        text = f"{place(one.location)}: not judged: {escape(one.reason)}"
        lines.append(_command("notice", "keraslint (not judged)", one.location, text))
    return "".join(f"{line}\n" for line in lines)


def _annotation(finding: Finding) -> str:
    reserved = "".join(f" [{text}]" for text in reservations(finding))
    text = f"{place(finding.location)}: {finding.code} {escape(finding.message)}{reserved}"
    return _command(COMMANDS[finding.severity], f"keraslint ({finding.code})", finding.location, text)


def _command(kind: str, title: str, location: Location, text: str) -> str:
    options = ",".join(f"{key}={_option(value)}" for key, value in _options(title, location))
    return f"::{kind} {options}::{_data(text)}"


def _options(title: str, location: Location) -> Iterator[tuple[str, str]]:
    """In a notebook the line is that of the file, in whose JSON the columns are others."""
    yield "title", f"{title} {in_cell(location)}".rstrip()
    yield "file", escape(posix(location))
    yield "line", str(real_line(location))
    if location.cell is None:
        yield "col", str(location.span.column)
        yield "endLine", str(location.span.end_line)
        yield "endColumn", str(location.span.end_column)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _option(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(results: Results) -> str:
    """A heading that counts, and a table of the findings."""
    counted = closing(results.reports, undecided=True).splitlines()[0]
    lines = [f"### keraslint: {_marked(counted)}", ""]
    findings = results.findings
    if findings:
        lines += ["| where | rule | what |", "|---|---|---|"]
        lines += [_row(finding) for finding in findings[:LONGEST_SUMMARY]]
    if len(findings) > LONGEST_SUMMARY:
        lines += ["", f"and {len(findings) - LONGEST_SUMMARY} more"]
    return "\n".join([*lines, "", ""])


def _row(finding: Finding) -> str:
    reserved = "".join(f" [{text}]" for text in reservations(finding))
    cells = (place(finding.location), f"{finding.code} {finding.name}", escape(finding.message) + reserved)
    return f"| {' | '.join(map(_marked, cells))} |"


def _marked(text: str) -> str:
    return text.translate(MARKUP)
