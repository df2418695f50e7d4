"""Programs enter and are run, every step eagerly; what they trained, logged and printed leaves."""

from __future__ import annotations

import contextlib
import io
import os
import re
import runpy
from collections import Counter
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import keras
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

Log = dict[str, list[float]]
NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?")
EAGERLY = {} if keras.backend.backend() == "jax" else {"run_eagerly": True}
"""With JAX, Keras compiles the step as a whole, whatever is asked for."""


@dataclass(frozen=True)
class Trained:
    """The weights of every compiled model by their paths, the logs of every ``fit``, and what was printed."""

    weights: dict[str, Any]
    logs: list[Log]
    printed: str


def trained(path: Path) -> Trained:
    """Run a program; whatever it raises is raised."""
    keras.backend.clear_session()
    models: list[keras.Model] = []
    logs: list[Log] = []
    fit, compiled = keras.Model.fit, keras.Model.compile

    @wraps(fit)
    def fit_and_keep(self: keras.Model, *arguments: Any, **options: Any) -> Any:
        history = fit(self, *arguments, **options)
        logs.append(history.history)
        return history

    @wraps(compiled)
    def compile_and_keep(self: keras.Model, *arguments: Any, **options: Any) -> None:
        models.append(self)
        compiled(self, *arguments, **options, **EAGERLY)

    with (
        patch.multiple(keras.Model, fit=fit_and_keep, compile=compile_and_keep),
        contextlib.redirect_stdout(io.StringIO()) as printed,
    ):
        runpy.run_path(str(path), run_name="__main__")
    weights = {one.path: np.asarray(one) for model in models for one in model.weights}
    return Trained(weights, logs, printed.getvalue())


def counted(weights: dict[str, Any]) -> Counter[tuple[object, ...]]:
    """The weights, whatever their names and order."""
    return Counter((array.shape, array.tobytes()) for array in weights.values())


def close(one: Log, other: Log) -> bool:
    """Whether logs are the same but for rounding."""
    return one.keys() == other.keys() and all(np.allclose(one[key], other[key], rtol=1e-5) for key in one)


def difference(before: Trained, after: Trained) -> str:
    """What a rewrite has changed; empty where nothing but the names of logs, and the last bits of a sum."""
    if counted(before.weights) != counted(after.weights):
        return "the weights differ"
    if len(before.logs) != len(after.logs):
        return f"{len(before.logs)} calls of fit, and {len(after.logs)} afterwards"
    for one, other in zip(before.logs, after.logs, strict=True):
        for log in one.keys() & other.keys():
            total = log.removeprefix("val_") == "loss"
            same = np.allclose(one[log], other[log], rtol=1e-6) if total else one[log] == other[log]
            if not same:
                return f"the log {log!r} differs: {one[log]}, and {other[log]} afterwards"
        if not np.allclose(sorted(one.values()), sorted(other.values()), rtol=1e-6):
            return f"the logs differ: {one}, and {other} afterwards"
    return _printed(before.printed, after.printed)


def _printed(before: str, after: str) -> str:
    """Text is the same to the letter, numbers to the rounding of a sum."""
    numbers = [[float(one) for one in NUMBER.findall(text)] for text in (before, after)]
    same = NUMBER.sub("", before) == NUMBER.sub("", after)
    if same and np.allclose(numbers[0], numbers[1], rtol=1e-6):
        return ""
    return f"it prints {after!r}, not {before!r}"
