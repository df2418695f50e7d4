"""A method or argument that Keras 3 does not have: ``fit_generator``, ``add_metric``, ``reset_metrics=``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Verdict
from keraslint.rewriting import calls, parts
from keraslint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import TrainingSite

rule = Rule(__name__, code="KER803", since="0.1.0", severity=Severity.ERROR, keras=3)


RAISES = {
    "add_metric": "Keras raises NotImplementedError: since Keras 3 metrics are given to compile alone",
    "reset_metrics": "Python raises TypeError: no call takes reset_metrics since Keras 3",
}


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Name the method that does the same today; the verdict has no part in it."""
    del verdict
    for old in site.old_calls:
        if old.name in RAISES:
            yield rule.finding(old.location, RAISES[old.name])
        today = old.name.removesuffix("_generator")
        if today == old.name:
            continue
        yield rule.finding(
            old.location,
            f"Python raises AttributeError: models have no {old.name} since Keras 3, only {today}",
            fixes=parts.fix(
                f"Call {today}, which takes a generator too",
                Safety.UNSAFE,
                calls.today(site, old.location, today),
            ),
        )
