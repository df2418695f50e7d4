"""How far the specification and the record agree: a folder of recorded results enters, a table leaves."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keraslint.pairing import pair
from keraslint.pairing.cases import UNREADABLE, Case, agrees, read
from keraslint.pairing.versions import Version, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keraslint.pairing import Backend, Request, Verdict

_HEAD = "| Keras | backends | cases | decided | agreeing |\n|---|---|---:|---:|---:|\n"
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


@dataclass
class Row:
    """A line of the table: what was recorded, how much of it is decided, how much of that agrees."""

    name: str
    backends: dict[Backend, None] = field(default_factory=dict)
    counts: Counter[bool | None] = field(default_factory=Counter)

    def add(self, backend: Backend, compared: Iterable[Compared]) -> None:
        """Count the cases of one recording."""
        self.backends[backend] = None
        self.counts.update(entry.agree for entry in compared)

    def __str__(self) -> str:
        """As Markdown."""
        decided = self.counts[True] + self.counts[False]
        numbers = (self.counts.total(), decided, self.counts[True])
        return f"| {self.name} | {', '.join(self.backends)} | {' | '.join(f'{n:,}' for n in numbers)} |\n"


def folders(record: Path) -> list[Path]:
    """A recorded folder and those below it that have cases and results of their own."""
    return sorted(path.parent for path in record.glob("**/cases.jsonl") if (path.parent / "results").is_dir())


def table(record: Path, *, each: bool = False, details: bool = False) -> tuple[str, bool]:
    """The table, a line for each release or for ``each`` recording, and whether all of it agrees."""
    rows: dict[str, Row] = {}
    total, lines = Row("all"), []
    for folder in folders(record):
        cases = load_cases(folder)
        for recording in recordings(folder):
            compared = list(compare(recording, cases))
            name = f"{folder.name}/{recording.name}" if each else str(recording.version)
            rows.setdefault(name, Row(name)).add(recording.backend, compared)
            total.counts.update(entry.agree for entry in compared)
            lines += [_detail(name, entry) for entry in compared if details and not entry.agree]
    ordered = sorted(rows.values(), key=lambda row: parse(row.name.rpartition("/")[2]))
    text = _HEAD + "".join(map(str, [*ordered, total])) + "".join(lines)
    return text, not total.counts[False]


def _detail(name: str, entry: Compared) -> str:
    return f"{name} {entry.case}\n    said     {entry.said}\n    recorded {entry.recorded}\n"
