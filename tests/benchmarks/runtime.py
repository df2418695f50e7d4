"""What the runtime check costs: ``python -m tests.benchmarks.runtime`` prints processor time for 20 heads.

A check is made once; the allowance is one forward pass and 200 ms. The first call of a subclassed model also
makes its layers, whoever calls it: a check that comes first spares ``fit`` that. Of ``fit`` the runs of one
model are compared pair by pair, once it was examined: outside and inside of the guard that has seen it, and
of a model that was checked with one that never was.
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
PAIRS = 40

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


def ratios(one: Callable[[], object], other: Callable[[], object]) -> list[float]:
    """How much longer ``other`` takes, pair by pair; which comes first alternates."""
    found = []
    for number in range(PAIRS):
        order = (one, other) if number % 2 else (other, one)
        taken = {work: seconds(work) for work in order}
        found.append(taken[other] / taken[one])
    return found


def fitting() -> None:
    """Ratios of fits of three epochs."""
    made, never, checked = model(), model(), model()
    watching = guard(print_fn=None)
    check(checked, X, Y, print_fn=None)

    def fit(one: Any) -> Callable[[], object]:
        return lambda: one.fit(X, Y, epochs=3, verbose=0)

    def guarded() -> None:
        with watching:
            made.fit(X, Y, epochs=3, verbose=0)

    for work in (guarded, fit(made), fit(never), fit(checked)):
        work()
    share("fit under a guard to fit without", ratios(fit(made), guarded))
    share("fit of a model that was checked to one that was not", ratios(fit(never), fit(checked)))
    share("fit of one model to fit of another: what noise there is", ratios(fit(never), fit(made)))


def share(text: str, values: list[float]) -> None:
    """One row with a median and its quartiles."""
    low, middle, high = statistics.quantiles(values, n=4)
    sys.stdout.write(f"{text:<58}{middle:>9.3f} ({low:.3f} to {high:.3f}, {len(values)} pairs)\n")


def look(made: Any) -> None:
    """A check of which nothing is printed."""
    check(made, X, Y, print_fn=None)


def line(text: str, value: float) -> None:
    """One row."""
    sys.stdout.write(f"{text:<58}{value * 1000:>9.1f} ms\n")


def main() -> None:
    """Print every figure."""
    sys.stdout.write(f"Keras {keras.__version__} on {keras.backend.backend()}, {HEADS} heads\n")
    made = model()
    line("one forward pass", median(lambda: made(X)))
    line("check, the first (it loads the rules)", seconds(lambda: look(made)))
    line("check", median(lambda: look(made)))
    line("check with a proof", median(lambda: check(made, X, Y, prove=True, print_fn=None)))
    new = [model(subclassed=True) for _ in range(2 * RUNS)]
    called, unseen = iter(new[:RUNS]), iter(new[RUNS:])
    line("a subclassed model's first forward pass", median(lambda: next(called)(X)))
    line("check of a subclassed model that was not called yet", median(lambda: look(next(unseen))))
    line("check of one that was", median(lambda: look(new[0])))
    fitting()


if __name__ == "__main__":
    main()
