"""A list of metrics for outputs in a dict, which Keras pairs in an order of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import (
    declaration_of,
    has_mapping,
    heads,
    is_flat,
    is_sequence,
    keys_and_layers,
    placement,
    raises,
)
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import Written
    from keraslint.sites.reading import Placement

rule = Rule(__name__, code="KER204", since="0.1.0", severity=Severity.WARNING)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the head that each metric is computed for with the position it was written at."""
    match site:
        case TrainingSite(
            outputs=Given(tree=Branch() as outputs) as declared, compiled=CompileCall() as both
        ) if has_mapping(outputs):
            for name, part in (("metrics", both.metrics), ("weighted_metrics", both.weighted_metrics)):
                if isinstance(part, Given) and is_sequence(part.tree):
                    consequence = _consequence(outputs, part.tree, name, verdict)
                    if consequence:
                        severity, message, placed = consequence
                        yield rule.finding(
                            part.location,
                            message,
                            severity=severity,
                            related=(declaration_of(declared),),
                            fixes=parts.both(site, part, placed, "metrics") if placed else (),
                        )


def _consequence(
    outputs: Branch[Written], metrics: Branch[Written], name: str, verdict: Verdict
) -> tuple[Severity, str, Placement | None] | None:
    match verdict:
        case Paired(metrics=computed):
            weighted = name == "weighted_metrics"
            pairs = [(one.head, one.metric) for one in computed if one.weighted == weighted]
            placed = placement(outputs, metrics, pairs)
            if placed is None:
                return None
            severity = Severity.WARNING if placed.harmful else Severity.INFO
            return severity, placed.sentence("metrics"), placed
        case Rejected() if _is_list_itself(outputs, metrics, name, verdict):
            what = f"a list of metrics for outputs in a dict, {keys_and_layers(outputs)}"
            return Severity.ERROR, f"{raises(verdict)}: {what}", None
        case _:
            return None


def _is_list_itself(outputs: Branch[Written], metrics: Branch[Written], name: str, verdict: Rejected) -> bool:
    """Whether Keras would take as many metrics by name."""
    if len(heads(outputs)) == 1:
        return verdict.fault is Fault.METRICS_KEYS
    if len(metrics.items) != len(heads(outputs)):
        return False
    if verdict.fault is Fault.METRICS_STRUCTURE:  # Keras 2, which takes a flat list alone
        return is_flat(outputs) and all(
            isinstance(one, Branch) and one.kind == "list" and is_flat(one) for one in metrics.children
        )
    return verdict.fault is Fault.METRICS_COUNT and f"`{name}`" in verdict.message
