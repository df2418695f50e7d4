"""Loss weights in another container than losses or outputs, which Keras pairs in sorted order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite, Written
from keraslint.sites.reading import (
    Placement,
    declaration_of,
    has_mapping,
    is_mapping,
    is_sequence,
    placement,
    raises,
)
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix
    from keraslint.tree import Tree

rule = Rule(__name__, code="KER203", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the head whose loss each weight multiplies with the position or key it was written at."""
    match site, verdict:
        case (
            TrainingSite(
                outputs=Given(tree=Branch() as outputs) as declared,
                compiled=CompileCall(
                    loss=Given(tree=Branch() as losses),
                    loss_weights=Given(tree=Branch() as written) as weights,
                ),
            ),
            Paired(terms=terms),
        ):
            placed = placement(outputs, written, [(term.head, term.weight) for term in terms])
            mixed = is_mapping(losses) != is_mapping(written)
            if placed and (
                _by_position(outputs, written) or (mixed and (placed.harmful or is_sequence(outputs)))
            ):
                yield rule.finding(
                    weights.location,
                    placed.sentence("weights"),
                    severity=Severity.ERROR if placed.harmful else Severity.INFO,
                    related=(declaration_of(declared),),
                    fixes=_fixes(site, weights, placed, losses),
                )
        case (
            TrainingSite(
                compiled=CompileCall(
                    loss=Given(tree=Branch() as losses),
                    loss_weights=Given(tree=Branch() as written) as weights,
                )
            ),
            Rejected(fault=Fault.WEIGHTS_STRUCTURE),
        ) if is_mapping(losses) != is_mapping(written):
            message = f"{raises(verdict)}: losses in a {losses.kind}, weights in a {written.kind}"
            yield rule.finding(weights.location, message)


def _fixes(site: TrainingSite, weights: Given, placed: Placement, losses: Branch[Written]) -> tuple[Fix, ...]:
    """Weights in the container that the outputs or else the losses have."""
    outputs = site.outputs.tree if isinstance(site.outputs, Given) else None
    if is_mapping(weights.tree) and is_sequence(losses) and outputs is not None and is_sequence(outputs):
        return parts.both_by_position(site, weights, placed, "weights")
    return parts.both(site, weights, placed, "weights")


def _by_position(outputs: Tree[Written], weights: Tree[Written]) -> bool:
    return has_mapping(outputs) and is_sequence(weights)
