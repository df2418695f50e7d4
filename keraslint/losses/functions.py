"""From what stands for a loss (name, function, ``Loss``) to a ``Loss``, named as Keras names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from keraslint.losses.paths import PathError, describe, items, leaves, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

CROSSENTROPY = frozenset({"crossentropy", "ce"})
SHORT = ("bce", "crossentropy", "kld", "mae", "mape", "mse", "msle")
"""Names that Keras knows, but not as attributes of ``keras.losses``."""


def _same_rank(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Drop or add the last axis of one where ranks differ by it, as Keras does before a loss function."""
    more = len(y_true.shape) - len(y_pred.shape)
    if more == 1 and y_true.shape[-1] == 1:
        if len(y_pred.shape) == 1:
            return y_true, ops.expand_dims(y_pred, -1)
        return ops.squeeze(y_true, -1), y_pred
    if more == -1 and y_pred.shape[-1] == 1:
        if len(y_true.shape) == 1:
            return ops.expand_dims(y_true, -1), y_pred
        return y_true, ops.squeeze(y_pred, -1)
    return y_true, y_pred


@keras.saving.register_keras_serializable(package="keraslint")
class FunctionLoss(keras.losses.Loss):  # type: ignore[misc]
    """A function ``(y_true, y_pred) -> loss values`` of shape ``(batch, ...)`` or a scalar, as a ``Loss``.

    The values are averaged over the batch. Like native Keras it aligns ranks that differ by a last axis of 1;
    a subtree (a dict, a list) reaches the function as it is. A function that forgets to reduce the last axis
    of its output is refused: its values would be one for each number, and sample weights would not fit them.
    """

    def __init__(self, function: Callable[[Any, Any], Any], name: str | None = None) -> None:
        super().__init__(name=name or _name_of(function))
        self.function = function

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Loss values of shape ``(batch, ...)`` or a scalar, not yet averaged."""
        if items(y_true) is None and items(y_pred) is None:
            y_true, y_pred = _same_rank(y_true, y_pred)
        values = self.function(y_true, y_pred)
        _refuse_unreduced(self.name, values, y_pred)
        return values

    def get_config(self) -> dict[str, Any]:
        """The function and the name."""
        return {"function": keras.saving.serialize_keras_object(self.function), "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> FunctionLoss:
        """The inverse of ``get_config``."""
        return cls(**keras.saving.deserialize_keras_object(config))


@keras.saving.register_keras_serializable(package="keraslint")
class Crossentropy(keras.losses.Loss):  # type: ignore[misc]
    """``"crossentropy"``: binary, sparse or categorical, by the shapes of target and output as in Keras."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Loss values of shape ``(batch, ...)``."""
        return FunctionLoss(_crossentropy(y_true, y_pred)).call(y_true, y_pred)


def _crossentropy(y_true: Any, y_pred: Any) -> Any:
    if y_pred.shape[-1] == 1:
        return keras.losses.binary_crossentropy
    if len(y_true.shape) < len(y_pred.shape) or y_true.shape[-1] == 1:
        return keras.losses.sparse_categorical_crossentropy
    return keras.losses.categorical_crossentropy


def _name_of(function: object) -> str:
    name = getattr(function, "__name__", None) or type(function).__name__
    return "lambda" if name == "<lambda>" else str(name).lstrip("_")


@keras.saving.register_keras_serializable(package="keraslint")
class ReducedLoss(keras.losses.Loss):  # type: ignore[misc]
    """A ``Loss`` as it is, but refused where its ``call`` forgets to reduce the last axis of the output."""

    def __init__(self, loss: Any) -> None:
        super().__init__(name=loss.name, reduction=loss.reduction, dtype=loss.dtype)
        self.loss = loss

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Loss values of shape ``(batch, ...)`` or a scalar, not yet averaged."""
        values = self.loss.call(y_true, y_pred)
        _refuse_unreduced(self.name, values, y_pred)
        return values

    def get_config(self) -> dict[str, Any]:
        """The loss."""
        return {"loss": keras.saving.serialize_keras_object(self.loss)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> ReducedLoss:
        """The inverse of ``get_config``."""
        return cls(**keras.saving.deserialize_keras_object(config))


def _refuse_unreduced(name: str, values: Any, y_pred: Any) -> None:
    if items(values) is not None:
        kind = type(values).__name__
        msg = f"The loss {name!r} returns a {kind}; one number a sample is expected."
        raise PathError(msg)
    shape = tuple(getattr(values, "shape", ()))
    rank = max(len(leaf.shape) for leaf in leaves(y_pred))
    if len(shape) < max(2, rank) or shape[-1] == 1:
        return
    outputs = f"an output of shape {tuple(y_pred.shape)}" if items(y_pred) is None else describe(y_pred)
    msg = (
        f"The loss {name!r} returns values of shape {shape} for {outputs}; one number a sample is expected: "
        "reduce the last axis, as in keras.ops.mean(..., axis=-1)."
    )
    raise PathError(msg)


CHECKED = (FunctionLoss, Crossentropy, ReducedLoss)


def as_loss(value: Any) -> Any:
    """The ``Loss`` that ``value`` stands for: a ``Loss`` or its class, a function, a name that Keras knows.

    Raises ``TypeError`` for what is no loss, ``ValueError`` for a name that is none.
    """
    if isinstance(value, type) and issubclass(value, keras.losses.Loss):
        value = value()
    if isinstance(value, keras.losses.Loss):
        own = type(value).__call__ is not keras.losses.Loss.__call__ or isinstance(value, CHECKED)
        return value if own else ReducedLoss(value)
    if isinstance(value, str):
        if value.lower() in CROSSENTROPY:
            return Crossentropy(name=value)
        found = _by_name(value)
        return as_loss(found) if isinstance(found, keras.losses.Loss) else FunctionLoss(found, name=value)
    if callable(value) and not isinstance(value, (keras.metrics.Metric, type)):
        return FunctionLoss(value)
    msg = f"Not a loss: {value!r}. A loss is a name, a function of (y_true, y_pred) or a keras.losses.Loss."
    raise TypeError(msg)


def _by_name(name: str) -> Any:
    try:
        return keras.losses.get(name)
    except ValueError as error:
        functions = [known for known in dir(keras.losses) if known.islower() and not known.startswith("_")]
        close = nearest(name, [*SHORT, *functions])
        msg = f"Keras knows no loss {name!r}. Nearest: {close!r}."
        raise ValueError(msg) from error
