"""The private parts of Keras that the witnesses read: here and nowhere else, for the versions named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras.src.trainers import compile_utils

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST, LAST = (3, 7), (3, 15)

_version = tuple(int(number) for number in keras.__version__.split(".")[:2])
if not FIRST <= _version <= LAST:
    message = f"nobody has looked where keras {keras.__version__} keeps the losses of a compiled model"
    raise ImportError(message)


def compiled_losses(model: keras.Model) -> Iterator[tuple[Any, Any]]:
    """Each loss that the model computes, with its weight."""
    for entry in model._compile_loss._flat_losses:  # no public way to read what was built
        yield entry.loss, entry.loss_weights


def loss_of(identifier: Any, y_true: Any, y_pred: Any) -> Any:
    """The loss that Keras makes of what was passed to ``compile``."""
    return compile_utils.get_loss(identifier, y_true, y_pred)
