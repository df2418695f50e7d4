"""What ``keraslint check`` costs over a tree, beside other linters, run in turn: processor time and ratios.

    python -m tests.benchmarks.check TREE [--runs 3] [--against "ruff check --no-cache --select NPY201 {}"]...

``{}`` is the tree. User and system time of each command with its children: a busy machine leaves that alone
as far as it can, and what is left touches all of them, so that the ratios of one turn say more than seconds.
Python's bytecode is kept, as it is where keraslint is installed. The file that is changed, in a copy of the
tree, is of middle size among those that compile something. Of two processes the time on the clock counts.
"""

from __future__ import annotations

import argparse
import os
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHANGED = "keraslint, one file changed"
SMALL = "import keras\nmodel = keras.Sequential()\nmodel.compile('sgd', loss='mse')\nmodel.fit(x, y)\n"


def commands(tree: str, scratch: Path, against: list[str]) -> dict[str, list[str]]:
    """Each by its name; the first is what the others are compared with."""
    own = [sys.executable, "-m", "keraslint", "check", "--isolated"]
    small = scratch / "small.py"
    small.write_text(SMALL, encoding="utf-8")
    cache = ["--cache-dir", str(scratch / "cache")]
    split = [shlex.split(one) for one in against]
    others = {Path(one[0]).name: one for one in split}
    return {
        "keraslint, no cache, one process": [*own, "--no-cache", "--jobs", "1", tree],
        "keraslint, nothing changed": [*own, *cache, tree],
        CHANGED: [*own, "--cache-dir", str(scratch / "changed"), "--jobs", "1", str(scratch / "tree")],
        "keraslint, one small file": [*own, "--no-cache", str(small)],
        **{name: [part.replace("{}", tree) for part in command] for name, command in others.items()},
    }


def clock(tree: str, jobs: int, runs: int = 1) -> float:
    """The seconds on the clock of so many runs at once, without a cache and each in so many processes."""
    own = [sys.executable, "-m", "keraslint", "check", "--isolated", "--no-cache", "--jobs", str(jobs), tree]
    start = time.perf_counter()
    begun = [subprocess.Popen(own, stdout=subprocess.DEVNULL) for _ in range(runs)]
    for one in begun:
        one.wait()
    return time.perf_counter() - start


def changing(tree: str, scratch: Path) -> Path:
    """A file of middle size in a copy of the tree."""
    kept = shutil.ignore_patterns(".git")
    copied = Path(shutil.copytree(tree, scratch / "tree", ignore=kept))
    files = [file for file in copied.rglob("*.py") if b".compile(" in file.read_bytes()]
    return sorted(files, key=lambda file: file.stat().st_size)[len(files) // 2]


def turn(asked: dict[str, list[str]], changed: Path) -> dict[str, float]:
    """The cost of each command, one after the other."""
    costs = {}
    for name, command in asked.items():
        if name == CHANGED:
            with changed.open("a", encoding="utf-8") as file:
                file.write("# another line\n")
        costs[name] = cost(command)
    return costs


def cost(command: list[str]) -> float:
    """The processor time of one run, in seconds."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a row for each command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("tree")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--against", action="append", default=[])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        changed = changing(given.tree, Path(scratch))
        asked = commands(given.tree, Path(scratch), given.against)
        for command in asked.values():  # bytecode and caches are written now
            if command[0] == sys.executable:
                cost(command)
        turns = [turn(asked, changed) for _ in range(given.runs)]
    first = next(iter(asked))
    print(f"{'':34} {'CPU s':>8} {'ratio':>8}")
    for name in asked:
        seconds = statistics.median(one[name] for one in turns)
        ratio = statistics.median(one[name] / one[first] for one in turns)
        print(f"{name:34} {seconds:8.2f} {ratio:8.3f}")
    each = [(clock(given.tree, 1), clock(given.tree, 2), clock(given.tree, 1, 2)) for _ in range(given.runs)]
    shared = statistics.median(two / one for one, two, _ in each)
    print(f"{'keraslint, two processes (clock)':34} {'':8} {shared:8.3f}")
    # What two processors do for two runs that share nothing: less than half the time they do not reach.
    apart = statistics.median(both / 2 / one for one, _, both in each)
    print(f"{'half of two runs at once (clock)':34} {'':8} {apart:8.3f}")


if __name__ == "__main__":
    main()
