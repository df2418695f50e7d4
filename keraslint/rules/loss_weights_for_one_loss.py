"""One loss for all outputs with a loss weight for each, which Keras raises on or pairs in sorted order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Related, Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import heads, placement
from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding

rule = Rule(__name__, code="KER104", since="0.1.0", severity=Severity.ERROR)

_FAULTS = frozenset({Fault.WEIGHTS_COUNT, Fault.WEIGHTS_KEYS, Fault.WEIGHTS_STRUCTURE})


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Say what becomes of several weights beside a single loss."""
    match site:
        case TrainingSite(
            outputs=Given(tree=Branch() as outputs) as declared,
            compiled=CompileCall(
                loss=Given(tree=Leaf()), loss_weights=Given(tree=Branch() as written) as weights
            ),
        ) if len(heads(outputs)) > 1 and len(written.items) > 1:
            declaration = Related(declared.location, "the outputs are declared here")
            match verdict:
                case Rejected(fault=fault) if fault in _FAULTS:
                    consequence = f"Keras raises {verdict.error} at {verdict.call}"
                    message = f"{consequence}: {len(written.items)} weights for 1 loss"
                    yield rule.finding(weights.location, message, related=(declaration,))
                case Paired(terms=terms):
                    placed = placement(outputs, written, [(term.head, term.weight) for term in terms])
                    if placed and placed.harmful:
                        message = placed.sentence("weights")
                        yield rule.finding(weights.location, message, related=(declaration,))
