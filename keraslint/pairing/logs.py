"""The names of the logs: terms and metrics enter, the keys of ``history`` and the order of ``evaluate``
leave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.pairing.versions import Version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.pairing.model import Call, Metric


# metric_names += [sub_metric.name for sub_metric in metric.metrics]
OWN_NAMES_FIRST = Version(3, 2, 0)


# keras/src/backend/tensorflow/trainer.py, train_on_batch and test_on_batch, 3.15: self.reset_metrics()
AVERAGING = (Version(3, 0, 0), Version(3, 15, 0))


def averages(call: Call, version: Version) -> bool:
    """Whether what a call on one batch returns is the mean over every batch since ``reset_metrics``."""
    first, after = AVERAGING
    return call in {"train_on_batch", "test_on_batch"} and first <= version < after


def keys(losses: Sequence[str], metrics: Sequence[Metric]) -> tuple[str, ...]:
    """G10, ``pythonify_logs``: ``for key, value in sorted(logs.items())``."""
    return tuple(sorted({"loss", *losses, *(metric.log for metric in metrics)}))


def evaluate(
    losses: Sequence[str],
    metrics: Sequence[Metric],
    logged: Sequence[str],
    version: Version,
) -> tuple[str, ...]:
    """G11, ``_flatten_metrics_in_order``: first the logs that bear a metric's own name, in the order of
    ``model.metrics`` (the total, the compiled metrics, each loss), then the other keys in sorted order.
    """
    own = ["loss", *(metric.name for metric in metrics if version >= OWN_NAMES_FIRST), *losses]
    named = [name for name in own if name in logged]
    return (*named, *(key for key in sorted(logged) if key not in own))


def metrics_names(losses: Sequence[str], *, compiled: bool) -> tuple[str, ...]:
    """``Trainer.metrics``: the total, all compiled metrics as one, each loss."""
    return ("loss", *(("compile_metrics",) if compiled else ()), *losses)
