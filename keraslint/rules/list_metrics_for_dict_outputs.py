"""A list of metrics for outputs in a dict, which Keras pairs in an order of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import declaration_of, has_mapping, is_sequence, placement
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import SitePart

rule = Rule(__name__, code="KER204", since="0.1.0", severity=Severity.WARNING)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the head that each metric is computed for with the position it was written at."""
    match site, verdict:
        case TrainingSite(compiled=CompileCall() as compiled), Paired() as paired:
            yield from _check(site, compiled.metrics, paired, weighted=False)
            yield from _check(site, compiled.weighted_metrics, paired, weighted=True)


def _check(site: TrainingSite, metrics: SitePart, paired: Paired, *, weighted: bool) -> Iterator[Finding]:
    match site.outputs, metrics:
        case (
            Given(tree=Branch() as outputs) as declared,
            Given(tree=Branch() as written),
        ) if has_mapping(outputs) and is_sequence(written):
            pairs = [(metric.head, metric.metric) for metric in paired.metrics if metric.weighted == weighted]
            placed = placement(outputs, written, pairs)
            if placed:
                yield rule.finding(
                    metrics.location,
                    placed.sentence("metrics"),
                    severity=Severity.WARNING if placed.harmful else Severity.INFO,
                    related=(declaration_of(declared),),
                    fixes=parts.both(site, metrics, placed, "metrics"),
                )
