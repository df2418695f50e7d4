"""What the runtime check costs: ``python -m tests.benchmarks.runtime`` prints processor time for 20 heads.

A check is made once; the allowance is one forward pass and 200 ms. Of ``fit`` the medians of pairs of runs
are compared, with and without a guard, the first epoch left out in both.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from keraslint.runtime import check, guard

if TYPE_CHECKING:
    from collections.abc import Callable

HEADS = 20
SAMPLES = 256
RUNS = 7

X: Any = np.ones((SAMPLES, 32), "float32")
Y: dict[str, Any] = {f"head{number:02}": np.ones((SAMPLES, 1), "float32") for number in range(HEADS)}


def model(*, subclassed: bool = False) -> Any:
    """Twenty dense heads on one hidden layer, compiled by name."""
    made = Subclassed() if subclassed else functional()
    names = list(Y)
    made.compile("sgd", dict.fromkeys(names, "mse"), metrics={name: ["mae"] for name in names})
    return made


def functional() -> Any:
    """Its graph is known."""
    x = keras.Input((32,))
    hidden = keras.layers.Dense(64)(x)
    return keras.Model(x, {name: keras.layers.Dense(1, name=name)(hidden) for name in Y})


class Subclassed(keras.Model):  # type: ignore[misc]
    """Its graph is not."""

    def __init__(self) -> None:
        """Make the layers."""
        super().__init__()
        self.hidden = keras.layers.Dense(64)
        self.heads = [keras.layers.Dense(1, name=name) for name in Y]

    def call(self, x: Any) -> Any:
        """All heads by name."""
        hidden = self.hidden(x)
        return {head.name: head(hidden) for head in self.heads}


def seconds(work: Callable[[], object]) -> float:
    """How much of a processor some work takes: a busy machine makes it no longer."""
    start = time.process_time()
    work()
    return time.process_time() - start


def median(work: Callable[[], object]) -> float:
    """The median of several runs."""
    return statistics.median(seconds(work) for _ in range(RUNS))


def epochs() -> float:
    """Three epochs after the first."""
    made = model()
    made.fit(X, Y, verbose=0)
    return seconds(lambda: made.fit(X, Y, epochs=3, verbose=0))


def guarded() -> float:
    """The same under a guard that has seen the first."""
    with guard(print_fn=None):
        return epochs()


def line(text: str, value: float) -> None:
    """One row."""
    sys.stdout.write(f"{text:<58}{value * 1000:>9.1f} ms\n")


def main() -> None:
    """Print every figure."""
    sys.stdout.write(f"Keras {keras.__version__} on {keras.backend.backend()}, {HEADS} heads\n")
    made = model()
    line("one forward pass", median(lambda: made(X)))
    line("check, the first (it loads the rules)", seconds(lambda: check(made, X, Y, print_fn=None)))
    line("check", median(lambda: check(made, X, Y, print_fn=None)))
    line("check of a subclassed model", seconds(lambda: check(model(subclassed=True), X, Y, print_fn=None)))
    line("check with a proof", median(lambda: check(made, X, Y, prove=True, print_fn=None)))
    pairs = [(epochs(), guarded()) for _ in range(3)]
    line("three epochs", statistics.median(alone for alone, _ in pairs))
    line("three epochs under a guard", statistics.median(under for _, under in pairs))


if __name__ == "__main__":
    main()
