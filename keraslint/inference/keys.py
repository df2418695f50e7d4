"""Losses of similarity and their keys: a call with keys enters; whether the loss takes none is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.inference.events import ModelSeen, OldEvent
from keraslint.inference.values import Made, Unknown, Value

if TYPE_CHECKING:
    import ast

    from keraslint.inference.core import Arguments, Run

WITHOUT_KEYS = "loss without keys"
KEYS = frozenset({"ref_labels", "ref_embeddings", "key_labels", "key_embeddings"})
Y_AND_WEIGHTS = 3
"""What ``Loss.__call__`` takes: ``y_true``, ``y_pred``, ``sample_weight``."""

TAKE_KEYS = frozenset({"CircleLoss", "NTXent", "ContrastiveLoss", "TripletLoss", "MultiSimilarityLoss"})
"""Losses of ``keraslint.losses`` that ``CrossBatchMemory`` can give more keys."""


def called(run: Run, loss: Made, arguments: Arguments, node: ast.expr) -> None:
    """``loss(labels, embeddings, key_labels, key_embeddings)``, where the loss takes no keys."""
    named = KEYS & {name for name, _ in arguments.keywords}
    if loss.symbol.startswith("keras.losses.") and (named or len(arguments.positional) > Y_AND_WEIGHTS):
        _report(run, node)


def remembering(run: Run, arguments: Arguments, node: ast.expr) -> Value:
    """``CrossBatchMemory(loss, ...)``."""
    given = arguments.get("loss", 0)
    if given is not None and isinstance(given.value, Made):
        home, _, name = given.value.symbol.rpartition(".")
        if home == "keras.losses" or (home == "keraslint.losses" and name not in TAKE_KEYS):
            _report(run, node)
    return Made("keraslint.losses.CrossBatchMemory", None, run.origin(node))


def _report(run: Run, node: ast.expr) -> None:
    if not run.silent() and not run.expecting:
        model = ModelSeen(run.origin(node), "functional", Unknown("there is no model here"), None)
        run.events.append(OldEvent(model, WITHOUT_KEYS, run.origin(node)))
