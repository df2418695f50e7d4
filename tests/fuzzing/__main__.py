"""Fuzzes one target, led by what of keraslint its inputs reach.

    pip install atheris
    python -m tests.fuzzing TARGET FOLDER [-max_total_time=SECONDS] [other options of libFuzzer]

FOLDER keeps the inputs that reach something new, and beside them, as ``crash-...`` or ``timeout-...``, what
does harm. That goes, as small as it can be made, into ``fixtures/fuzzing/TARGET``, where the tests run it.
"""

from __future__ import annotations

import importlib
import pkgutil
import random
import sys
from pathlib import Path

import atheris

OTHER_ROOMS = ("keraslint.losses", "keraslint.runtime", "keraslint.server", "keraslint.flake8_plugin")

with atheris.instrument_imports(include=["keraslint"]):
    import keraslint

    for module in pkgutil.walk_packages(keraslint.__path__, "keraslint."):
        # What the command imports only when it needs it is to be watched as well.
        if not module.name.startswith(OTHER_ROOMS) and "__main__" not in module.name:
            importlib.import_module(module.name)
    from tests.fuzzing import mutating
    from tests.fuzzing.targets import TARGETS

LIMITS = ("-timeout=60", "-rss_limit_mb=2048", "-max_len=20000")
SEEDS = 60


def main(target: str, kept: str, *options: str) -> None:
    """Run until something does harm, or as long as libFuzzer is told to."""
    place = Path(kept)
    place.mkdir(parents=True, exist_ok=True)
    seeds = mutating.seeds(target)
    for number, seed in enumerate(random.Random(0).sample(seeds, min(SEEDS, len(seeds)))):  # noqa: S311 (no secret)
        (place / f"seed-{number}").write_bytes(seed)

    def mutate(data: bytes, size: int, number: int) -> bytes:
        made = atheris.Mutate(data, size) if number % 5 == 0 else mutating.mutated(target, data, number)
        return bytes(made)[:size]

    atheris.Setup(
        [sys.argv[0], *LIMITS, f"-artifact_prefix={place}/", *options, str(place)],
        TARGETS[target].run,
        custom_mutator=mutate,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
