"""``MultiLoss``: several losses on one output as a plain ``Loss``, and a metric for each part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from keraslint.losses.functions import as_loss
from keraslint.losses.paths import first_leaf
from keraslint.losses.replicas import replicas
from keraslint.losses.terms import named_parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@keras.saving.register_keras_serializable(package="keraslint")
class MultiLoss(keras.losses.Loss):  # type: ignore[misc]
    """The weighted sum of several losses on one output, for code that takes one ``Loss``.

    Args:
        losses: a dict from names to losses, or a list; a loss is a name, a function or a ``Loss``.
        weights: a dict from names to numbers, a list, or one number for all.
        name: the name of the sum.

    Every part gets targets, outputs, mask and sample weights as if it stood alone, so that each is reduced by
    its own rule; a loss that calls other losses in ``call`` would weight samples after they were averaged.
    Raises ``ValueError`` for a weight without a loss.
    """

    def __init__(
        self,
        losses: Mapping[str, Any] | Sequence[Any],
        weights: Mapping[str, Any] | Sequence[float] | float | None = None,
        name: str = "multi_loss",
    ) -> None:
        super().__init__(name=name)
        self.losses = losses
        self.weights = weights
        self.parts = tuple(named_parts("", losses, weights))

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The weighted sum of the parts, a scalar."""
        values = ((ops.cast(loss(y_true, y_pred, sample_weight), self.dtype), w) for _, loss, w in self.parts)
        return sum(value if weight is None else ops.multiply(value, weight) for value, weight in values)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The sum without sample weights, a scalar."""
        return self(y_true, y_pred)

    def metrics(self) -> list[PartLoss]:
        """A metric for each part, for ``compile(loss=multi, weighted_metrics=multi.metrics())``.

        As weighted metrics they see the sample weights, so that the weighted sum of the parts is the logged
        loss. They are computed beside the loss; a compiled step has each part once (XLA, grappler), an eager
        one twice.
        """
        return [PartLoss(loss, name=f"{name}_loss") for name, loss, _ in self.parts]

    def get_config(self) -> dict[str, Any]:
        """Losses and weights as they were written, and the name."""
        return {
            "losses": keras.saving.serialize_keras_object(self.losses),
            "weights": keras.saving.serialize_keras_object(self.weights),
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> MultiLoss:
        """The inverse of ``get_config``."""
        return cls(**keras.saving.deserialize_keras_object(config))


@keras.saving.register_keras_serializable(package="keraslint")
class PartLoss(keras.metrics.Mean):  # type: ignore[misc]
    """The mean value of one loss, each batch counted by its samples (undone for replicas as in Keras)."""

    def __init__(self, loss: Any, name: str | None = None, dtype: Any = None) -> None:
        self.loss = as_loss(loss)
        super().__init__(name=name or self.loss.name, dtype=dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add one batch."""
        value = self.loss(y_true, y_pred, sample_weight)
        super().update_state(value * replicas(), sample_weight=ops.shape(first_leaf(y_pred))[0])

    def get_config(self) -> dict[str, Any]:
        """The loss, the name and the dtype."""
        loss = keras.saving.serialize_keras_object(self.loss)
        return {"loss": loss, "name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> PartLoss:
        """The inverse of ``get_config``."""
        return cls(**keras.saving.deserialize_keras_object(config))
