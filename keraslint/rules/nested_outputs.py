"""Nested outputs, losses or metrics, which Keras takes since 3.4, since 3.7 and since 3.14."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Fault, Rejected, Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import declaration_of, follows, is_flat, raises

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import SitePart

rule = Rule(__name__, code="KER115", since="0.1.0", severity=Severity.ERROR, keras=3)

_LOSS = frozenset({Fault.LOSS_KEYS, Fault.LOSS_COUNT, Fault.LOSS_STRUCTURE})
_METRICS = frozenset({Fault.METRICS_KEYS, Fault.METRICS_COUNT, Fault.METRICS_STRUCTURE})


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Find nested outputs, and nested parts that are written as these are."""
    match site:
        case TrainingSite(outputs=Given(tree=outputs) as declared) if not is_flat(outputs):
            compiled = site.compiled or CompileCall(site.model)
            match verdict:
                case Rejected(call="Model", fault=Fault.OUTPUTS):
                    message = f"{raises(verdict)}: a container of outputs within another"
                    yield rule.finding(declared.location, message)
                case Rejected(fault=fault) if fault in _LOSS:
                    yield from _nested(declared, "losses", compiled.loss, verdict)
                case Rejected(fault=fault) if fault in _METRICS:
                    yield from _nested(declared, "metrics", compiled.metrics, verdict)
                    yield from _nested(declared, "weighted_metrics", compiled.weighted_metrics, verdict)


def _nested(outputs: Given, name: str, part: SitePart, rejected: Rejected) -> Iterator[Finding]:
    if isinstance(part, Given) and follows(outputs.tree, part.tree):
        message = f"{raises(rejected)}: {name} nested as the outputs are"
        yield rule.finding(part.location, message, related=(declaration_of(outputs),))
