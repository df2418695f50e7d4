"""A request is judged, and trained on the installed Keras: what both say enters a comparison.

They agree if both refuse at the same call, or if every number that Keras logs is what the pairs that the
specification names are worth, under the same names in the same order, and ``predict`` returns what it says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from keraslint.pairing import (
    Absent,
    Backend,
    Metric,
    Paired,
    Rejected,
    Request,
    Term,
    Undecided,
    Unseen,
    pair,
    predicted,
)
from keraslint.tree import Leaf, at, leaves
from tests.conformance.containers import build
from tests.pairing import training

if TYPE_CHECKING:
    from types import ModuleType

    from keraslint.pairing import Part, Verdict
    from keraslint.tree import Path, Tree
    from tests.pairing.training import Done

Array = Any

TOLERANCE = 2e-5  # everything is computed in float32
REFUSE_NONE = {"L45", "L46", "M34"}
"""Clauses by which Keras raises on None for a sample weight, a target or a metric; JAX 0.4 makes NaN."""


@dataclass(frozen=True)
class Outcome:
    """One request: whether Keras agrees, and what was said and done where it does not."""

    request: Request
    verdict: Verdict
    kind: Literal["agrees", "disagrees", "undecided", "unreadable"]
    reason: str = ""


def compare(keras: ModuleType, request: Request) -> Outcome:
    """Judge and train one request."""
    version = str(keras.__version__)
    backend: Backend = "tensorflow" if version.startswith("2") else keras.backend.backend()
    verdict = pair(request, version, backend)
    if isinstance(verdict, Undecided):
        return Outcome(request, verdict, "undecided", verdict.reason)
    done = training.train(keras, request)
    none = isinstance(verdict, Rejected) and REFUSE_NONE & set(verdict.clauses)
    if none and any(map(math.isnan, done.logs.values())):
        return Outcome(request, verdict, "unreadable", "JAX made NaN of None")
    reason = _difference(request, verdict, done)
    if isinstance(verdict, Paired) and done.predicts:
        reason = reason or _returned(request, done, version, backend)
    return Outcome(request, verdict, "disagrees" if reason else "agrees", reason)


def _difference(request: Request, verdict: Paired | Rejected, done: Done) -> str:
    """What Keras did otherwise; nothing where it agrees."""
    if done.error is not None:
        raised = f"Keras raised at {done.stage}: {done.error!r}"
        return "" if isinstance(verdict, Rejected) and verdict.call == done.stage else raised
    if isinstance(verdict, Rejected):
        return f"Keras did not raise: {done.logs}"
    trained, tested = expected(request, verdict), expected(request, verdict, trains=False)
    first = trained if request.call in {"fit", "train_on_batch"} else tested
    if request.call in {"fit", "evaluate"} and list(done.logs) != list(verdict.logs):
        return f"Keras logged {list(done.logs)}"
    wrong = {key: number for key, number in done.logs.items() if not _near(number, first.get(key))}
    if wrong or not done.listed:
        return f"Keras computed {wrong}, expected {first}" if wrong else ""
    in_order = (
        [done.again[key] for key in verdict.evaluate] if set(verdict.evaluate) == set(done.again) else []
    )
    if not np.allclose(in_order or math.nan, done.listed):
        return f"Keras returned {done.listed} for {done.again}"
    wrong = {key: number for key, number in done.again.items() if not _near(number, tested.get(key))}
    return f"Keras computed {wrong} when it evaluated, expected {tested}" if wrong else ""


def _returned(request: Request, done: Done, version: str, backend: Backend) -> str:
    """What ``predict`` returned otherwise; run eagerly, JAX keeps the order of keys."""
    tree = predicted(request, version, backend)
    order = {path: number for number, (path, _) in enumerate(leaves(request.outputs))}
    wanted = None if tree is None else build(tree, order.__getitem__)
    same = wanted == done.predicted and (backend == "jax" or repr(wanted) == repr(done.predicted))
    return "" if same else f"Keras predicted {done.predicted}, expected {wanted}"


def _near(number: float, wanted: float | None) -> bool:
    return wanted is not None and math.isclose(number, wanted, rel_tol=TOLERANCE, abs_tol=1e-6)


def expected(request: Request, verdict: Paired, *, trains: bool = True) -> dict[str, float]:
    """What each log must be: the total, each loss, each metric; what is logged and never computed is 0."""
    values = dict.fromkeys(verdict.logs, 0.0)
    scale = training.CLASS_WEIGHT if trains and request.class_weight else 1.0
    for term in verdict.terms:
        alone, weight = _loss(request, term) * scale, _written(request.loss_weights, term.weight)
        factor = 1.0 if weight is None else float(weight)
        values["loss"] += alone * factor
        if term.log is not None:
            values[term.log] = alone * (factor if term.log_weighted else 1.0)
    return values | {metric.log: _metric(request, metric) for metric in verdict.metrics}


def _loss(request: Request, term: Term) -> float:
    rows = training.worth(term.loss, *_tensors(request, term))[..., 0]
    return float(np.mean(rows * _sample_weight(request, term.sample_weight)))


def _metric(request: Request, metric: Metric) -> float:
    rows = training.worth(metric.metric, *_tensors(request, metric))[..., 0]
    return float(np.average(rows, weights=_sample_weight(request, metric.sample_weight)))


def _tensors(request: Request, found: Term | Metric) -> tuple[list[Array], list[Array]]:
    assert not isinstance(request.targets, (Absent, Unseen))
    true = [training.targets(number) for number, value in _leaves(request.targets, found.target) if value]
    heads = [training.head(number) for number, _ in _leaves(request.outputs, found.head)]
    return true, [np.full((training.ROWS, 1), value) for value in heads]


def _leaves(tree: Tree[Any], path: Path | None) -> list[tuple[int, Any]]:
    """The leaves that stand at a path with their numbers in the whole tree."""
    if path is None:
        return []
    order = {leaf: number for number, (leaf, _) in enumerate(leaves(tree))}
    node = at(tree, path)
    assert node is not None
    return [(order[leaf], value) for leaf, value in leaves(node, path)]


def _sample_weight(request: Request, path: Path | None) -> Array:
    token = _written(request.sample_weight, path)
    return np.ones(training.ROWS) if token is None else training.sample_weights(training.number_of(token))


def _written(part: Part, path: Path | None) -> Any:
    """What was written at a path, through containers of one; None where nothing was."""
    if path is None or isinstance(part, (Absent, Unseen)):
        return None
    node = at(part, path)
    while not isinstance(node, Leaf):
        assert node is not None
        (node,) = node.children
    return node.value
