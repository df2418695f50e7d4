"""Step time of NestedLoss against native nested losses of Keras: paired ratios.

    KERAS_BACKEND=jax python -m tests.benchmarks.losses [rounds]

Each round times every variant once, one after the other, on the same batch; a ratio is the median over rounds
of variant / native within a round, with the quartiles. No test: what a machine does besides shows in the
quartiles.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from keraslint import losses

if TYPE_CHECKING:
    from collections.abc import Callable

NATIVE = {"class": "mse", "detection": {"bbox": "mae", "confidence": "binary_crossentropy"}}
OURS = {"class": "mse", "detection.bbox": "mae", "detection.confidence": "binary_crossentropy"}
SIZES = {"small": (8, 32, 60), "big": (1024, 256, 6)}  # width, batch, steps a round


def network(cls: Any, width: int) -> Any:
    """A network with three nested heads."""
    keras.utils.set_random_seed(0)
    features = keras.Input((16,))
    hidden = keras.layers.Dense(width, activation="relu")(features)
    hidden = keras.layers.Dense(width, activation="relu")(hidden)
    heads = {
        name: keras.layers.Dense(size, activation="sigmoid", name=name)(hidden)
        for name, size in HEADS.items()
    }
    nested = {"class": heads["class"], "detection": {name: heads[name] for name in ("bbox", "confidence")}}
    return cls(features, nested)


HEADS = {"class": 10, "bbox": 4, "confidence": 1}


def batch(samples: int) -> tuple[Any, Any]:
    """Features and nested targets of one batch."""
    rng = np.random.default_rng(0)
    y = {name: rng.uniform(size=(samples, size)).astype("float32") for name, size in HEADS.items()}
    nested = {"class": y["class"], "detection": {name: y[name] for name in ("bbox", "confidence")}}
    return rng.normal(size=(samples, 16)).astype("float32"), nested


def plain(loss: Any, *, logged: bool) -> Callable[[int], Any]:
    """A model of Keras that is compiled with ``loss``."""

    def make(width: int) -> Any:
        model = network(keras.Model, width)
        model.compile("sgd", loss=loss)
        if logged:
            losses.log_terms(model)
        return model

    return make


def ours(width: int) -> Any:
    """Our model, which logs every term."""
    model = network(losses.Model, width)
    model.compile("sgd", loss=losses.NestedLoss(OURS))
    return model


VARIANTS: dict[str, Callable[[int], Any]] = {
    "native nested losses": plain(NATIVE, logged=False),
    "plain model, total only": plain(losses.NestedLoss(OURS), logged=False),
    "plain model, log_terms": plain(losses.NestedLoss(OURS), logged=True),
    "losses.Model": ours,
}


def seconds(model: Any, x: Any, y: Any, steps: int) -> float:
    """The time of ``steps`` steps of one ``fit``, data pipeline included."""
    data = [np.concatenate([array] * steps) for array in keras.tree.flatten((x, y))]
    x, y = keras.tree.pack_sequence_as((x, y), data)
    start = time.perf_counter()
    model.fit(x, y, batch_size=len(data[0]) // steps, shuffle=False, verbose=0)
    return time.perf_counter() - start


def main(rounds: int) -> None:
    """Print one row for each variant and size."""
    print(f"keras {keras.__version__}, {keras.config.backend()}, {rounds} rounds")
    for size, (width, samples, steps) in SIZES.items():
        models = {name: make(width) for name, make in VARIANTS.items()}
        x, y = batch(samples)
        for model in models.values():
            seconds(model, x, y, steps)
        times = [{name: seconds(model, x, y, steps) for name, model in models.items()} for _ in range(rounds)]
        for name in VARIANTS:
            ratios = [each[name] / each["native nested losses"] for each in times]
            low, middle, high = statistics.quantiles(ratios, n=4)
            step = statistics.median(each[name] for each in times) / steps
            print(f"{size:6} {name:26} {step * 1e6:9.0f} us, ratio {middle:.3f} ({low:.3f} to {high:.3f})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
