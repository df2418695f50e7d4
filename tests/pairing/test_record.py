"""The specification is held against everything that was recorded of real Keras 3."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from keraslint.pairing import Paired, Request, Verdict, pair, predicted
from keraslint.pairing.agreement import Recording, load_cases, recordings, table
from keraslint.pairing.cases import UNREADABLE, Case, agrees, read
from keraslint.tree import leaves
from tests.conformance.containers import build, describe

RECORD = Path(__file__).parents[2] / "fixtures" / "conformance"
KEYS = {
    "fit": "fit_keys",
    "evaluate": "evaluate_keys",
    "train_on_batch": "train_on_batch_keys",
    "test_on_batch": "test_on_batch_keys",
}
EVERY = [
    pytest.param(folder, recording, id=f"{folder.name}-{recording.name}")
    for folder in (RECORD, RECORD / "keras2", RECORD / "keras3")
    for recording in recordings(folder)
]
RECORDINGS = [
    pytest.param(folder, recording, id=f"{folder.name}-{recording.name}")
    for folder in (RECORD, RECORD / "keras3")
    for recording in recordings(folder)
    if recording.version.major > 2
]

cases_of = cache(load_cases)


def readable(recording: Recording) -> list[dict[str, Any]]:
    """The results that could be read as pairs."""
    results = map(json.loads, recording.path.read_text(encoding="utf-8").splitlines())
    return [result for result in results if result["verdict"].split("+")[0] not in UNREADABLE]


class Judged:
    """One case: what Keras did, and every verdict on it."""

    def __init__(self, case: Case, result: dict[str, Any], recording: Recording) -> None:
        """Judge every action of the case."""
        self.result = result
        self.verdicts: list[Verdict] = []

        def judge(request: Request) -> Verdict:
            self.verdicts.append(pair(request, recording.version, recording.backend))
            return self.verdicts[-1]

        self.agrees = agrees(read(case, judge), result)
        self.actions = [action for action, _ in case.requests()]

    def wrong_logs(self) -> list[tuple[str, ...]]:
        """Where the keys of the logs, or those with ``val_``, differ from those that Keras returned."""
        wrong: list[tuple[str, ...]] = []
        for action, verdict in zip(self.actions, self.verdicts, strict=False):
            recorded = self.result.get(KEYS.get(action, ""), [])
            validated = [key.removeprefix("val_") for key in recorded if key.startswith("val_")]
            trained = [key for key in recorded if not key.startswith("val_")]
            wrong += [
                (action, *verdict.logs, "but Keras", *keys)
                for keys in (trained, validated)
                if keys and isinstance(verdict, Paired) and list(verdict.logs) != keys
            ]
        return wrong

    def wrong_order(self) -> list[tuple[str, ...]]:
        """Where ``evaluate`` puts the losses otherwise than ``metrics_names``."""
        names = dict.fromkeys(
            name for name in self.result.get("metrics_names") or () if name.endswith("_loss")
        )
        if not names or not isinstance(self.verdicts[0], Paired):
            return []
        order = dict.fromkeys(name for name in self.verdicts[0].evaluate if name.endswith("_loss"))
        return [] if list(order) == list(names) else [(*order, "but Keras", *names)]


@pytest.mark.parametrize(("folder", "recording"), RECORDINGS)
def test_what_is_said_is_what_keras_did(folder: Path, recording: Recording) -> None:
    cases = cases_of(folder)
    results = [result for result in readable(recording) if result["id"] in cases]
    judged = {result["id"]: Judged(cases[result["id"]], result, recording) for result in results}
    assert [case for case, entry in judged.items() if entry.agrees is False] == []
    assert {case: entry.wrong_logs() for case, entry in judged.items() if entry.wrong_logs()} == {}
    assert {case: entry.wrong_order() for case, entry in judged.items() if entry.wrong_order()} == {}
    assert sum(entry.agrees is not None for entry in judged.values()) >= 0.98 * len(judged)


def unordered(notation: Any) -> Any:
    """A structure in the record's notation with the keys of its dicts sorted."""
    if isinstance(notation, list):
        return [unordered(part) for part in notation]
    if not isinstance(notation, dict):
        return notation
    return {
        mark: sorted(map(unordered, parts)) if mark == "$d" else unordered(parts)
        for mark, parts in notation.items()
    }


@pytest.mark.parametrize(("folder", "recording"), EVERY)
def test_predict_returns_what_was_recorded(folder: Path, recording: Recording) -> None:
    lines = map(json.loads, recording.path.read_text(encoding="utf-8").splitlines())
    found = {result["id"]: result["predict"] for result in lines if "predict" in result}
    wrong = {}
    for case in (replace(case, major=recording.version.major) for case in cases_of(folder).values()):
        if case.id not in found:
            continue
        ((_, request), *_) = case.requests()
        tree = predicted(request, recording.version, recording.backend)
        letters = dict(leaves(case.outputs))
        said = None if tree is None else describe(build(tree, letters.__getitem__), str)
        # Run eagerly, JAX keeps the order of keys that it sorts when it compiles.
        same = (
            unordered
            if recording.backend == "jax" and recording.suffix != "jit"
            else lambda notation: notation
        )
        if same(said) != same(found[case.id]):
            wrong[case.id] = (said, found[case.id])
    assert wrong == {}


@pytest.mark.slow
def test_the_table_of_the_readme_is_that_of_the_record() -> None:
    command = "python -m keraslint.pairing --agreement fixtures/conformance"
    _, begin, rest = (
        (RECORD.parents[1] / "README.md")
        .read_text(encoding="utf-8")
        .partition(f"<!-- agreement: {command} -->\n")
    )
    text, agrees = table(RECORD)
    assert agrees
    assert begin
    assert rest.partition("<!-- end of agreement -->")[0] == text, f"put what this prints there: {command}"


def test_every_recorded_release_is_held_against(recording_names: set[str]) -> None:
    assert {
        "3.0.5",
        "3.4.1",
        "3.5.0",
        "3.6.0",
        "3.7.0",
        "3.15.1",
        "3.15.1-tensorflow",
        "3.15.1-torch",
    } <= recording_names


@pytest.fixture
def recording_names() -> set[str]:
    """The names of the recordings."""
    return {recording.name for recording in recordings(RECORD)}
