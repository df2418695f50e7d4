"""A list of metrics that is shorter or longer than the outputs, which Keras 3 raises on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Fault, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite, Written
from keraslint.sites.reading import counted, declaration_of, heads, is_mapping, is_sequence, raises
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
        ) if fault in _FAULTS and len(heads(outputs)) > 1:
            declaration = declaration_of(declared)
            consequence = raises(verdict)
            for name, part in (
                ("metrics", compiled.metrics),
                ("weighted_metrics", compiled.weighted_metrics),
            ):
                match part:
                    case Given(tree=Branch() as metrics) if _differs(metrics, outputs):
                        message = (
                            f"{consequence}: {name} has {_entries(metrics)} for {len(heads(outputs))} outputs"
                        )
                        edits = parts.repeated(site, part, named=_by_name(outputs, compiled), deep=True)
                        title = "Compute all of these metrics for each output, as Keras 2 did"
                        fixes = parts.fix(title, Safety.UNSAFE, edits)
                        yield rule.finding(part.location, message, related=(declaration,), fixes=fixes)


def _by_name(outputs: Branch[Written], compiled: CompileCall) -> bool:
    """Whether the heads are named in the outputs, or by the losses."""
    losses = compiled.loss
    return is_mapping(outputs) or (isinstance(losses, Given) and is_mapping(losses.tree))


def _differs(metrics: Branch[Written], outputs: Branch[Written]) -> bool:
    """Whether a list fits neither the heads nor, where these are nested, the outermost container."""
    return is_sequence(metrics) and len(metrics.items) not in {len(heads(outputs)), len(outputs.items)}


def _entries(metrics: Branch[Written]) -> str:
    return counted(len(metrics.items), "entry", "entries")
