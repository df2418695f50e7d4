"""Step time of NestedLoss against native nested losses of Keras and a step by hand: paired ratios.

    KERAS_BACKEND=jax python -m tests.benchmarks.losses [rounds] [small|big]

Each round times every variant once, one after the other in an order of its own, on the same batch; a ratio
is the median over rounds of variant / native within a round, with the quartiles: of the time on the clock,
and of the processor time of this process, which other programs disturb less. No test: what a machine does
besides shows in the quartiles.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from keraslint import losses

if TYPE_CHECKING:
    from collections.abc import Callable

NATIVELY = "native nested losses"
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


class ByHand(keras.Model):  # type: ignore[misc]
    """A step whose loss is written out; it logs the total alone."""

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,  # noqa: FBT002 - the signature is that of Keras
    ) -> Any:
        """The sum of the three means."""
        del x, sample_weight, training
        bbox, confidence = (
            (y["detection"][name], y_pred["detection"][name]) for name in ("bbox", "confidence")
        )
        return (
            keras.ops.mean(keras.ops.square(y["class"] - y_pred["class"]))
            + keras.ops.mean(keras.ops.abs(bbox[0] - bbox[1]))
            + keras.ops.mean(keras.losses.binary_crossentropy(*confidence))
        )


def by_hand(width: int) -> Any:
    """A model with a loss by hand."""
    model = network(ByHand, width)
    model.compile("sgd")
    return model


VARIANTS: dict[str, Callable[[int], Any]] = {
    NATIVELY: plain(NATIVE, logged=False),
    "by hand, total only": by_hand,
    "plain model, total only": plain(losses.NestedLoss(OURS), logged=False),
    "plain model, log_terms": plain(losses.NestedLoss(OURS), logged=True),
    "losses.Model": ours,
}


def seconds(model: Any, x: Any, y: Any, steps: int) -> tuple[float, float]:
    """The time of ``steps`` steps of one ``fit``, data pipeline included: on the clock, of the processor."""
    data = [np.concatenate([array] * steps) for array in keras.tree.flatten((x, y))]
    x, y = keras.tree.pack_sequence_as((x, y), data)
    clock, processor = time.perf_counter(), time.process_time()
    model.fit(x, y, batch_size=len(data[0]) // steps, shuffle=False, verbose=0)
    return time.perf_counter() - clock, time.process_time() - processor


Times = list[dict[str, tuple[float, float]]]  # of each round, by variant


def measured(size: str, rounds: int) -> Times:
    """Every variant once a round, after one that does not count."""
    width, samples, steps = SIZES[size]
    models = {name: make(width) for name, make in VARIANTS.items()}
    x, y = batch(samples)
    order, times = list(models), []
    for _ in range(rounds + 1):
        random.shuffle(order)
        times.append({name: seconds(models[name], x, y, steps) for name in order})
    return times[1:]


def row(times: Times, name: str, steps: int) -> str:
    """The median step of a variant, and its ratios to native Keras."""
    parts = []
    for which, clock in enumerate(("clock", "processor")):
        ratios = [each[name][which] / each[NATIVELY][which] for each in times]
        low, middle, high = statistics.quantiles(ratios, n=4)
        step = statistics.median(each[name][which] for each in times) / steps
        parts.append(f"{clock} {step * 1e6:7.0f} us, ratio {middle:.3f} ({low:.3f} to {high:.3f})")
    return "; ".join(parts)


def main(rounds: int, sizes: list[str]) -> None:
    """Print one row for each variant and size."""
    print(f"keras {keras.__version__}, {keras.config.backend()}, {rounds} rounds")
    for size in sizes:
        times = measured(size, rounds)
        for name in VARIANTS:
            print(f"{size:6} {name:24} {row(times, name, SIZES[size][2])}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15, sys.argv[2:] or list(SIZES))
