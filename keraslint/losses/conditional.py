"""Losses over some of the samples: those for which a condition holds, those that have a label."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from keraslint.losses.functions import as_loss
from keraslint.losses.paths import first_leaf

if TYPE_CHECKING:
    from collections.abc import Callable

MEANS = ("sum_over_batch_size", "mean")
TARGET, OUTPUT = 0.0, 0.5  # stand in where a sample is left out: every loss of Keras is finite for them


@keras.saving.register_keras_serializable(package="keraslint")
class Where(keras.losses.Loss):  # type: ignore[misc]
    """A loss over the samples for which ``condition(y_true, y_pred)`` holds; its gradient over them alone.

    Args:
        loss: a name, a function or a ``Loss``.
        condition: gives truth values of the shape of the loss values, ``(batch,)`` or ``(batch, steps)``.
        name: defaults to the loss's.

    The samples left out are replaced *before* the loss is computed (``where`` around the loss alone would let
    a NaN into the gradient: 0 times NaN is NaN). The value is the mean over the samples that are kept, as
    with a mask of Keras, 0 if there are none; a loss with ``reduction="sum"`` is summed over them. A mask
    that Keras carries on the outputs is not seen.
    """

    def __init__(self, loss: Any, condition: Callable[[Any, Any], Any], name: str | None = None) -> None:
        self.loss = as_loss(loss)
        super().__init__(name=name or self.loss.name)
        self.given = loss
        self.condition = condition

    def kept(self, y_true: Any, y_pred: Any) -> Any:
        """Which samples are kept: truth values of shape ``(batch,)`` or ``(batch, steps)``."""
        return ops.cast(self.condition(y_true, y_pred), "bool")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The loss over the kept samples, a scalar."""
        y_true, y_pred = (keras.tree.map_structure(ops.convert_to_tensor, each) for each in (y_true, y_pred))
        kept = self.kept(y_true, y_pred)
        weight = ops.cast(kept, self.dtype)
        if self.loss.reduction in MEANS:
            weight *= ops.divide_no_nan(ops.cast(ops.size(weight), self.dtype), ops.sum(weight))
        if sample_weight is not None:
            weight *= _over(ops.cast(sample_weight, self.dtype), weight)
        return self.loss(_chosen(kept, y_true, TARGET), _chosen(kept, y_pred, OUTPUT), weight)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss over the kept samples, a scalar."""
        return self(y_true, y_pred)

    def get_config(self) -> dict[str, Any]:
        """The loss and the condition as they were written, and the name."""
        given = {"loss": self.given, "condition": self.condition, "name": self.name}
        return {key: keras.saving.serialize_keras_object(value) for key, value in given.items()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Where:
        """The inverse of ``get_config``."""
        return cls(**keras.saving.deserialize_keras_object(config))


@keras.saving.register_keras_serializable(package="keraslint")
class Masked(Where):
    """A loss over the samples that have a label: those whose target is not ``missing`` (NaN unless given).

    A sample of which any number along the last axis of the target is missing is left out; of a subtree, one
    that misses anything. See ``Where`` for the value and the gradient.
    """

    def __init__(self, loss: Any, missing: float | None = None, name: str | None = None) -> None:
        self.missing = missing
        super().__init__(loss, self._labelled, name)

    def _labelled(self, y_true: Any, y_pred: Any) -> Any:
        if not keras.tree.is_nested(y_true):
            present = self._present(y_true)
            return (
                ops.all(present, axis=-1) if len(present.shape) > max(1, len(y_pred.shape) - 1) else present
            )
        leaves = [self._present(leaf) for leaf in keras.tree.flatten(y_true)]
        return ops.all(ops.stack([ops.all(_rows(leaf), axis=1) for leaf in leaves]), axis=0)

    def _present(self, leaf: Any) -> Any:
        if self.missing is None or math.isnan(self.missing):
            return ops.logical_not(ops.isnan(leaf))
        return ops.not_equal(leaf, ops.cast(self.missing, leaf.dtype))

    def get_config(self) -> dict[str, Any]:
        """The loss as it was written, what a missing label is, and the name."""
        given = {"loss": self.given, "missing": self.missing, "name": self.name}
        return {key: keras.saving.serialize_keras_object(value) for key, value in given.items()}


def _rows(values: Any) -> Any:
    return ops.reshape(values, (ops.shape(first_leaf(values))[0], -1))


def _over(values: Any, like: Any) -> Any:
    """``values`` with axes of 1 behind its own, until it has as many as ``like``."""
    while len(values.shape) < len(like.shape):
        values = ops.expand_dims(values, -1)
    return values


def _chosen(kept: Any, structure: Any, stand_in: float) -> Any:
    def choose(leaf: Any) -> Any:
        return ops.where(_over(kept, leaf), leaf, ops.cast(stand_in, leaf.dtype))

    return keras.tree.map_structure(choose, structure)
