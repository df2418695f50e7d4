"""Scores keraslint on labelled sites of public projects: folder and labels enter, a score is printed.

``python -m tests.corpus_score FOLDER LABELS`` with the projects below FOLDER as ``owner+name``. A label is a
hit if a finding of a rule that it expects lies in its file, within three lines of a statement that it names.
"""

from __future__ import annotations

import argparse
import ast
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keraslint.documents import EXCLUDED, Document, Exclusion, decode, read_bytes
from keraslint.engine import Settings, check
from keraslint.findings import Crashed, Report, Severity
from keraslint.rules import registered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keraslint.findings import Finding

# The labels' names for what a linter should say, and the rules that say it.
RULES = {
    "M1": {"KER105"},
    "M2": {"KER211", "KER204"},
    "D1": {"KER201", "KER202", "KER203", "KER204"},
    "W1": {"KER104"},
    "W2": {"KER203"},
    "L1": {"KER101"},
    "L2": {"KER101"},
    "L3": {"KER102", "KER301"},
    "Y1": {"KER108"},
    "Y2": {"KER108"},
    "Y2-conditional": {"KER108"},
    "G1": {"KER401", "KER402", "KER403"},
    "F1": {"KER803"},
    "SYNTAX": {"KER001"},
    "ORDER": {"KER901"},
    "P1": {"KER608"},
}
NEAR = 3


@dataclass
class Score:
    """What became of each label, by its id."""

    hits: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)
    unbuilt: list[str] = field(default_factory=list)
    mild: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    false_alarms: list[str] = field(default_factory=list)
    overstated: list[str] = field(default_factory=list)
    sites: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Lines:
    """A stretch of lines of a file, or of one cell of a notebook (counted from 1)."""

    cell: int | None
    first: int
    last: int

    def near(self, finding: Finding) -> bool:
        """Whether a finding lies within or close to these lines."""
        span = finding.location.span
        return finding.location.cell == self.cell and self.first - NEAR <= span.line <= self.last + NEAR


def main() -> None:
    """Print the score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--others", action="store_true", help="also print the findings that no label expects")
    arguments = parser.parse_args()
    labels = [json.loads(line) for line in arguments.labels.read_text(encoding="utf-8").splitlines() if line]
    score, expected = Score(), set()
    projects = {project for label in labels if (project := _root(arguments.folder, label)).is_dir()}
    reports = dict(_reports(projects))
    for label in labels:
        report = reports.get(_path(arguments.folder, label))
        if report is not None:
            expected |= set(
                _judge(label, report, [*report.findings, *_elsewhere(report, reports.values())], score)
            )
    _print(score)
    if arguments.others:
        _print_others(reports.values(), expected)


def _root(folder: Path, label: dict[str, Any]) -> Path:
    return folder / str(label["repo"]).replace("/", "+")


def _path(folder: Path, label: dict[str, Any]) -> str:
    return str(_root(folder, label) / label["path"])


def _reports(projects: Iterable[Path]) -> Iterator[tuple[str, Report]]:
    """The reports of all files; whole projects are checked, as a model may come from another file."""
    for project in sorted(projects):
        for outcome in check(
            [str(project)],
            Settings(excluded=(Exclusion(str(project), EXCLUDED),), severity=Severity.INFO, style="dict"),
        ):
            if isinstance(outcome, Crashed):
                print(f"CRASHED {outcome.document} in {outcome.rule}: {outcome.traceback.splitlines()[-1]}")
            elif isinstance(outcome, Report):
                yield outcome.document, outcome


def _elsewhere(report: Report, reports: Iterable[Report]) -> Iterator[Finding]:
    """Findings of other files that name a place of this one, as a yield names the fit it feeds."""
    for other in reports:
        for finding in other.findings:
            for related in finding.related:
                if other is not report and related.location.document == report.document:
                    yield replace(finding, location=related.location)


def _judge(label: dict[str, Any], report: Report, findings: list[Finding], score: Score) -> list[Finding]:
    """Enter a label into the score; the findings that it expects come back."""
    lines = _lines(label, report.document)
    near = [finding for finding in findings if not lines or any(at.near(finding) for at in lines)]
    wanted = {code for name in label["expected_rules"] for code in RULES.get(name, ())}
    found = [finding for finding in near if finding.code in wanted]
    loud = [
        finding for finding in near if finding.severity is not Severity.INFO and finding.code not in wanted
    ]
    said = f"{label['id']} {label['expected_rules']} {_reach(label)}"
    score.sites[label["expected"]] += 1
    if label["expected"] == "report":
        built = wanted & {rule.rule.code for rule in registered()}
        into = score.hits if found else score.misses if built else score.unbuilt
        into.append(f"{said}: {_codes(found)}" if found else said)
    elif wanted:
        (score.mild if found else score.unsaid).append(f"{said}: {_codes(found)}")
    if loud:
        into = score.false_alarms if label["expected"] == "silent" else score.overstated
        into += [f"{said}: {_line(finding)}" for finding in loud]
    return found + loud


def _codes(findings: list[Finding]) -> str:
    return ", ".join(sorted({finding.code for finding in findings}))


def _reach(label: dict[str, Any]) -> str:
    away = any("@" in str(line) for step in ("model", "compile") for line in label["lines"].get(step, ()))
    return "(several files)" if away else "(one file)"


def _lines(label: dict[str, Any], path: str) -> list[Lines]:
    """The statements that a label names in its own file."""
    named = [str(line) for lines in label["lines"].values() for line in lines if "@" not in str(line)]
    if not path.endswith(".ipynb"):
        return [_statement(_source(path), int(line), None) for line in named]
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    places = [line[1:].split(":") for line in named]
    return [_statement("".join(cells[int(n)]["source"]), int(line), int(n) + 1) for n, line in places]


def _source(path: str) -> str:
    data = read_bytes(path)
    document = decode(path, data) if isinstance(data, bytes) else None
    return document.source if isinstance(document, Document) else ""


def _statement(source: str, line: int, cell: int | None) -> Lines:
    """The lines of the innermost statement around a line; the line alone where the source does not parse."""
    try:
        nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt)]
    except SyntaxError:
        return Lines(cell, line, line)
    around = [(node.lineno, node.end_lineno or line) for node in nodes if not hasattr(node, "body")]
    first, last = max((span for span in around if span[0] <= line <= span[1]), default=(line, line))
    return Lines(cell, first, last)


def _line(finding: Finding) -> str:
    cell = "" if finding.location.cell is None else f"cell {finding.location.cell} "
    at = f"{cell}{finding.location.span.line}"
    return f"{at} {finding.code} {finding.severity.value}: {finding.message}"


def _print(score: Score) -> None:
    print("sites:", dict(score.sites))
    for name in ("hits", "misses", "unbuilt", "mild", "unsaid", "false_alarms", "overstated"):
        entries = getattr(score, name)
        print(f"\n{name.replace('_', ' ')}: {len(entries)}")
        for entry in entries:
            print("   ", entry)


def _print_others(reports: Iterable[Report], expected: set[Finding]) -> None:
    print("\nother findings:")
    for report in reports:
        for finding in report.findings:
            if finding not in expected:
                print("   ", report.document, _line(finding))


if __name__ == "__main__":
    main()
