"""Scores the rewrite to dict style on labelled sites: folder and labels enter, a score is printed.

``python -m tests.corpus_migration FOLDER LABELS`` with projects below FOLDER as ``owner+name``. A site is
rewritten if a fix is offered at its outputs, or edits all of its calls; refused if a reason is given there.
``--diff`` prints what becomes of the Python files.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keraslint.engine import Settings, check
from keraslint.findings import Crashed, Report
from tests.rewriting.applying import edited

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keraslint.findings import Finding, Location

NEAR = 4
LISTS = frozenset({"list", "tuple"})
PLACE = re.compile(r"^(?:@(?P<path>.*):)?(?:c(?P<cell>\d+):)?(?P<line>\d+)$")


def main() -> None:
    """Print what becomes of every labelled site in list style, and the share that is rewritten."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--diff", action="store_true", help="also print what becomes of Python files")
    arguments = parser.parse_args()
    labels = [json.loads(line) for line in arguments.labels.read_text(encoding="utf-8").splitlines() if line]
    wanted = [label for label in labels if _is_listed(label) and _root(arguments.folder, label).is_dir()]
    by_project: dict[Path, list[dict[str, Any]]] = defaultdict(list)
    for label in wanted:
        by_project[_root(arguments.folder, label)].append(label)
    outcomes = {}
    for root, some in sorted(by_project.items()):
        reports = list(_reports(root))
        findings = [finding for report in reports for finding in report.findings]
        for label in some:
            said = _outcome(label, root, findings)
            outcomes[str(label["id"])] = said or _undecided(label, root, reports) or "nothing is said of it"
        if arguments.diff:
            _print_differences(findings)
    _print(wanted, outcomes)


def _is_listed(label: dict[str, Any]) -> bool:
    """Whether a site has its outputs in a list, trains as Keras does, and has something to rewrite."""
    structure = str(label["outputs"]["structure"]).split()[0]
    return label.get("class") == "training" and structure in LISTS and bool(label["touches"])


def _root(folder: Path, label: dict[str, Any]) -> Path:
    return folder / str(label["repo"]).replace("/", "+")


def _reports(root: Path) -> Iterator[Report]:
    settings = Settings(root=str(root), select=("KER901",), style="dict")
    for outcome in check([str(root)], settings):
        if isinstance(outcome, Crashed):
            print(f"CRASHED {outcome.document} in {outcome.rule}: {outcome.traceback.splitlines()[-1]}")
        elif isinstance(outcome, Report):
            yield outcome


def _outcome(label: dict[str, Any], root: Path, findings: Iterable[Finding]) -> str:
    """``rewritten``, why not, or that nothing is said of the site."""
    models = [place for what in ("model", "compile", "fit") for place in _places(label, root, what)]
    calls = [*_places(label, root, "compile"), *_places(label, root, "fit")]
    reason = ""
    for finding in findings:
        if not any(_is_near(finding.location, place) for place in models):
            edits = [edit.location for fix in finding.fixes for edit in fix.edits]
            if not all(any(_is_near(edit, place) for edit in edits) for place in calls) or not edits:
                continue
        if finding.fixes:
            return "rewritten"
        reason = finding.unfixed
    return reason


def _undecided(label: dict[str, Any], root: Path, reports: Iterable[Report]) -> str:
    """Why a site is not judged at all, as ``--undecided`` says it."""
    places = [place for what in ("compile", "fit") for place in _places(label, root, what)]
    unsaid = (one for report in reports for one in report.undecided)
    found = (one.reason for one in unsaid if any(_is_near(one.location, place) for place in places))
    return next((f"not judged: {reason}" for reason in found), "")


def _places(label: dict[str, Any], root: Path, statement: str) -> Iterator[tuple[str, int | None, int]]:
    """Document, cell and line of each such statement of a label."""
    for text in label["lines"].get(statement) or ():
        found = PLACE.match(str(text))
        if found is not None:
            path = found["path"] or label["path"]
            cell = None if found["cell"] is None else int(found["cell"]) + 1
            yield str(root / path), cell, int(found["line"])


def _is_near(location: Location, place: tuple[str, int | None, int]) -> bool:
    """Whether a place is the one that a label names, a few lines about; in a notebook the cell will do."""
    document, cell, line = place
    same = Path(location.document).resolve() == Path(document).resolve() and location.cell == cell
    return same and (cell is not None or abs(location.span.line - line) <= NEAR)


def _print_differences(findings: Iterable[Finding]) -> None:
    for finding in findings:
        for fix in finding.fixes:
            documents = {edit.location.document for edit in fix.edits}
            for path in sorted(one for one in documents if one.endswith(".py")):
                before = Path(path).read_text(encoding="utf-8")
                after = edited(before, [edit for edit in fix.edits if edit.location.document == path])
                lines = before.split("\n"), after.split("\n")
                print("\n".join(difflib.unified_diff(*lines, path, path, lineterm="", n=0)))


def _print(labels: Iterable[dict[str, Any]], outcomes: dict[str, str]) -> None:
    for label in labels:
        print(f"{label['id']:14} {outcomes[label['id']]}")
    rewritten = sum(outcome == "rewritten" for outcome in outcomes.values())
    print(
        f"{rewritten} of {len(outcomes)} sites are rewritten ({100 * rewritten // max(1, len(outcomes))} %)"
    )


if __name__ == "__main__":
    main()
