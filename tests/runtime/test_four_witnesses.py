"""One swap, four witnesses: the page, the linter, the runtime check and the numbers of a training."""

from __future__ import annotations

import runpy
from typing import Any

import pytest

pytest.importorskip("keras")

from keraslint.engine import check as linted
from keraslint.engine.settings import Settings
from keraslint.findings import Finding, Report
from keraslint.rules.pages import page
from keraslint.runtime import check, guard
from tests.programs import FIXTURES, read
from tests.runtime.models import keras

pytestmark = pytest.mark.train

PROGRAM = read(FIXTURES / "list-loss-for-dict-outputs" / "tickets" / "bad.py")


def static_finding() -> Finding:
    """What the linter says of the source."""
    [report] = linted([str(PROGRAM.path)], Settings())
    assert isinstance(report, Report)
    [finding] = report.findings
    return finding


def test_four_witnesses_agree() -> None:
    # The page has this very program, and says which head is trained with which loss.
    text = page(PROGRAM.rule)
    assert PROGRAM.source.strip() in text
    assert "Here `department`, four classes wide, is trained with the binary loss." in text

    # The linter finds it in the source.
    static = static_finding()
    assert static.message == (
        "Keras gives these losses to ['department', 'priority'], not to ['priority', 'department']"
    )

    # The runtime check finds it in the running program, in the same words, at the same call.
    with guard(print_fn=None) as watching:
        program: dict[str, Any] = runpy.run_path(str(PROGRAM.path))
    [live] = [one for one in watching.findings if one.code == static.code]
    assert (live.name, live.message, live.severity) == (static.name, static.message, static.severity)
    lines = PROGRAM.source.splitlines()
    assert lines[live.location.span.line - 1].startswith("model.compile(")
    assert 0 <= static.location.span.line - live.location.span.line <= 3

    # The numbers of Keras are those of the exchanged losses, computed by hand and by the proof.
    model, x, y = program["model"], [program["titles"], program["bodies"]], program["targets"]
    logged = model.evaluate(x, y, verbose=0, return_dict=True)
    predicted = model.predict(x, verbose=0)
    binary = keras().losses.BinaryCrossentropy(from_logits=True)
    assert logged["department_loss"] == pytest.approx(
        float(binary(y["department"], predicted["department"])), rel=1e-4
    )
    proof = check(model, x, y, prove=True, print_fn=None).proof
    assert proof is not None
    assert (proof.as_written, proof.as_said) == (False, True)
    assert "department: target department, loss BinaryCrossentropy(from_logits=True)" in proof.pairs
