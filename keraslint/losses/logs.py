"""Logs of the terms: one metric with a vector for its state, and the way to attach it to a plain model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from keraslint.losses.replicas import replicas

if TYPE_CHECKING:
    from collections.abc import Sequence


@keras.saving.register_keras_serializable(package="keraslint")
class TermLogs(keras.metrics.Metric):  # type: ignore[misc]
    """The mean loss value of every term since the last reset, each batch counted by its samples.

    One variable of shape ``(number of terms,)`` and one count: on small models a metric for each term costs
    more than the losses. ``result()`` is a dict from log keys to scalars.
    """

    def __init__(self, keys: Sequence[str], name: str = "terms", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.keys = tuple(keys)
        self.total = self.add_variable((len(self.keys),), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, values: Sequence[Any], samples: Any) -> None:
        """Add one batch: ``values`` are the terms' scalars in order, ``samples`` is the batch's size."""
        samples = ops.cast(samples, self.dtype)
        stacked = ops.stack([ops.cast(value, self.dtype) for value in values])
        self.total.assign(self.total + stacked * (samples * replicas()))
        self.count.assign(self.count + samples)

    def result(self) -> dict[str, Any]:
        """The mean of every term, by its key."""
        means = ops.divide_no_nan(self.total, self.count)
        return {key: means[index] for index, key in enumerate(self.keys)}

    def get_config(self) -> dict[str, Any]:
        """The keys, the name and the dtype."""
        return {"keys": list(self.keys), "name": self.name, "dtype": self.dtype}


def log_terms(model: Any) -> TermLogs:
    """Log every term of the ``NestedLoss`` that a plain ``keras.Model`` is compiled with; returns the metric.

    Call it after each ``compile`` (and after loading): ``history``, ``evaluate(return_dict=True)`` and
    callbacks then have the terms, as ``keraslint.losses.Model`` has them by itself. Raises ``ValueError``
    where the model is not compiled with a ``NestedLoss``, and where Keras takes no more metrics (a subclassed
    model that is built).
    """
    if getattr(model, "_nested", None) is not None:
        logs: TermLogs = model._nested.logs  # noqa: SLF001 - a model of ours logs its terms already
        return logs
    nested: Any = getattr(model, "loss", None)
    if not hasattr(nested, "log_keys"):
        msg = "The model is not compiled with a NestedLoss; log_terms comes after such a compile."
        raise ValueError(msg)
    if not hasattr(model, "nested_loss_logs"):
        model.nested_loss_logs = []  # Keras tracks what a list attribute holds, and forgets what leaves it
    metric = TermLogs(nested.log_keys)
    model.nested_loss_logs.clear()
    try:
        model.nested_loss_logs.append(metric)
    except ValueError as error:
        msg = (
            "Keras takes no new metrics into a subclassed model that is built: call log_terms before the "
            "model is first called, or put keraslint.losses.NestedLossMixin before its base class."
        )
        raise ValueError(msg) from error
    nested.logs = metric
    model.train_function = model.test_function = None  # as compile does: steps are traced with their metrics
    return metric
