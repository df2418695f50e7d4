"""Outputs of a model converted for TensorFlow Lite by position, in an order that is the converter's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import Given, TrainingSite
from keraslint.sites.reading import declaration_of, heads, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding

rule = Rule(__name__, code="KER607", since="0.1.0", severity=Severity.INFO)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Look for places among the outputs of a converted model; the verdict has no part in it."""
    del verdict
    match site.outputs:
        case Given(tree=outputs) as declared if len(heads(outputs)) > 1:
            names = [shown(outputs, head) for head in heads(outputs)]
            for use in site.uses:
                if use.how == "index details" and use.index is not None and use.index < len(names):
                    message = f"TensorFlow Lite orders {names} in its own way: [{use.index}] is any of them"
                    yield rule.finding(use.location, message, related=(declaration_of(declared),))
