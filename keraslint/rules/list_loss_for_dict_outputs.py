"""A list of losses for outputs in a dict, which Keras pairs in the sorted order of the keys."""

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
    is_sequence,
    keys_and_layers,
    placement,
    raises,
)
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding

rule = Rule(__name__, code="KER202", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the head that each loss is computed for with the position it was written at."""
    match site:
        case TrainingSite(
            outputs=Given(tree=Branch() as outputs) as declared,
            compiled=CompileCall(loss=Given(tree=Branch() as losses) as loss),
        ) if has_mapping(outputs) and is_sequence(losses) and len(losses.items) == len(heads(outputs)) > 1:
            declaration = declaration_of(declared)
            match verdict:
                case Paired(terms=terms):
                    placed = placement(outputs, losses, [(term.head, term.loss) for term in terms])
                    if placed:
                        severity = Severity.ERROR if placed.harmful else Severity.INFO
                        message = placed.sentence("losses")
                        fixes = parts.both(site, loss, placed, "losses")
                        yield rule.finding(
                            loss.location, message, severity=severity, related=(declaration,), fixes=fixes
                        )
                case Rejected(fault=Fault.LOSS_STRUCTURE | Fault.LOSS_COUNT):
                    what = f"a list of losses for outputs in a dict, {keys_and_layers(outputs)}"
                    yield rule.finding(loss.location, f"{raises(verdict)}: {what}", related=(declaration,))
