"""A list of metrics that is shorter or longer than the outputs, which Keras 3 raises on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Related, Severity
from keraslint.pairing import Fault, Rejected, Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import heads, is_flat, is_sequence
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding

rule = Rule(__name__, code="KER105", since="0.1.0", severity=Severity.ERROR)

_FAULTS = frozenset({Fault.METRICS_COUNT, Fault.METRICS_STRUCTURE})


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the number of entries in ``metrics`` and ``weighted_metrics`` with the number of heads."""
    match site, verdict:
        case (
            TrainingSite(
                outputs=Given(tree=Branch() as outputs) as declared, compiled=CompileCall() as compiled
            ),
            Rejected(fault=fault),
        ) if fault in _FAULTS and is_flat(outputs) and len(heads(outputs)) > 1:
            count = len(heads(outputs))
            for name, part in (
                ("metrics", compiled.metrics),
                ("weighted_metrics", compiled.weighted_metrics),
            ):
                match part:
                    case Given(tree=Branch() as metrics) if (
                        is_sequence(metrics) and len(metrics.items) != count
                    ):
                        yield rule.finding(
                            part.location,
                            f"Keras raises {verdict.error} at {verdict.call}: "
                            f"{name} has {_entries(len(metrics.items))} for {count} outputs",
                            related=(Related(declared.location, "the outputs are declared here"),),
                        )


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
