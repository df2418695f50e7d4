"""How far the specification and the record agree: a folder of recorded results enters, a table leaves."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from keraslint.pairing import pair
from keraslint.pairing.cases import UNREADABLE, Case, agrees, read
from keraslint.pairing.versions import Version, parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keraslint.pairing import Backend, Request, Verdict

# The record of Keras 3 was made on JAX, that of 2.15 on TensorFlow.
RECORDED_ON: dict[int, Backend] = {2: "tensorflow", 3: "jax"}


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


def recorded_versions(record: Path) -> list[Version]:
    """The releases with recorded results."""
    names = (path.stem for path in (record / "results").glob("*.jsonl"))
    return sorted(parse(name) for name in names if "-" not in name)


def compare(record: Path, version: Version, cases: dict[str, Case]) -> Iterator[Compared]:
    """Judge every case of which the record of ``version`` can be read."""

    def judge(request: Request) -> Verdict:
        return pair(request, version, RECORDED_ON[version.major])

    text = (record / "results" / f"{version}.jsonl").read_text(encoding="utf-8")
    for result in map(json.loads, text.splitlines()):
        case = cases.get(result["id"])
        if case is None or result["verdict"].split("+")[0] in UNREADABLE:
            continue
        reading = read(replace(case, major=version.major), judge)
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
    sys.stdout.write(f"{'version':>8} {'cases':>6} {'decided':>8} {'agreeing':>9}\n")
    failed = False
    for version in recorded_versions(record):
        compared = list(compare(record, version, cases))
        counts = Counter(entry.agree for entry in compared)
        decided = counts[True] + counts[False]
        failed = failed or counts[False] > 0
        sys.stdout.write(f"{version!s:>8} {len(compared):>6} {decided:>8} {counts[True]:>9}\n")
        if details:
            for entry in compared:
                if not entry.agree:
                    sys.stdout.write(f"    {entry.case}\n        said     {entry.said}\n        "
                                     f"recorded {entry.recorded}\n")
    return int(failed)
