"""How the cost of ``keraslint check`` grows: with the number of files, and with what one file holds.

    python -m tests.benchmarks.growth [--runs 3]

Prints processor time without that of starting, and for each file, line or head as a multiple of the row
before: 1 is linear growth, and where a row holds ten times as much, 10 is quadratic.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.check import cost

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = "import keras\nfrom keras import layers\n\n"
MODEL = """
def build_{n}(size):
    i = keras.Input((size,))
    x = layers.Dense(32, activation="relu")(i)
    return keras.Model(i, {{"b": layers.Dense(1, name="b")(x), "a": layers.Dense(1, name="a")(x)}})


def train_{n}(x, y, z):
    model = build_{n}(8)
    model.compile("sgd", loss=["mse", "mae"], loss_weights=[1.0, 0.5])
    return model.fit(x, [y, z], epochs=3)
"""


def files(count: int) -> dict[str, str]:
    """So many modules, every tenth of which imports the one before it."""
    texts = {f"p{n // 100}/m{n}.py": HEAD + MODEL.format(n=n) for n in range(count)}
    for n in range(10, count, 10):
        name = f"p{n // 100}/m{n}.py"
        texts[name] = (
            f"from p{(n - 1) // 100}.m{n - 1} import train_{n - 1}\n{texts[name]}\ntrain_{n - 1}(x, y, z)\n"
        )
    return texts


def lines(count: int) -> dict[str, str]:
    """One module of so many lines."""
    block = MODEL + "".join(f"t{{n}}[{k}] = {k}\n" for k in range(40))
    each = block.count("\n")
    return {"long.py": HEAD + "".join(block.format(n=n) for n in range(count // each))}


def chain(count: int) -> dict[str, str]:
    """Functions of which each hands the model on to the next."""
    links = "".join(f"def f{n}(model):\n    return f{n + 1}(model)\n\n\n" for n in range(count))
    last = f"def f{count}(model):\n    model.compile(loss=['mse', 'mae'])\n    return model\n"
    return {"chain.py": f"{HEAD}{MODEL.format(n=0)}\n\n{links}{last}\n\nf0(build_0(8))\n"}


def heads(count: int) -> dict[str, str]:
    """A model with so many outputs."""
    outputs = "".join(f"    'h{n}': layers.Dense(1, name='h{n}')(i),\n" for n in range(count))
    losses = "".join(f"    'h{n}': 'mse',\n" for n in range(count))
    made = f"i = keras.Input((3,))\nm = keras.Model(i, {{\n{outputs}}})\n"
    return {"heads.py": f"{HEAD}{made}m.compile(loss={{\n{losses}}})\n"}


def branches(depth: int) -> dict[str, str]:
    """Outputs that hang on conditions, one inside the other."""
    ifs = "".join(f"{' ' * (4 + k)}if f[{k}]:\n{' ' * (5 + k)}outs.append(i)\n" for k in range(depth))
    model = "    keras.Model(i, outs).compile(loss=['mse'])\n"
    return {"branches.py": f"{HEAD}def g(i, f):\n    outs = []\n{ifs}{model}\n\ng(keras.Input((3,)), f)\n"}


SHORT = 0.05
"""Seconds below which a ratio says nothing."""

SERIES: dict[str, tuple[Callable[[int], dict[str, str]], tuple[int, ...]]] = {
    "files": (files, (10, 100, 1_000, 10_000)),
    "lines in a file": (lines, (50, 500, 5_000, 50_000)),
    "functions in a chain": (chain, (2, 20, 200)),
    "heads of a model": (heads, (2, 20, 200, 2_000)),
    "branches in each other": (branches, (2, 8, 32, 64)),
}


def measured(texts: dict[str, str], runs: int) -> float:
    """The processor time of a run over these files, the median of several."""
    with tempfile.TemporaryDirectory() as scratch:
        for name, text in texts.items():
            (Path(scratch) / name).parent.mkdir(exist_ok=True)
            (Path(scratch) / name).write_text(text, encoding="utf-8")
        own = [sys.executable, "-m", "keraslint", "check", "--isolated", "--no-cache", "--jobs", "1"]
        return statistics.median(cost([*own, "--output-format", "concise", scratch]) for _ in range(runs))


def main() -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--most", type=int, default=100_000, help="Nothing that holds more.")
    given = parser.parse_args()
    runs = given.runs
    start = measured({"one.py": HEAD + MODEL.format(n=0)}, max(runs, 3))
    for what, (make, counts) in SERIES.items():
        before = None
        for count in (one for one in counts if one <= given.most):
            spent = measured(make(count), runs) - start
            ratio = f"{spent / count / before:8.2f}" if before and spent > SHORT else " " * 8
            print(f"{count:8,} {what:24} {max(spent, 0):8.2f} s {ratio}", flush=True)
            before = spent / count if spent > SHORT else None


if __name__ == "__main__":
    main()
