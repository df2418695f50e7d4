"""Models that nobody saw being made: an object that is compiled with losses is one, whatever made it.

What is called on something unknown enters; the method of a model of unknown outputs leaves, or the reason why
a call that looks like training is not followed.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from keraslint.inference.events import Unseen
from keraslint.inference.values import Method, Model, Unknown

if TYPE_CHECKING:
    from keraslint.inference.core import Arguments, Run
    from keraslint.inference.values import Value

COMPILE = frozenset({"optimizer", "loss", "loss_weights", "metrics"})
DATA = frozenset({"epochs", "batch_size", "validation_data", "steps"})
TRAINING = frozenset({"fit", "fit_generator", "evaluate", "train_on_batch", "test_on_batch"})
METHODS = (
    *TRAINING,
    "compile",
    "evaluate_generator",
    "predict",
    "predict_generator",
    "predict_on_batch",
)


def met(run: Run, node: ast.Call, callee: Value, arguments: Arguments) -> Value:
    """What is called, where ``x.compile(..., loss=...)`` tells that an unknown ``x`` is a model."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in {*TRAINING, "compile"}:
        return callee
    return run.split(callee, lambda one: _met(run, node, one, arguments))


def _met(run: Run, node: ast.Call, callee: Value, arguments: Arguments) -> Value:
    if not isinstance(callee, Unknown) or not isinstance(node.func, ast.Attribute):
        return callee
    name, given = node.func.attr, {key for key, _ in arguments.keywords}
    holder = callee.key.removesuffix(f".{name}")
    if name == "compile" and holder != callee.key and given & {"loss", "loss_weights"}:
        return _introduced(run, node, callee.reason, holder)
    looks = given & COMPILE if name == "compile" else given & DATA
    if looks and not run.expecting and not run.loading:
        run.events.append(Unseen(run.origin(node), f"the model is not known: {callee.reason}"))
    return callee


def _introduced(run: Run, node: ast.Call, reason: str, holder: str) -> Value:
    """From here on the methods of the unknown object are those of a model."""
    outputs = Unknown(f"the model is not known: {reason}", f"{holder}.outputs")
    ref = run.new(Model("functional", run.origin(node), outputs))
    for method in METHODS:
        run.state.names[-1, f"{holder}.{method}"] = Method(ref, method)
    return Method(ref, "compile")
