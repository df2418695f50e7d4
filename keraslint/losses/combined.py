"""Several losses on one output (or subtree) made into one, sample by sample: their maximum, their mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from keraslint.losses.functions import as_loss
from keraslint.losses.paths import PathError
from keraslint.losses.terms import named_parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MEANS = ("sum_over_batch_size", "mean", None)


class BySample(keras.losses.Loss):  # type: ignore[misc]
    """What ``Maximum`` and ``WeightedMean`` have in common: loss values for each sample from every part."""

    def __init__(self, losses: Mapping[str, Any] | Sequence[Any], name: str, reduction: str | None) -> None:
        super().__init__(name=name, reduction=reduction)
        self.losses = losses
        parts = losses.values() if hasattr(losses, "values") else losses
        self.parts = tuple(as_loss(part) for part in parts)
        if not self.parts:
            msg = f"{type(self).__name__} needs at least one loss."
            raise ValueError(msg)
        for part in self.parts:
            if part.reduction not in MEANS:
                msg = f"{part.name!r} has reduction={part.reduction!r}: give it to {type(self).__name__}."
                raise ValueError(msg)

    def values(self, y_true: Any, y_pred: Any) -> Any:
        """The loss values of all parts, shape ``(parts, batch, ...)`` or ``(parts,)``."""
        values = [ops.cast(part.call(y_true, y_pred), self.dtype) for part in self.parts]
        if len({len(value.shape) for value in values}) > 1:
            shapes = ", ".join(
                f"{part.name} {tuple(v.shape)}" for part, v in zip(self.parts, values, strict=True)
            )
            msg = (
                f"{type(self).__name__} goes by samples; these losses have values of unlike shapes: {shapes}."
            )
            raise PathError(msg)
        return ops.stack(values)

    def get_config(self) -> dict[str, Any]:
        """The losses as they were written, name and reduction."""
        losses = keras.saving.serialize_keras_object(self.losses)
        return {"losses": losses, "name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> BySample:
        """The inverse of ``get_config``."""
        return cls(**keras.saving.deserialize_keras_object(config))


@keras.saving.register_keras_serializable(package="keraslint")
class Maximum(BySample):
    """For each sample the largest of several losses; gradients go through that one alone.

    ``losses`` are a dict or a list of names, functions and ``Loss`` objects on one output, or functions of a
    subtree. Targets and outputs are theirs, the value has one number a sample (or step) before ``reduction``,
    which works as in Keras, with sample weights and masks. Ties share the gradient as the backend has it.
    For the maximum of terms at several heads see ``LargestTerm``.

    Raises ``ValueError`` for a part with a reduction other than a mean, ``PathError`` for parts of which some
    give a number a sample and others one for the batch.
    """

    def __init__(
        self,
        losses: Mapping[str, Any] | Sequence[Any],
        name: str = "maximum",
        reduction: str | None = "sum_over_batch_size",
    ) -> None:
        super().__init__(losses, name, reduction)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Loss values of shape ``(batch, ...)``."""
        return ops.max(self.values(y_true, y_pred), axis=0)


@keras.saving.register_keras_serializable(package="keraslint")
class WeightedMean(BySample):
    """For each sample the weighted mean of several losses: ``sum(w * loss) / sum(w)``.

    ``weights`` are a dict by the names of the losses or a list; None is the plain mean. The rest is as in
    ``Maximum``. Raises ``ValueError`` also for weights without a loss and for those that do not sum to more
    than 0.
    """

    def __init__(
        self,
        losses: Mapping[str, Any] | Sequence[Any],
        weights: Mapping[str, float] | Sequence[float] | None = None,
        name: str = "weighted_mean",
        reduction: str | None = "sum_over_batch_size",
    ) -> None:
        super().__init__(losses, name, reduction)
        self.weights = weights
        numbers = [1.0 if weight is None else weight for *_, weight in named_parts("", losses, weights)]
        if sum(numbers) <= 0:
            msg = f"The weights {numbers} of a mean have to sum to more than 0."
            raise ValueError(msg)
        self.shares = tuple(number / sum(numbers) for number in numbers)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Loss values of shape ``(batch, ...)``."""
        values = self.values(y_true, y_pred)
        return sum(values[index] * share for index, share in enumerate(self.shares))

    def get_config(self) -> dict[str, Any]:
        """Losses and weights as they were written, name and reduction."""
        return {**super().get_config(), "weights": keras.saving.serialize_keras_object(self.weights)}
