"""Keras 2 (tf.keras to 2.15, tf_keras) as a specification: a request enters, its verdict leaves.

Theory of operation. ``compile`` compares nothing. The first batch meets, in this order,

1. the data adapters (``keras2_data``): what is not an array is refused;
2. the container of losses (``keras2_losses``): targets, sample weights, losses and weights are conformed to
   the outputs (``keras2_conform``) by output names or not at all, flattened with sorted keys
   (``keras2_nest``) and zipped. Nothing is compared, so what does not fit goes to another head or is dropped;
3. the check that there is something to train on;
4. the container of metrics (``keras2_metrics``), which is always there and demands that the targets have the
   structure of the outputs. Most of what Keras 2 refuses it refuses here.

The clauses are numbered K2.1 to K2.20, each above the function that mirrors it, with the lines of Keras
2.15.0 and a recorded case that shows it. tf_keras 2.15 to 2.21 has the same lines, but for K2.10 and K2.12.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.pairing import keras2_metrics
from keraslint.pairing.keras2_conform import conform, written
from keraslint.pairing.keras2_data import check_class_weight, check_targets, fed_sample_weight
from keraslint.pairing.keras2_heads import heads_of
from keraslint.pairing.keras2_losses import Batch, Losses, check_trainable
from keraslint.pairing.keras2_nest import check_keys, list_to_tuple
from keraslint.pairing.model import Absent, Fault, Paired, Rejected, Undecided, Unseen
from keraslint.pairing.refusal import RefusedError, UnknownError
from keraslint.pairing.versions import Version

if TYPE_CHECKING:
    from keraslint.pairing.keras2_heads import Heads
    from keraslint.pairing.keras2_nest import Structure
    from keraslint.pairing.model import Request, Verdict

PARTS = ("loss", "loss_weights", "metrics", "weighted_metrics", "targets", "sample_weight")
TF_KERAS = Version(2, 15)


def pair(request: Request, version: Version = TF_KERAS) -> Verdict:
    """What Keras 2 does with a request."""
    if request.call == "predict":
        return Undecided("predict pairs nothing")
    try:
        return _paired(request, version)
    except RefusedError as refused:
        call = refused.call or ("fit" if request.call == "compile" else request.call)
        return Rejected(call, refused.error, refused.message, refused.fault, (refused.clause,))
    except UnknownError as unknown:
        return Undecided(str(unknown))
    except TypeError as error:
        if "'<' not supported" not in str(error):
            raise
        return Undecided(f"keys of several types have no order: {error}")


def predicted(request: Request) -> Structure:
    """What ``predict`` returns: the outputs as the model hands them out (K2.3)."""
    return heads_of(request).structure


def _paired(request: Request, version: Version) -> Paired:
    _check_keys(request)
    heads = heads_of(request)
    batch = _batch(request, heads, version)
    losses = _losses(request, heads)
    terms = losses.terms(batch)
    check_trainable(request, terms)
    metrics = keras2_metrics.build(request, heads, batch)
    logs = ("loss", *(log for log in losses.logs if log is not None), *metrics.logs)
    clauses = heads.clauses | losses.clauses(batch) | metrics.clauses(batch)
    return Paired(
        terms,
        metrics.updated(batch),
        logs=logs,
        evaluate=logs,
        metrics_names=logs,
        clauses=tuple(sorted(clauses, key=lambda clause: int(clause.rpartition(".")[2]))),
        assumed=tuple(name for name in PARTS if isinstance(getattr(request, name), Unseen)),
    )


def _check_keys(request: Request) -> None:
    parts = (
        (request.outputs, Fault.OUTPUTS, None if request.kind == "subclass" else "Model"),
        (request.loss, Fault.LOSS_KEYS, "compile"),
        (request.metrics, Fault.METRICS_KEYS, "compile"),
        (request.weighted_metrics, Fault.METRICS_KEYS, "compile"),
        (request.loss_weights, Fault.WEIGHTS_KEYS, None),
        (request.targets, Fault.TARGETS_KEYS, None),
        (request.sample_weight, Fault.SAMPLE_WEIGHT, None),
    )
    for part, fault, call in parts:
        if not isinstance(part, (Absent, Unseen)):
            check_keys(part, fault, call)


def _batch(request: Request, heads: Heads, version: Version) -> Batch:
    targets = written(request.targets, heads)
    check_targets(request, targets, version)
    weights = written(request.sample_weight, heads)
    weights = fed_sample_weight(request, targets, weights, version)
    check_class_weight(request, targets, weights)
    return Batch(
        conform(heads, list_to_tuple(targets), Fault.TARGETS_KEYS),
        conform(heads, weights, Fault.SAMPLE_WEIGHT),
    )


def _losses(request: Request, heads: Heads) -> Losses:
    losses = written(request.loss, heads)
    weights = written(request.loss_weights, heads)
    return Losses(heads, conform(heads, losses, Fault.LOSS_KEYS), conform(heads, weights, Fault.WEIGHTS_KEYS))
