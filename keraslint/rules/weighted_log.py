"""The loss of one output, monitored or read from a history, which Keras 3.5 and 3.6 log times its weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.tree import Leaf, at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.pairing import Term

rule = Rule(__name__, code="KER704", since="0.1.0", severity=Severity.INFO)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Look for the logs of terms that are logged with a weight."""
    match site, verdict:
        case TrainingSite(compiled=CompileCall() as compiled), Paired(terms=terms):
            weighted = {
                term.log
                for term in terms
                if term.log_weighted and term.weight and not _is_one(compiled, term)
            }
            for monitor in site.monitors:
                if monitor.key.removeprefix("val_") in weighted:
                    message = (
                        f"Keras logs {monitor.key!r} times its loss weight; other versions log it without"
                    )
                    yield rule.finding(monitor.location, message)


def _is_one(compiled: CompileCall, term: Term) -> bool:
    weights = compiled.loss_weights
    leaf = at(weights.tree, term.weight or ()) if isinstance(weights, Given) else None
    return isinstance(leaf, Leaf) and leaf.value.value == 1
