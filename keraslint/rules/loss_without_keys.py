"""Keys of other batches given to a loss of two arguments, which compares the batch with itself alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Verdict
from keraslint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import TrainingSite

rule = Rule(__name__, code="KER314", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Say what such a loss does with keys; the verdict has no part in it."""
    del verdict
    for old in site.old_calls:
        if old.name == "loss without keys":
            message = (
                "Python raises TypeError: this loss takes y_true and y_pred, and no keys of other batches"
            )
            yield rule.finding(old.location, message)
