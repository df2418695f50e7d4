"""What a callback makes of a log that it monitors without ``mode``.

Its class, the log and what Keras knows of the metrics enter; whether less or more is better leaves. Keras 2,
tf_keras/src/callbacks.py::

    ModelCheckpoint:   if "acc" in self.monitor or self.monitor.startswith("fmeasure"): np.greater
    EarlyStopping:     if self.monitor.endswith("acc") or ...("accuracy") or ...("auc"): np.greater
    ReduceLROnPlateau: if self.mode == "auto" and "acc" not in self.monitor: np.less

Keras 3 has the lines of ``ModelCheckpoint`` and ``ReduceLROnPlateau`` until 3.10. ``EarlyStopping``, and
since 3.11 all three (callbacks/monitor_callback.py, ``_set_monitor_op``), know nothing but the total and
the metrics' own names, which are not those of the logs as soon as there are several outputs::

    metric_name = self.monitor.removeprefix("val_")
    if metric_name == "loss": self.monitor_op = ops.less
    ...
    for m in all_metrics:
        if m.name == metric_name:
            if hasattr(m, "_direction"): ...
    if self.monitor_op is None: raise ValueError
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from keraslint.pairing.builtin import is_builtin_metric, metric_name
from keraslint.pairing.versions import Version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keraslint.pairing.model import Token

Way: TypeAlias = Literal["min", "max"]
Direction: TypeAlias = Literal["min", "max", "raises"]

ONE_FOR_ALL = Version(3, 11, 0)
"""From here on all three callbacks are a ``MonitorCallback``."""

_GUESSED = {"ModelCheckpoint", "ReduceLROnPlateau"}

# keras/src/metrics, ``self._direction = "up"``.
_UP = frozenset({
    "accuracy", "acc", "auc", "binary_accuracy", "binary_io_u", "categorical_accuracy",
    "concordance_correlation", "cosine_similarity", "f1_score", "fbeta_score", "io_u", "mean_io_u",
    "one_hot_io_u", "one_hot_mean_io_u", "pearson_correlation", "precision", "precision_at_recall",
    "r2_score", "recall", "recall_at_precision", "sensitivity_at_specificity", "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy", "specificity_at_sensitivity", "top_k_categorical_accuracy",
    "true_negatives", "true_positives",
})  # fmt: skip
# No direction of their own, or none that is the same for every use.
_NEITHER = frozenset({"mean", "sum"})


def better(metric: Token) -> Way | None:
    """Which way one of Keras's own metrics is better, by what was written for it; None for any other."""
    name = metric_name(metric)
    if not is_builtin_metric(metric) or name in _NEITHER:
        return None
    return "max" if name in _UP else "min"


def automatic(
    callback: str, key: str, own: Mapping[str, Direction | None], version: Version
) -> Direction | None:
    """What ``callback`` takes for better in the log ``key``; None where that is not known.

    ``own`` has the metrics' own names and which way each is better: ``raises`` for one that does not say so,
    None for one of which it is not known.
    """
    name = key.removeprefix("val_")
    if version.major > 2 and (callback not in _GUESSED or version >= ONE_FOR_ALL):  # noqa: PLR2004
        if name == "loss":
            return "min"
        return own.get(name, "raises")
    if callback == "EarlyStopping":
        return "max" if key.endswith(("acc", "accuracy", "auc")) else "min"
    start = callback == "ModelCheckpoint" and key.startswith("fmeasure")
    return "max" if "acc" in key or start else "min"
