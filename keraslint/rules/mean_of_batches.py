"""What ``train_on_batch`` returns, kept in a loop, which Keras 3.0 to 3.14 averages over all batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Paired, Verdict
from keraslint.pairing.logs import averages
from keraslint.rewriting import calls
from keraslint.rules.base import Rule
from keraslint.sites.model import DataCall, TrainingSite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding

rule = Rule(__name__, code="KER805", since="0.1.0", severity=Severity.INFO, keras=3)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Look for results that are kept once for each batch."""
    match site, verdict:
        case TrainingSite(data=DataCall() as data), Paired() if site.version and averages(
            data.call, site.version
        ):
            if calls.kept_in_a_loop(site, data.location):
                message = f"Keras returns means over all batches since reset_metrics from {data.call}"
                yield rule.finding(data.location, message)
