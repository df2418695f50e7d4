"""Metrics as the third positional argument of ``compile``, which Keras 3 takes for weights of the losses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Verdict
from keraslint.rewriting import arguments, parts
from keraslint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import TrainingSite

rule = Rule(__name__, code="KER807", since="0.1.0", severity=Severity.ERROR, keras=3)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Say what Keras makes of an argument that only metrics can be; the verdict has no part in it."""
    del verdict
    for old in site.old_calls:
        if old.name == "compile":
            yield rule.finding(
                old.location,
                "Keras raises at the first batch: it takes these metrics for weights, the third argument of "
                "compile since Keras 3",
                fixes=parts.fix(
                    "Say that these are the metrics",
                    Safety.UNSAFE,
                    arguments.named(site, old.location, "metrics"),
                ),
            )
