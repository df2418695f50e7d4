"""The rules on what real releases of Keras were recorded to do, where every part was written in order.

Where Keras gave each head its own, nothing may be found; where it did not, something has to be.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from keraslint.findings import Finding, Severity
from keraslint.pairing import Absent, Fault, Rejected, Request, pair
from keraslint.pairing.agreement import load_cases
from keraslint.pairing.versions import parse
from keraslint.rules import registered, rejected
from keraslint.sites.model import NOT_GIVEN, CompileCall, DataCall, Given, TrainingSite, Unread, Written
from keraslint.tree import SEQUENCES, Branch, Leaf, dotted, leaves, map_leaves
from tests.programs import FIXTURES
from tests.rules.spelled_sites import PLACE

if TYPE_CHECKING:
    from keraslint.pairing import Backend, Part, Token, Verdict
    from keraslint.pairing.cases import Case
    from keraslint.sites.model import SitePart
    from keraslint.tree import Key, Path, Tree

RECORD = FIXTURES / "conformance"
EXPLAINED = ("3.0.5", "3.4.1", "3.5.0", "3.6.0", "3.7.0", "3.12.4", "3.14.0", "3.15.1")
VERSIONS = ("2.15", *EXPLAINED)
BACKENDS: dict[int, Backend] = {2: "tensorflow", 3: "jax"}
ELSEWHERE = {"SWAP", "WSWAP", "MSWAP", "DROP", "SWAP+MSWAP"}
PARTS = ("loss", "loss_weights", "metrics", "weighted_metrics", "y", "sample_weight")
# Both readings of a flat list of metrics are right, each for another Keras; what is logged is not what is
# paired.
ASIDE = {"KER211", "KER303"}


@cache
def recorded(version: str) -> list[tuple[Case, dict[str, Any]]]:
    """The cases that were written in order, with what a version did."""
    cases = load_cases(RECORD)
    text = (RECORD / "results" / f"{version}.jsonl").read_text(encoding="utf-8")
    results = [json.loads(line) for line in text.splitlines()]
    found = [(cases[result["id"]], result) for result in results if result["id"] in cases]
    return [(case, result) for case, result in found if all(in_order(case, name) for name in PARTS)]


def in_order(case: Case, name: str) -> bool:
    """Whether a part is absent, one for all, or has in each place and under each name that head's letter."""
    part = case.part(name)
    heads = [(path, letter(token)) for path, token in leaves(case.outputs)]
    if not isinstance(part, Branch):
        return part is None or len(heads) == 1 or name == "loss"
    if any(len(path) > 1 for path, _ in heads):
        return False
    own = places(heads) if part.kind in SEQUENCES else names(case, heads)
    if name == "loss":  # which heads have a loss is the author's to say
        own = {key: head for key, head in own.items() if key in part.keys or part.kind in SEQUENCES}
    given = {path[0]: letter(token) for path, token in leaves(part)}
    return given == own and len(part.items) == len(own)


def places(heads: list[tuple[Path, str]]) -> dict[Key, str]:
    """The head at each position."""
    return {index: head for index, (_, head) in enumerate(heads)}


def names(case: Case, heads: list[tuple[Path, str]]) -> dict[Key, str]:
    """The head under each name; none where heads have no names of their own."""
    model = case.spec["model"]
    if not in_list(case.outputs):
        return {dotted(path): head for path, head in heads}
    if model["kind"] != "functional":
        return {}
    return {model.get("layers", {}).get(head, head.lower()): head for _, head in heads}


def in_list(outputs: Tree[Token]) -> bool:
    """Whether the outputs have no keys of their own."""
    return isinstance(outputs, Leaf) or outputs.kind in SEQUENCES


def letter(token: Token) -> str:
    """The head that an entry is meant for."""
    return str(token).rpartition(":")[2]


def loud(case: Case, version: str) -> list[Finding]:
    """The findings of a case that are more than information."""
    at = parse(version)
    _, request = replace(case, major=at.major).requests()[0]
    return said(request, pair(request, at, BACKENDS[at.major]), at.major)


def said(request: Request, verdict: Verdict, major: int) -> list[Finding]:
    """What is found where this is asked, information left out."""
    written = site(request)
    return [
        finding
        for found in registered()
        if found.rule.subject == "site" and not found.rule.optional
        if found.rule.keras in {None, major}
        for finding in found.check(written, verdict)
        if finding.severity is not Severity.INFO and finding.code not in ASIDE
    ]


def refusals(version: str) -> list[tuple[str, Request, Rejected]]:
    """What the specification says that a version raises on, of all that was ever recorded.

    What it does not take of a batch is left to the rules that read batches. Where no loss is given, a layer
    may add one, which no case shows.
    """
    at = parse(version)
    asked = (
        (case.id, request, pair(request, at))
        for case in load_cases(RECORD).values()
        if case.is_pairing and not case.is_about_shapes
        for _, request in replace(case, major=at.major).requests()
    )
    return [
        (name, request, verdict)
        for name, request, verdict in asked
        if isinstance(verdict, Rejected)
        if not (isinstance(request.loss, Absent) and verdict.fault in {Fault.LOSS_COUNT, Fault.LOSS_KEYS})
        if verdict.fault is not Fault.FEED or request.feed == "arrays"
    ]


def site(request: Request) -> TrainingSite:
    """The site that would ask this."""
    compiled = CompileCall(
        PLACE,
        part(request.loss),
        part(request.loss_weights),
        part(request.metrics),
        part(request.weighted_metrics),
    )
    data = DataCall(
        request.call,
        PLACE,
        part(request.targets, named=False),
        part(request.sample_weight),
        request.class_weight,
        request.feed,
    )
    outputs = map_leaves(request.outputs, lambda _, name: Written("tensor", PLACE, name=name))
    return TrainingSite(PLACE, request.kind, Given(outputs, PLACE), compiled, data)


def part(written: Part, *, named: bool = True) -> SitePart:
    """A part of a request as a part of a site; arrays have no names."""
    if isinstance(written, Absent):
        return NOT_GIVEN
    if not isinstance(written, (Leaf, Branch)):
        return Unread("", PLACE)
    return Given(map_leaves(written, lambda _, token: leaf(token, named=named)), PLACE)


def leaf(token: Token, *, named: bool) -> Written:
    """A token as it is written."""
    name = token if named and isinstance(token, str) else None
    return Written(repr(token), PLACE, name=name, value=token, is_none=token is None)


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_is_found_where_each_head_got_its_own(version: str) -> None:
    cases = [case for case, result in recorded(version) if result["verdict"] == "OK"]
    assert len(cases) > 100
    assert {case.id: found for case in cases if (found := loud(case, version))} == {}


@pytest.mark.parametrize("version", EXPLAINED)
def test_something_is_found_where_some_head_did_not(version: str) -> None:
    cases = [case for case, result in recorded(version) if result["verdict"] in ELSEWHERE]
    assert len(cases) > 10
    assert [case.id for case in cases if not loud(case, version)] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_each_refusal_that_is_known_is_said_and_mostly_by_a_rule_of_its_own(version: str) -> None:
    major = parse(version).major
    refused = refusals(version)
    found = [(name, said(request, verdict, major)) for name, request, verdict in refused]
    assert len(found) > 500
    assert [name for name, ones in found if not any("raises" in one.message for one in ones)] == []
    rest = [name for name, ones in found if any(one.code == rejected.rule.code for one in ones)]
    assert len(rest) < len(found) / 8
    assert {len(ones) for name, ones in found if name in rest} == {1}
