"""Programs that only an older Keras trains: what it trained is recorded, and the fixed program trains it now.

The record and the script that made it lie in ``fixtures/conformance/older``. A fix trains what is written;
where the older Keras paired otherwise, the weights must differ, so that agreement says something.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
pytest.importorskip(os.environ["KERAS_BACKEND"])

import numpy as np

from keraslint import pairing
from keraslint.engine import Settings
from keraslint.engine.showing import show
from keraslint.findings import Safety, Shown
from tests.programs import FIXTURES, Program, read
from tests.rewriting.applying import edited
from tests.rewriting.test_golden import edits_of, fixes

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.train
RECORD: dict[str, dict[str, list[dict[str, Any]]]] = json.loads(
    (FIXTURES / "conformance" / "older" / "weights.json").read_text(encoding="utf-8")
)
PARTS = ("target", "loss", "weight", "sample_weight")
NEWEST = "3.15"
CASES = [(name, version) for name, each in RECORD.items() for version in each]


def paired(path: Path, version: str) -> list[tuple[object, ...]]:
    """What each head is given where it is trained, without the names that the parts have for it."""
    shown = show([str(path)], Settings(versions=(pairing.parse(version),)))
    sites = [one for one in shown if isinstance(one, Shown)]
    assert sites
    assert not any(one.outcome for one in sites), [one.outcome for one in sites]
    rows = [row for one in sites if one.call in {"fit", "train_on_batch"} for row in one.rows]
    return sorted((row.output, *(tuple(sorted(getattr(row, part).items)) for part in PARTS)) for row in rows)


@pytest.mark.parametrize(("name", "version"), CASES)
def test_the_fixed_program_trains_what_the_older_keras_trained(
    name: str, version: str, tmp_path: Path
) -> None:
    from tests.witnesses.spy import run

    program: Program = read(FIXTURES / name)
    path = tmp_path / "program.py"
    path.write_text(edited(program.source, edits_of(fixes(program, Safety.UNSAFE))), encoding="utf-8")
    done = run(read.__wrapped__(path), spied=False)
    assert done.error is None
    before = [np.array(one["values"], "float32").reshape(one["shape"]) for one in RECORD[name][version]]
    assert [one.shape for one in done.weights] == [one.shape for one in before]
    close = all(np.allclose(*pair, rtol=1e-4, atol=1e-6) for pair in zip(done.weights, before, strict=True))
    assert close == (paired(program.path, version) == paired(path, NEWEST))


def test_the_record_is_of_several_rules() -> None:
    assert len({name.partition("/")[0] for name in RECORD}) >= 5
