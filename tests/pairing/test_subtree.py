"""Losses for whole subtrees: the specification against what each release accepted, and what it logged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from keraslint.pairing import ABSENT, Backend, ModelKind, Paired, Rejected, Request, pair, parse
from keraslint.pairing.cases import structure
from keraslint.tree import map_leaves

FOLDER = Path(__file__).parents[2] / "fixtures" / "conformance" / "subtree"
CASES = [json.loads(line) for line in (FOLDER / "cases.jsonl").read_text(encoding="utf-8").splitlines()]
RECORDINGS = [path for path in sorted(FOLDER.glob("*.json")) if not path.name.startswith("2.")]


def request(case: dict[str, Any], kind: ModelKind) -> Request:
    """What the case wrote."""
    outputs: Any = structure(case["outputs"])
    if kind == "subclass":
        outputs = map_leaves(outputs, lambda *_: None)
    weights = structure(case["loss_weights"]) if "loss_weights" in case else ABSENT
    targets = structure(case["y"])
    return Request(outputs, kind, structure(case["loss"]), weights, call="fit", targets=targets)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_subtree_is_given_to_a_loss_where_keras_gave_it(path: Path) -> None:
    backend: Backend = "tensorflow" if path.stem.startswith("tf_") else "jax"
    version = parse(path.stem.removeprefix("tf_"))
    results = json.loads(path.read_text(encoding="utf-8"))["results"]
    wrong: dict[str, Any] = {}
    kinds: tuple[ModelKind, ...] = ("functional", "subclass")
    for name, case, kind in ((f"{kind}/{case['name']}", case, kind) for case in CASES for kind in kinds):
        verdict, result = pair(request(case, kind), version, backend), results[name]
        if "error" in result and not isinstance(verdict, Rejected):
            wrong[name] = (verdict, result["error"])
        if "logs" in result and not (
            isinstance(verdict, Paired) and set(verdict.logs) == set(result["logs"])
        ):
            wrong[name] = (verdict, list(result["logs"]))
    assert wrong == {}
