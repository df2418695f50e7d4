"""A sample of the cases is recorded again on the installed Keras and held against the record of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from keraslint.pairing.cases import UNREADABLE

pytestmark = pytest.mark.train

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "fixtures" / "conformance"
CASES_A_GROUP = 8
BACKENDS = ("tensorflow", "jax", "torch")


def keras_version() -> str:
    """The installed Keras; skips where there is none."""
    try:
        return version("keras")
    except PackageNotFoundError:
        pytest.skip("no Keras is installed")


def lines(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def sample() -> list[dict[str, Any]]:
    """A few cases of each group, from its start to its end."""
    groups = defaultdict(list)
    for case in lines(RECORD / "cases.jsonl"):
        groups[case["group"]].append(case)
    return [
        cases[index * len(cases) // CASES_A_GROUP]
        for cases in groups.values()
        for index in range(CASES_A_GROUP)
    ]


def recorded_on(backend: str) -> Path:
    """The record of the installed Keras on a backend: the one on JAX goes by the version alone."""
    name = keras_version() if backend == "jax" else f"{keras_version()}-{backend}"
    return RECORD / "results" / f"{name}.jsonl"


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_installed_keras_still_does_what_was_recorded(backend: str, tmp_path: Path) -> None:
    if find_spec(backend) is None:
        pytest.skip(f"no {backend} is installed")
    record = recorded_on(backend)
    if not record.exists():
        pytest.skip(f"{record.name} was never recorded")
    cases, results = tmp_path / "cases.jsonl", tmp_path / "results.jsonl"
    cases.write_text("".join(json.dumps(case) + "\n" for case in sample()), encoding="utf-8")
    # In a process of its own: it makes Keras compute in float64.
    command = [sys.executable, str(ROOT / "tests" / "conformance" / "record.py"), str(cases), str(results)]
    subprocess.run(command, check=True, env={**os.environ, "KERAS_BACKEND": backend}, capture_output=True)
    recorded = {result["id"]: essence(result) for result in lines(record)}
    found = {result["id"]: essence(result) for result in lines(results)}
    assert len(found) == len(sample())
    assert {
        case: (now, recorded[case]) for case, now in found.items() if recorded[case] not in (None, now)
    } == {}


def essence(result: dict[str, Any]) -> tuple[str | None, str | None] | None:
    """What counts of a result: the pairs, or the call that raised; None where nothing could be read."""
    if result["verdict"].split("+")[0] in UNREADABLE:
        return None
    return result["pairs"], (result.get("error") or {}).get("stage")
