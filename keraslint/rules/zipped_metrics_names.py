"""``zip(model.metrics_names, model.evaluate(...))``, whose names and values are not in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import TrainingSite

rule = Rule(__name__, code="KER604", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Say which names and values the zip brings together."""
    match verdict:
        case Paired(evaluate=values) if len(values) > 1:
            for use in site.uses:
                if use.how == "zip metrics_names":
                    yield rule.finding(
                        use.location,
                        f"evaluate returns {list(values)}; metrics_names has them in another order, "
                        "with 'compile_metrics' for all metrics",
                    )
