"""``target_tensors`` or ``sample_weight_mode`` given to ``compile``, which Keras 3 does not take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Verdict
from keraslint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import TrainingSite

rule = Rule(__name__, code="KER806", since="0.1.0", severity=Severity.ERROR, keras=3)

INSTEAD = {
    "target_tensors": "targets are given to fit",
    "sample_weight_mode": "weights of time steps are given to fit in the shape of the targets",
}


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Say what Keras 3 does with it; the verdict has no part in it."""
    del verdict
    for old in site.old_calls:
        if old.name in INSTEAD:
            message = (
                f"Python raises TypeError: compile takes no {old.name} since Keras 3; {INSTEAD[old.name]}"
            )
            yield rule.finding(old.location, message)
