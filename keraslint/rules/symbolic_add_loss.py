"""``add_loss`` of a functional model, which Keras 3 does not have outside of a layer's ``call``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Verdict
from keraslint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import TrainingSite

rule = Rule(__name__, code="KER801", since="0.1.0", severity=Severity.ERROR, keras=3)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Say what Keras 3 does with it; the verdict has no part in it."""
    del verdict
    for old in site.old_calls:
        if old.name == "add_loss":
            message = "Keras raises NotImplementedError: a functional model takes no add_loss from outside"
            yield rule.finding(old.location, message)
