"""Nested outputs, losses or metrics, which Keras before 3.7 (metrics: 3.14) raises on or trains in part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import declaration_of, follows, heads, is_flat, raises, shown
from keraslint.tree import Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import SitePart

rule = Rule(__name__, code="KER115", since="0.1.0", severity=Severity.ERROR, keras=3)

_LOSS = frozenset({Fault.LOSS_KEYS, Fault.LOSS_COUNT, Fault.LOSS_STRUCTURE})
_METRICS = frozenset({Fault.METRICS_KEYS, Fault.METRICS_COUNT, Fault.METRICS_STRUCTURE})


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Find nested parts that are written as the outputs are, and outputs that one loss does not reach."""
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
                case Paired():
                    yield from _not_reached(declared, compiled.loss, verdict)


def _nested(outputs: Given, name: str, part: SitePart, rejected: Rejected) -> Iterator[Finding]:
    if isinstance(part, Given) and follows(outputs.tree, part.tree):
        message = f"{raises(rejected)}: {name} nested as the outputs are"
        yield rule.finding(part.location, message, related=(declaration_of(outputs),))


def _not_reached(outputs: Given, loss: SitePart, paired: Paired) -> Iterator[Finding]:
    """One loss is written for all, and some head has none."""
    if not isinstance(loss, Given) or not isinstance(loss.tree, Leaf):
        return
    trained = {head for term in paired.terms for head in heads(outputs.tree) if _below(head, term.head)}
    names = {head: shown(outputs.tree, head) for head in heads(outputs.tree)}
    left = [name for head, name in names.items() if head not in trained]
    if trained and left:
        message = f"Keras trains {[names[head] for head in names if head in trained]}, not {left}"
        yield rule.finding(loss.location, message, related=(declaration_of(outputs),))


def _below(head: tuple[str | int, ...], branch: tuple[str | int, ...]) -> bool:
    return head[: len(branch)] == branch
