"""What a written loss or metric is called: its text enters, the name under which Keras logs it leaves.

Text is what stands in the source: ``mse`` (the string), ``MeanSquaredError()``,
``keras.losses.Huber(name="h")``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keraslint.pairing.model import Token

# keras/src/losses/__init__.py and keras/src/metrics/__init__.py, ALL_OBJECTS_DICT, as Keras names the
# objects.
_COMMON = frozenset({
    "mse", "mae", "mape", "msle", "bce", "mean_squared_error", "mean_absolute_error",
    "mean_absolute_percentage_error", "mean_squared_logarithmic_error", "binary_crossentropy",
    "categorical_crossentropy", "sparse_categorical_crossentropy", "crossentropy", "ce", "categorical_hinge",
    "hinge", "squared_hinge", "poisson", "kl_divergence", "kld", "cosine_similarity",
})  # fmt: skip
_LOSSES = _COMMON | {
    "binary_focal_crossentropy", "categorical_focal_crossentropy", "categorical_generalized_cross_entropy",
    "log_cosh", "huber", "dice", "tversky", "circle", "ctc",
}  # fmt: skip
_METRICS = _COMMON | {
    "accuracy", "acc", "auc", "binary_accuracy", "binary_io_u", "categorical_accuracy",
    "concordance_correlation", "f1_score", "fbeta_score", "false_negatives", "false_positives", "io_u",
    "logcosh", "mean", "mean_io_u",
    "one_hot_io_u", "one_hot_mean_io_u", "pearson_correlation", "precision", "precision_at_recall",
    "r2_score",
    "recall", "recall_at_precision", "root_mean_squared_error", "sensitivity_at_specificity",
    "sparse_categorical_accuracy", "sparse_top_k_categorical_accuracy", "specificity_at_sensitivity", "sum",
    "top_k_categorical_accuracy", "true_negatives", "true_positives",
}  # fmt: skip
# Metric classes that name themselves otherwise than by their class.
_OWN_NAMES = {"log_cosh_error": "logcosh", "f_beta_score": "fbeta_score"}
LONG_NAMES = {
    "mse": "mean_squared_error", "mae": "mean_absolute_error", "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error", "bce": "binary_crossentropy", "kld": "kl_divergence",
}  # fmt: skip
"""The losses that Keras knows by a short name as well: one function, two names."""
_NAME_ARGUMENT = re.compile(r"""\bname\s*=\s*(['"])(.*?)\1""")
_CALL = re.compile(r"\(.*\)$", re.DOTALL)


def snake_case(name: str) -> str:
    """keras/src/utils/naming.py, ``to_snake_case``."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _written_name(token: Token) -> str:
    text = str(token).strip()
    named = _NAME_ARGUMENT.search(text)
    if named:
        return named[2]
    last = _CALL.sub("", text).rpartition(".")[2]
    return snake_case(last) if last[:1].isupper() else last


def loss_name(token: Token) -> str:
    """The name that ``get_loss`` gives a loss."""
    return _written_name(token)


def metric_name(token: Token) -> str:
    """The name that ``get_metric`` gives a metric."""
    name = _written_name(token)
    return _OWN_NAMES.get(name, name)


def is_object(token: Token) -> bool:
    """Whether it is a user's own ``Loss`` object, which sees what it is given; functions are wrapped by
    Keras.
    """
    last = _CALL.sub("", str(token).strip()).rpartition(".")[2]
    return last[:1].isupper() and not is_builtin_loss(token)


def is_builtin_loss(token: Token) -> bool:
    """Whether it is one of Keras's own losses, which take tensors only."""
    return _written_name(token) in _LOSSES


def is_builtin_metric(token: Token) -> bool:
    """Whether it is one of Keras's own metrics, which take tensors only."""
    return metric_name(token) in _METRICS
