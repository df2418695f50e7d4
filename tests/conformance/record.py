"""Records what the installed Keras does: a file of cases enters, a file of results leaves.

    KERAS_BACKEND=jax python tests/conformance/record.py CASES.jsonl OUT.jsonl

``--module tf_keras`` records Keras 2. What is recorded is what fixtures/conformance/README.md describes.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Run as a script from a virtual environment that has an old Keras and nothing of ours.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from keraslint.pairing.cases import Case
from tests.conformance.containers import compact
from tests.conformance.decode import EXACT, FLOAT32, Decoder, Pairs
from tests.conformance.judge import Judge
from tests.conformance.letters import Reading, term_value
from tests.conformance.live import Live
from tests.conformance.run import Run, run
from tests.conformance.summary import summarize, versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Json = Any

# The losses are told apart by digits that a float32 does not hold, and the machine's devices are not asked.
ENVIRONMENT = {
    "JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3",
}  # fmt: skip

_DECISIVE = ("fit", "evaluate", "train_on_batch", "test_on_batch")
_FORGET_EVERY = 100

# The plainest case of two heads, by which a Keras that sums its logs in float32 is found out.
_PLAIN = Case("plain", {
    "model": {"kind": "functional", "outputs": ["B", "A"], "layers": {"B": "b", "A": "a"}},
    "compile": {"loss": ["B", "A"]}, "data": {"y": ["B", "A"], "feed": "numpy"}, "actions": ["fit"],
})  # fmt: skip


@dataclass(frozen=True)
class Recorder:
    """Runs cases on one Keras and writes each as the record has it."""

    live: Live
    eager: bool = True
    tolerance: float = EXACT

    def calibrated(self) -> Recorder:
        """The same, with the tolerance that the numbers of this Keras need."""
        done = run(self.live, _PLAIN, eager=self.eager)
        expected = sum(term_value(Reading(letter, letter, letter), self.live.per_sample) for letter in "AB")
        deviation = abs(dict(done.logs["fit"])["loss"] / expected - 1)
        return replace(self, tolerance=EXACT if deviation < EXACT else FLOAT32)

    def results(self, cases: Iterable[Case]) -> Iterator[Json]:
        """One result a case, in order."""
        for number, case in enumerate(cases, start=1):
            yield self.result(case)
            self._forget(deeply=number % _FORGET_EVERY == 0)

    def result(self, case: Case) -> Json:
        """The result of one case."""
        done = run(self.live, case, eager=self.eager)
        verdict, pairs = self._read(case, done)
        keys = {f"{call}_keys": [key for key, _ in logs] for call, logs in done.logs.items()}
        facts = {name: value for name, value in done.facts.items() if name != "call"}
        result = {"id": case.id, "verdict": verdict, "pairs": pairs, "error": done.error}
        optional = {**keys, "warnings": done.warnings}
        kept = {name: value for name, value in {**result, **optional}.items() if value or name == "pairs"}
        return {**kept, **facts}

    def _read(self, case: Case, done: Run) -> tuple[str, str | None]:
        if done.error is not None:
            return "ERROR", None
        if done.binding:
            own = all(name == letter for name, letter in done.binding.items())
            pairs = ",".join(f"{name}<-{letter}" for name, letter in sorted(done.binding.items()))
            return ("OK" if own else "SWAP"), pairs
        return self._read_logs(case, done)

    def _read_logs(self, case: Case, done: Run) -> tuple[str, str]:
        decoder = Decoder(case, self.live.per_sample, self.tolerance)
        read = {call: decoder.pairs(done.logs[call]) for call in _DECISIVE if call in done.logs}
        if not read:
            shown = {name: compact(done.facts.get(name)) for name in ("predict", "unpack")}
            return "NA", " ".join(f"{name}={text}" for name, text in shown.items())
        main = read.get("evaluate") or next(iter(read.values()))
        others = "".join(_difference(call, main, pairs) for call, pairs in read.items())
        return Judge(case, main).verdict, f"{main} {others}".rstrip()

    def _forget(self, *, deeply: bool) -> None:
        self.live.keras.backend.clear_session()
        if deeply:
            collect()
            if self.live.backend == "jax":
                importlib.import_module("jax").clear_caches()


def _difference(call: str, main: Pairs, other: Pairs) -> str:
    """What a call logged otherwise than the one that was taken."""
    if other.total != main.total:
        return f"[{call}:{other.total}]"
    if sorted(other.entries) != sorted(main.entries):
        return f"[{call}:{' '.join(f'{log}:{text}' for log, text in other.entries)}]"
    return ""


collect = gc.collect


def load_keras(module: str = "keras") -> Live:
    """The installed Keras, without its habit of collecting garbage in ``clear_session``, which is slow."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    live = Live(importlib.import_module(module))
    gc.collect = lambda *_: 0
    return live


def load_cases(path: Path, pattern: str = "") -> list[Case]:
    """The cases of a file whose ids contain a text."""
    specs = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [Case(spec["id"], spec) for spec in specs if pattern in spec["id"]]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", type=Path, help="one case a line")
    parser.add_argument("out", type=Path, help="one result a line")
    parser.add_argument("--module", default="keras", help="the Keras to import (default %(default)s)")
    parser.add_argument("--only", default="", metavar="TEXT", help="cases whose id contains TEXT")
    parser.add_argument("--compiled", action="store_true", help="without run_eagerly (slow)")
    parser.add_argument("--summary", type=Path, help="a file that keeps versions and counts of all results")
    return parser.parse_args()


def main() -> int:
    """Run the command."""
    arguments = _arguments()
    eager = not arguments.compiled
    recorder = Recorder(load_keras(arguments.module), eager).calibrated()
    cases = load_cases(arguments.cases, arguments.only)
    start, results = time.monotonic(), []
    with arguments.out.open("w", encoding="utf-8") as out:
        for result in recorder.results(cases):
            out.write(json.dumps(result) + "\n")
            results.append(result)
    found = versions(recorder.live, eager=eager)
    if arguments.summary:
        summarize(arguments.summary, arguments.out.name, found, results)
    seconds = time.monotonic() - start
    sys.stderr.write(f"Keras {found['keras']} on {found['backend']}: {len(cases)} cases in {seconds:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
