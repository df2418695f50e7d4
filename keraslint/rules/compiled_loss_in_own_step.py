"""``compiled_loss`` or ``compiled_metrics`` in a step of one's own, of which Keras 3 has shims at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Verdict
from keraslint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import TrainingSite

rule = Rule(__name__, code="KER802", since="0.1.0", severity=Severity.WARNING, keras=3)

ELSEWHERE = "has no {} on JAX and PyTorch, and on TensorFlow"
MEANS = {
    "compiled_loss": "a shim that warns and computes compute_loss",
    "compiled_metrics": "one that feeds each Mean, the logged loss among them, with the predictions",
}


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Say what Keras 3 has in its place; the verdict has no part in it."""
    del verdict
    for old in site.old_calls:
        if old.name in MEANS:
            message = f"Keras 3 {ELSEWHERE.format(old.name)} {MEANS[old.name]}"
            yield rule.finding(old.location, message)
