"""Every numbered clause of Keras 3 is shown by a recorded case, and no verdict cites what does not hold."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, version as package_version
from importlib.util import find_spec
from pathlib import Path

import pytest

from keraslint.pairing import Paired, Rejected, pair
from keraslint.pairing.agreement import Recording, compare, load_cases, recordings
from keraslint.pairing.cases import Case
from keraslint.pairing.clauses import CLAUSES, Clause
from keraslint.pairing.keras3 import Run
from keraslint.pairing.versions import BOUNDARIES

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "fixtures" / "conformance"
MODULES = sorted(path for path in (ROOT / "keraslint" / "pairing").glob("*.py") if "keras2" not in path.name)
FOLDERS = (RECORD, RECORD / "keras3")

cases_of = cache(load_cases)


@cache
def seen() -> dict[str, tuple[Path, Recording]]:
    """The recordings by name; those that are complete go first."""
    return {one.name: (folder, one) for folder in reversed(FOLDERS) for one in recordings(folder)}


def clauses_met(case: Case, recording: Recording) -> set[str]:
    """What the verdicts on a case cite."""
    met: set[str] = set()
    for _, request in case.requests():
        verdict = pair(request, recording.version, recording.backend)
        assert isinstance(verdict, (Paired, Rejected))
        met |= set(verdict.clauses)
        if isinstance(verdict, Rejected):
            break
        run = Run(request, recording.version, recording.backend)
        run.predicted()
        met |= set(run.trail.clauses)
    return met


@pytest.mark.parametrize("clause", CLAUSES.values(), ids=lambda clause: clause.number)
def test_the_case_of_a_clause_shows_it(clause: Clause) -> None:
    folder, recording = next(entry for entry in _candidates(clause.seen) if clause.case in cases_of(entry[0]))
    case = cases_of(folder)[clause.case]
    assert clause.holds(recording.version)
    assert clause.number in clauses_met(case, recording)
    (result,) = [entry for entry in compare(recording, {case.id: case}) if entry.case == case.id]
    assert result.agree is True


def _candidates(name: str) -> list[tuple[Path, Recording]]:
    found = [(folder, one) for folder in FOLDERS for one in recordings(folder) if one.name == name]
    assert found, name
    return found


@pytest.mark.parametrize("name", ["3.0.5", "3.4.1", "3.5.0", "3.6.0", "3.7.0", "3.13.2", "3.15.1-tensorflow"])
def test_no_verdict_cites_a_clause_of_another_release(name: str) -> None:
    folder, recording = seen()[name]
    decided = [entry.case for entry in compare(recording, cases_of(folder)) if entry.agree]
    cited = set().union(*(clauses_met(cases_of(folder)[case], recording) for case in decided))
    assert [number for number in sorted(cited) if not CLAUSES[number].holds(recording.version)] == []


def test_the_table_and_the_modules_have_the_same_numbers() -> None:
    quoted = {
        number
        for path in MODULES
        if path.name != "clauses.py"
        for number in re.findall(r"\b[CFGJLMOQRT]\d\d\b", path.read_text(encoding="utf-8"))
    }
    assert quoted == set(CLAUSES)


def missing_lines(keras: Path, version: str) -> dict[str, str]:
    """The clauses shown by a release whose lines are not in its source, a folder that holds keras/src."""
    shown = [clause for clause in CLAUSES.values() if clause.seen.partition("-")[0] == version]
    return {
        clause.number: clause.line
        for clause in shown
        if not _quotes(keras / "src" / clause.file, clause.line)
    }


def _quotes(file: Path, line: str) -> bool:
    """Whether the parts of a quotation stand in a file in their order, however it is laid out."""
    source = _bare(re.sub(r"#.*", "", file.read_text(encoding="utf-8")))
    parts = map(re.escape, map(_bare, line.split(" ... ")))
    return re.search(".*?".join(parts), source) is not None


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_every_clause_quotes_its_lines() -> None:
    assert [
        clause.number for clause in CLAUSES.values() if not (clause.file.endswith(".py") and clause.line)
    ] == []


def test_the_lines_stand_in_the_installed_keras() -> None:
    spec, version = find_spec("keras"), installed("keras")
    if spec is None or spec.origin is None or version not in {clause.seen for clause in CLAUSES.values()}:
        pytest.skip("no Keras is installed, or none that a clause quotes")
    assert missing_lines(Path(spec.origin).parent, version) == {}


def installed(package: str) -> str | None:
    """The version of an installed package."""
    try:
        return package_version(package)
    except PackageNotFoundError:
        return None


def test_a_line_that_is_not_there_is_found_out(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("if (\n    a  # why\n    and b\n):\n    pass\n    raise E(\n", encoding="utf-8")
    assert _quotes(file, "if ( a and b ): ... raise E(")
    assert not _quotes(file, "raise E( ... if ( a and b ):")
    assert not _quotes(file, "if ( a and c ):")


def test_a_case_is_one_line_of_its_file() -> None:
    for folder in FOLDERS:
        ids = [json.loads(line)["id"] for line in (folder / "cases.jsonl").read_text("utf-8").splitlines()]
        assert len(ids) == len(set(ids))


def test_the_boundaries_are_those_of_the_clauses() -> None:
    since = {clause.since for clause in CLAUSES.values()}
    until = {clause.until for clause in CLAUSES.values()} - {None}
    boundaries = [boundary.since for boundary in BOUNDARIES]
    assert boundaries == sorted(boundaries)
    assert since <= set(boundaries)
    assert all(any(last < boundary for boundary in boundaries) for last in until if last is not None)
