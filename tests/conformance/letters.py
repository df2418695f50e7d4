"""What each letter of a case stands for: a letter enters, a number (or an array of them) leaves.

Every head returns a constant, and no two sums of terms (head, target, loss, weight, sample weight) are alike,
so that a number that Keras logs says what was paired.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

Array: TypeAlias = Any

SAMPLES = 4
LETTERS = "ABCDE"
EXTRA_TARGET = "X"
SHARED = "S"

# Numbers that a float32 holds exactly: a backend may go through it.
_random = np.random.RandomState(20240711)


def _exact(values: Array) -> Array:
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def _drawn(low: float, high: float, letters: str, *shape: int) -> dict[str, Array]:
    return {letter: _exact(_random.uniform(low, high, size=shape)) for letter in letters}


OUTPUT = dict(
    zip(LETTERS, map(float, _exact([1.7031713, 3.2968331, 5.4218497, 7.1562219, 2.4142137])), strict=True)
)
TARGET = _drawn(0.5, 9.0, LETTERS + EXTRA_TARGET, SAMPLES, 1)
SAMPLE_WEIGHT = _drawn(0.2, 2.0, LETTERS + SHARED, SAMPLES)
WEIGHT = dict(
    zip(LETTERS + SHARED, map(float, _exact([0.3711, 1.6143, 2.8317, 0.7719, 1.1931, 1.2937])), strict=True)
)
CLASSES = np.array([[0], [1], [1], [0]], dtype="int64")


@dataclass(frozen=True)
class Loss:
    """The loss that a letter stands for: its alias, its function and its classes in Keras."""

    alias: str
    function: str
    class_name: str
    metric_class: str


def _named(alias: str, words: str, metric_class: str = "") -> Loss:
    class_name = words.title().replace(" ", "")
    return Loss(alias, words.replace(" ", "_"), class_name, metric_class or class_name)


LOSS = {
    "A": _named("mse", "mean squared error"),
    "B": _named("msle", "mean squared logarithmic error"),
    "C": _named("mape", "mean absolute percentage error"),
    "D": _named("log_cosh", "log cosh", "LogCoshError"),
    "E": _named("mae", "mean absolute error"),
}


@dataclass(frozen=True)
class Reading:
    """The letters of one term: head, target, loss, and weight and sample weight where there are any."""

    head: str
    target: str
    loss: str
    weight: str | None = None
    sample_weight: str | None = None


def weight_of(text: str) -> float | int:
    """``B`` is the weight meant for head B, ``int:2`` the number 2."""
    return int(text[4:]) if text.startswith("int:") else WEIGHT[text]


# What Keras computes for the head, the target and the loss of a reading, sample by sample.
PerSample: TypeAlias = "Callable[[Reading], Array]"


def term_value(reading: Reading, per_sample: PerSample) -> float:
    """A term of the total loss: the mean over the samples, times the weight."""
    values = per_sample(reading)
    if reading.sample_weight is not None:
        values = values * SAMPLE_WEIGHT[reading.sample_weight]
    return float(values.mean()) * (1.0 if reading.weight is None else weight_of(reading.weight))


def metric_value(reading: Reading, per_sample: PerSample) -> float:
    """A metric: the mean over the samples, weighted by the sample weights."""
    values = per_sample(reading)
    if reading.sample_weight is None:
        return float(values.mean())
    weights = SAMPLE_WEIGHT[reading.sample_weight]
    return float((values * weights).sum() / weights.sum())
