"""Generated programs are rewritten to dict style and trained, before and after.

    python -m tests.rewriting --programs 200 --seed 20261121

Programs that raise, or that Keras pairs otherwise than they are written, are drawn beside as many as were
asked for. What differs is printed with its program.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, assume, given, seed, settings

from tests.rewriting.generated import listed
from tests.rewriting.test_generated import outcome

EVERY = 25
LEFT = frozenset({"raises", "mispaired"})


def outcomes(programs: int, number: int) -> Counter[str]:
    """What becomes of as many programs as were asked for, drawn from a seed."""
    found: Counter[str] = Counter()

    def step(folder: Path, source: str) -> None:
        said = outcome(folder, source)
        kind = said if said in {"the same", *LEFT} else "differs"
        found[kind] += 1
        if kind == "differs":
            print(f"{source}\n# ^ {said}\n", flush=True)
        if found.total() % EVERY == 0:
            print(dict(found), file=sys.stderr, flush=True)
        assume(kind not in LEFT)

    options: dict[str, Any] = {"deadline": None, "database": None, "phases": [Phase.generate]}
    run = settings(max_examples=programs, suppress_health_check=list(HealthCheck), **options)
    with tempfile.TemporaryDirectory() as folder:
        seed(number)(run(given(listed())(lambda source: step(Path(folder), source))))()
    return found


def main() -> int:
    """Run the command; it fails where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--programs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="default: the time")
    arguments = parser.parse_args()
    found = outcomes(arguments.programs, arguments.seed)
    print(f"seed {arguments.seed}: {dict(found)}")
    return int(found["differs"] > 0)


if __name__ == "__main__":
    sys.exit(main())
