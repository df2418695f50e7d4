"""How far the specification and the record agree: a folder of recorded results enters, a table leaves."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keraslint.pairing import pair
from keraslint.pairing.cases import UNREADABLE, Case, agrees, read
from keraslint.pairing.versions import Version, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.pairing import Backend, Request, Verdict

_DEFAULT: dict[int, Backend] = {2: "tensorflow", 3: "jax"}


@dataclass(frozen=True, order=True)
class Recording:
    """One file of results: ``3.15.1.jsonl`` was made on JAX, ``3.15.1-jit.jsonl`` on JAX compiled, and
    ``3.15.1-torch.jsonl`` on torch; 2.15 is TensorFlow.
    """

    version: Version
    suffix: str
    path: Path

    @property
    def backend(self) -> Backend:
        """The backend it was made on."""
        named: dict[str, Backend] = {"tensorflow": "tensorflow", "torch": "torch"}
        return named.get(self.suffix, _DEFAULT[self.version.major])

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem


@dataclass(frozen=True)
class Compared:
    """One case of one version: what the specification said, what the record says, whether they agree."""

    case: str
    said: str
    recorded: str
    agree: bool | None


def load_cases(record: Path) -> dict[str, Case]:
    """The cases of a recorded folder by id, without those that train nothing."""
    lines = (json.loads(line) for line in (record / "cases.jsonl").read_text(encoding="utf-8").splitlines())
    cases = (Case(spec["id"], spec) for spec in lines)
    return {case.id: case for case in cases if case.is_pairing}


def recordings(record: Path) -> list[Recording]:
    """The files of results, by version."""
    parts = ((path.stem.partition("-"), path) for path in (record / "results").glob("*.jsonl"))
    return sorted(Recording(parse(version), suffix, path) for (version, _, suffix), path in parts)


def compare(recording: Recording, cases: dict[str, Case]) -> Iterator[Compared]:
    """Judge every case of which the recording can be read."""

    def judge(request: Request) -> Verdict:
        return pair(request, recording.version, recording.backend)

    for result in map(json.loads, recording.path.read_text(encoding="utf-8").splitlines()):
        case = cases.get(result["id"])
        if case is None or result["verdict"].split("+")[0] in UNREADABLE:
            continue
        reading = read(replace(case, major=recording.version.major), judge)
        said = reading.pairs or f"{reading.verdict} {reading.stage or ''}: {reading.message}"
        yield Compared(case.id, said, _recorded(result), agrees(reading, result))


def _recorded(result: dict[str, Any]) -> str:
    if "error" not in result:
        return str(result["pairs"])
    error = result["error"]
    return f"{error['type']} at {error['stage']}: {error['message']}"


def print_table(record: Path, *, details: bool = False) -> int:
    """Print the table; the exit status says whether anything disagrees."""
    cases = load_cases(record)
    sys.stdout.write(f"{'recording':>18} {'cases':>6} {'decided':>8} {'agreeing':>9}\n")
    failed = False
    for recording in recordings(record):
        compared = list(compare(recording, cases))
        counts = Counter(entry.agree for entry in compared)
        decided = counts[True] + counts[False]
        failed = failed or counts[False] > 0
        sys.stdout.write(f"{recording.name:>18} {len(compared):>6} {decided:>8} {counts[True]:>9}\n")
        if details:
            sys.stdout.writelines(_detail(entry) for entry in compared if not entry.agree)
    return int(failed)


def _detail(entry: Compared) -> str:
    return f"    {entry.case}\n        said     {entry.said}\n        recorded {entry.recorded}\n"
