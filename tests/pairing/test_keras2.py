"""Keras 2 as a specification is held against what tf.keras 2.15 was seen to do."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from keraslint.pairing import Paired, Rejected, Request, Undecided, Verdict, pair
from keraslint.pairing.cases import UNREADABLE, Case, agrees, read

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "fixtures" / "conformance"
MODULES = sorted((ROOT / "keraslint" / "pairing").glob("keras2*.py"))
VERSION = "2.15"
VERSIONS = ("2.15", "2.21")


@cache
def recorded(version: str = VERSION) -> tuple[tuple[Case, Any], ...]:
    """The cases that pair something, with what that release of Keras 2 did."""
    found = []
    for folder in (RECORD, RECORD / "keras2"):
        if (folder / "results" / f"{version}.jsonl").exists():
            results = {result["id"]: result for result in _lines(folder / "results" / f"{version}.jsonl")}
            cases = (Case(spec["id"], spec, major=2) for spec in _lines(folder / "cases.jsonl"))
            found += [(case, results[case.id]) for case in cases if case.is_pairing]
    return tuple(found)


def _lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def judge(request: Request) -> Verdict:
    """The verdict of Keras 2."""
    return pair(request, VERSION)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_case_that_is_decided_agrees(version: str) -> None:
    readable = [entry for entry in recorded(version) if entry[1]["verdict"].split("+")[0] not in UNREADABLE]
    compared = {
        case.id: agrees(read(case, lambda request: pair(request, version)), result)
        for case, result in readable
    }
    decided = [agreed for agreed in compared.values() if agreed is not None]
    assert [case for case, agreed in compared.items() if agreed is False] == []
    assert len(decided) >= 0.98 * len(readable)


def test_errors_are_raised_as_keras_words_them() -> None:
    wrong = {}
    for case, result in recorded():
        rejected = next(
            (v for _, request in case.requests() if isinstance(v := judge(request), Rejected)), None
        )
        if rejected is None or case.is_about_shapes:
            continue
        error = result["error"]
        if rejected.error != error["type"] or rejected.message[:25] not in error["message"]:
            wrong[case.id] = (rejected.error, rejected.message, error)
    assert wrong == {}


def test_logs_come_in_the_recorded_order() -> None:
    wrong = {}
    for case, result in recorded():
        for action, request in case.requests():
            keys = result.get(f"{action}_keys")
            verdict = judge(request)
            if keys is None or not isinstance(verdict, Paired):
                continue
            logs = tuple(key for key in keys if not key.startswith("val_"))
            if verdict.logs != logs:
                wrong[case.id] = (verdict.logs, logs)
    assert wrong == {}


def clauses_in_source() -> dict[str, list[str]]:
    """Each clause with the cases that its comment names."""
    text = "\n".join(module.read_text(encoding="utf-8") for module in MODULES)
    found = {}
    for match in re.finditer(r"^ *# (K2\.\d+) (.*(?:\n *#.*)*?)\n(?! *#)", text, flags=re.MULTILINE):
        blocks = re.split(r"# (K2\.\d+) ", match.group(0))[1:]
        for name, body in zip(blocks[::2], blocks[1::2], strict=True):
            shown = re.sub(r"\n *# *", " ", body).rpartition("Shown by ")[2]
            found[name] = re.findall(r"[A-Z][A-Z0-9]*/[^\s,]+[^\s,.]", shown)
    return found


CLAUSES = clauses_in_source()


def test_the_clauses_are_numbered_without_a_gap() -> None:
    assert sorted(CLAUSES, key=lambda name: int(name[3:])) == [f"K2.{n + 1}" for n in range(len(CLAUSES))]
    assert len(CLAUSES) == 20


@pytest.mark.parametrize("clause", CLAUSES)
def test_each_clause_is_shown_by_the_case_that_it_names(clause: str) -> None:
    cases = {case.id: case for case, _ in recorded()}
    assert CLAUSES[clause]
    for name in CLAUSES[clause]:
        verdicts = [judge(request) for _, request in cases[name].requests()]
        used = {
            used for verdict in verdicts if not isinstance(verdict, Undecided) for used in verdict.clauses
        }
        assert clause in used, name
