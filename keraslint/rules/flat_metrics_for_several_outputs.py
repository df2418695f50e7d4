"""A flat list of exactly as many metrics as outputs: Keras 3 gives one to each output, Keras 2 all to all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import alike, declaration_of, heads, is_sequence, labels, meant, shown
from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.pairing import Metric
    from keraslint.sites.model import SitePart, Written

rule = Rule(__name__, code="KER211", since="0.1.0", severity=Severity.WARNING)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Say which head each metric is computed for, where the list could also mean all metrics for all."""
    match site, verdict:
        case TrainingSite(compiled=CompileCall() as compiled), Paired(metrics=computed):
            plain = [metric for metric in computed if not metric.weighted]
            yield from _check(site, compiled.metrics, plain)
            weighted = [metric for metric in computed if metric.weighted]
            yield from _check(site, compiled.weighted_metrics, weighted)


def _check(site: TrainingSite, metrics: SitePart, computed: list[Metric]) -> Iterator[Finding]:
    match site.outputs, metrics:
        case (
            Given(tree=Branch() as outputs) as declared,
            Given(tree=Branch() as written),
        ) if is_sequence(outputs) and len(heads(outputs)) > 1 and _ambiguous(written):
            texts = [leaf.value.text for leaf in written.children if isinstance(leaf, Leaf)]
            one_each = {(metric.metric, metric.head) for metric in computed}
            if one_each == {((key,), head) for key, head in meant(outputs, written).items()}:
                names = [shown(outputs, head) for head in heads(outputs)]
                shares = ", ".join(f"{text} for {name!r}" for text, name in zip(texts, names, strict=True))
                yield rule.finding(
                    metrics.location,
                    f"Keras 3 computes {shares}; Keras 2 computed each of them for every output",
                    related=(declaration_of(declared),),
                    fixes=parts.fix(
                        f"Name these metrics, as Keras 3 computes them: for {names}",
                        Safety.SAFE,
                        parts.named(site, metrics, names) if labels(outputs) else None,
                    ),
                )


def _ambiguous(metrics: Branch[Written]) -> bool:
    """Whether the list may mean either: flat, every entry known for one metric, not all of them the same."""
    if not is_sequence(metrics) or any(
        not isinstance(entry, Leaf) or entry.value.is_none or entry.value.name is None
        for entry in metrics.children
    ):
        return False
    return not all(alike(metrics.children[0], entry) for entry in metrics.children)
