"""What a written loss or metric is called: its text enters, the name under which Keras logs it leaves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keraslint.pairing.model import Token

# keras/src/losses/__init__.py, ALL_OBJECTS (functions, and the classes in snake case) and its aliases.
BUILTIN_LOSSES = frozenset({
    "mse", "mean_squared_error", "mae", "mean_absolute_error", "mape", "mean_absolute_percentage_error",
    "msle", "mean_squared_logarithmic_error", "binary_crossentropy", "bce", "categorical_crossentropy",
    "sparse_categorical_crossentropy", "crossentropy", "ce", "binary_focal_crossentropy",
    "categorical_focal_crossentropy", "categorical_generalized_cross_entropy", "kl_divergence", "kld",
    "kullback_leibler_divergence", "poisson", "log_cosh", "logcosh", "huber", "hinge", "squared_hinge",
    "categorical_hinge", "cosine_similarity", "dice", "tversky", "circle", "ctc",
})  # fmt: skip


def written_name(token: Token) -> str:
    """``keras.losses.MeanSquaredError()`` and ``MeanSquaredError`` are ``mean_squared_error``; text stays."""
    text = str(token).strip().strip("'\"")
    last = re.sub(r"\(.*\)$", "", text, flags=re.DOTALL).rpartition(".")[2]
    if last[:1].isupper():
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", last).lower()
    return last


def loss_name(token: Token) -> str:
    """The name that ``get_loss`` gives a loss."""
    return written_name(token)


def is_builtin_loss(token: Token) -> bool:
    """Whether Keras's own function computes it, which takes tensors only."""
    return written_name(token) in BUILTIN_LOSSES


def metric_name(token: Token) -> str:
    """The name that ``get_metric`` gives a metric."""
    return written_name(token)
