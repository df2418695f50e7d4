"""Numbers are read back as the letters that they were made of, and pairs are called as in the record."""

from __future__ import annotations

import itertools
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from keraslint.pairing.cases import Case
from tests.conformance.decode import EXACT, FLOAT32, Decoder, Pairs
from tests.conformance.judge import Judge
from tests.conformance.letters import OUTPUT, TARGET, Array, Reading, metric_value, term_value

RECORD = Path(__file__).parents[2] / "fixtures" / "conformance"
# Heads left out by a None within a nested list; the record calls that a drop.
NONE_IN_A_LIST = "/loss=none/"
READABLE = {"OK", "SWAP", "DROP", "DIFF", "WSWAP", "WDROP", "SSWAP", "SDROP", "MSWAP", "MISLABEL"}


def per_sample(reading: Reading) -> Array:
    """Losses that are as different as those of Keras, without Keras."""
    power = 1 + 0.37 * "ABCDE".index(reading.loss)
    return (np.abs(TARGET[reading.target] - OUTPUT[reading.head]) ** power).mean(axis=-1)


def case(**parts: object) -> Case:
    """A case of two heads."""
    compiled = {name: parts[name] for name in ("loss", "loss_weights", "metrics") if name in parts}
    data = {"y": parts.get("y", ["B", "A"]), "sample_weight": parts.get("sample_weight")}
    return Case(
        "made", {"model": {"kind": "functional", "outputs": ["B", "A"]}, "compile": compiled, "data": data}
    )


TERMS = [
    (Reading("A", "A", "A"), "A"),
    (Reading("B", "A", "B"), "B(tA)"),
    (Reading("A", "B", "B"), "A(tB,lB)"),
    (Reading("A", "A", "A", "A"), "A"),
    (Reading("A", "A", "A", "B"), "A(wB)"),
    (Reading("B", "B", "B", "B", "A"), "B(sA)"),
    (Reading("B", "B", "B", None, "B"), "B(w-)"),
]
WEIGHTED = case(loss=["B", "A"], loss_weights=["B", "A"], sample_weight=["B", "A"])


@pytest.mark.parametrize(("term", "text"), TERMS)
def test_one_term(term: Reading, text: str) -> None:
    plain = term.weight is None and term.sample_weight is None
    decoder = Decoder(case(loss=["B", "A"]) if plain else WEIGHTED, per_sample)
    found = decoder.total(term_value(term, per_sample))
    assert found.replace(",s-", "").replace("(s-)", "") == text


@pytest.mark.parametrize(
    "terms", list(itertools.combinations([term for term, _ in TERMS if term.weight is None], 2))
)
def test_two_terms_are_told_apart(terms: tuple[Reading, Reading]) -> None:
    decoder = Decoder(case(loss=["B", "A"], sample_weight=["B", "A"]), per_sample)
    alone = sorted(decoder.total(term_value(term, per_sample)) for term in terms)
    together = decoder.total(sum(term_value(term, per_sample) for term in terms))
    assert together == "+".join(alone)


def test_a_number_of_something_else_is_not_read() -> None:
    assert Decoder(case(loss=["B", "A"]), per_sample).total(1.2345).startswith("?")
    assert Decoder(case(loss=["B", "A"]), per_sample).metric(1.2345).startswith("?")


def test_a_sum_in_float32_needs_the_wide_tolerance() -> None:
    number = float(
        np.float32(sum(term_value(Reading(letter, letter, letter), per_sample) for letter in "AB"))
    )
    assert Decoder(case(loss=["B", "A"]), per_sample, EXACT).total(number).startswith("?")
    assert Decoder(case(loss=["B", "A"]), per_sample, FLOAT32).total(number) == "A+B"


def test_metrics_say_by_which_sample_weight() -> None:
    decoder = Decoder(case(loss="str:A", sample_weight=["B", "A"]), per_sample)
    assert decoder.metric(metric_value(Reading("A", "A", "A"), per_sample)) == "A"
    assert decoder.metric(metric_value(Reading("A", "A", "B", None, "A"), per_sample)) == "A(lB,s+)"
    assert decoder.metric(metric_value(Reading("A", "B", "A", None, "B"), per_sample)) == "A(tB,sB)"


@cache
def recorded_cases() -> dict[str, Case]:
    """The recorded cases by id."""
    specs = map(json.loads, (RECORD / "cases.jsonl").read_text(encoding="utf-8").splitlines())
    return {spec["id"]: Case(spec["id"], spec) for spec in specs}


def parsed(text: str) -> Pairs:
    """The pairs of a line of the record."""
    total, *logged = text.split(" [", maxsplit=1)[0].split(" | ")
    entries = [tuple(entry.rsplit(":", 1)) for part in logged for entry in part.split(" ")]
    losses = tuple((log, letters) for log, letters in entries if log.endswith("_loss"))
    return Pairs(
        total, losses, tuple((log, letters) for log, letters in entries if not log.endswith("_loss"))
    )


@pytest.mark.parametrize("version", ["2.15", "3.0.5", "3.5.0", "3.15.1"])
def test_pairs_are_called_what_the_record_calls_them(version: str) -> None:
    lines = (RECORD / "results" / f"{version}.jsonl").read_text(encoding="utf-8").splitlines()
    results = [
        result for result in map(json.loads, lines) if "inputs" not in recorded_cases()[result["id"]].spec
    ]
    readable = [
        result
        for result in results
        if set(result["verdict"].split("+")) <= READABLE and NONE_IN_A_LIST not in result["id"]
    ]
    wrong = {
        result["id"]: (verdict, result["verdict"], result["pairs"])
        for result in readable
        if (verdict := Judge(recorded_cases()[result["id"]], parsed(result["pairs"])).verdict)
        != result["verdict"]
    }
    assert len(readable) > 1000
    assert wrong == {}
