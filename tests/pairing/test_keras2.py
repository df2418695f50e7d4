"""Keras 2 as a specification is held against what tf.keras 2.15 was seen to do."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from keraslint.pairing import UNSEEN, By, Call, Fault, Paired, Rejected, Request, Undecided, Verdict, pair
from keraslint.pairing.cases import UNREADABLE, Case, agrees, read
from keraslint.tree import Branch, Leaf, Tree

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


@cache
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
            names = tuple(result.get("metrics_names") or verdict.metrics_names)
            if (verdict.logs, verdict.metrics_names) != (logs, names):
                wrong[case.id] = (verdict.logs, logs, verdict.metrics_names, names)
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


def listed(*leaves: str | None) -> Tree[str | None]:
    """A written list."""
    return Branch("list", tuple(enumerate(map(Leaf, leaves))))


LIST = listed("b", "a")
DICT: Tree[str | None] = Branch("dict", (("b", Leaf("b")), ("a", Leaf("a"))))
ONE: Tree[str | None] = Leaf("a")


@pytest.mark.parametrize(
    ("outputs", "part", "by"),
    [
        (LIST, LIST, By.POSITION),
        (LIST, DICT, By.NAME),
        (LIST, ONE, By.BROADCAST),
        (DICT, DICT, By.NAME),
        (DICT, LIST, By.SORTED),
        (DICT, ONE, By.BROADCAST),
        (ONE, ONE, By.ONLY),
        (ONE, listed("a"), By.ONLY),
        (ONE, Branch("dict", (("a", Leaf("a")),)), By.NAME),
    ],
)
def test_what_paired_losses_and_weights(outputs: Tree[str | None], part: Tree[str | None], by: By) -> None:
    verdict = judge(Request(outputs, loss=part, loss_weights=part))
    assert isinstance(verdict, Paired)
    assert {term.loss_by for term in verdict.terms} == {term.weight_by for term in verdict.terms} == {by}


def test_a_list_of_losses_for_a_dict_goes_by_sorted_keys() -> None:
    verdict = judge(Request(DICT, loss=LIST))
    assert isinstance(verdict, Paired)
    assert [(term.head, term.loss) for term in verdict.terms] == [(("a",), (0,)), (("b",), (1,))]


def test_what_is_not_seen_mirrors_the_outputs_and_is_named() -> None:
    verdict = judge(Request(DICT, loss=UNSEEN, metrics=UNSEEN, call="fit"))
    assert isinstance(verdict, Paired)
    assert [term.head for term in verdict.terms] == [term.loss for term in verdict.terms] == [("a",), ("b",)]
    assert verdict.assumed == ("loss", "metrics", "targets")
    assert verdict.logs == ("loss", "a_loss", "b_loss")


def test_what_compile_takes_the_first_fit_refuses() -> None:
    verdict = judge(Request(LIST, loss=Branch("dict", (("b", Leaf("b")), ("c", Leaf("c"))))))
    assert isinstance(verdict, Rejected)
    assert (verdict.call, verdict.fault, verdict.clauses) == ("fit", Fault.LOSS_KEYS, ("K2.6",))


def test_an_unknown_name_leaves_a_dict_undecided() -> None:
    unnamed = listed("b", None)
    assert isinstance(judge(Request(unnamed, loss=DICT)), Undecided)
    assert isinstance(judge(Request(unnamed, loss=Branch("dict", (("b", Leaf("b")),)))), Paired)
    assert isinstance(judge(Request(unnamed, loss=LIST)), Paired)


@pytest.mark.parametrize(("version", "verdict"), [("2.15", Rejected), ("2.20", Rejected), ("2.21", Paired)])
def test_none_among_the_targets_is_taken_since_2_21(version: str, verdict: type[Verdict]) -> None:
    targets = listed("b", None)
    request = Request(LIST, loss=Leaf("mse"), call="fit", targets=targets)
    assert isinstance(pair(request, version), verdict)


@pytest.mark.parametrize(
    ("call", "target", "verdict"),
    [("fit", None, Rejected), ("fit", "a", Paired), ("test_on_batch", None, Paired)],
)
def test_a_sample_weight_that_is_made_has_the_shape_of_its_target(
    call: Call, target: str | None, verdict: type[Verdict]
) -> None:
    """As tf_keras 2.21 did: a target that is None has no shape, and for a batch none is made."""
    targets, weights = listed("b", target), listed("w", None)
    request = Request(LIST, loss=listed("mse", "mae"), call=call, targets=targets, sample_weight=weights)
    assert isinstance(pair(request, "2.21"), verdict)
