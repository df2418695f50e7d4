"""One loss for all outputs with a loss weight for each, which Keras raises on or pairs in sorted order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite, Written
from keraslint.sites.reading import counted, declaration_of, heads, is_mapping, placement, raises, shown
from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Edit, Finding, Fix
    from keraslint.tree import Tree

rule = Rule(__name__, code="KER104", since="0.1.0", severity=Severity.ERROR)

_FAULTS = frozenset({Fault.WEIGHTS_COUNT, Fault.WEIGHTS_KEYS, Fault.WEIGHTS_STRUCTURE})


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Say what becomes of several weights, or of the weight of one head, beside a single loss."""
    match site:
        case TrainingSite(
            outputs=Given(tree=Branch() as outputs) as declared,
            compiled=CompileCall(
                loss=Given(tree=Leaf()) as loss, loss_weights=Given(tree=written) as weights
            ),
        ) if len(heads(outputs)) > 1:
            message = _consequence(outputs, written, verdict)
            if message:
                declaration = declaration_of(declared)
                fixes = _fixes(site, loss, written, weights)
                yield rule.finding(weights.location, message, related=(declaration,), fixes=fixes)


def _fixes(site: TrainingSite, loss: Given, weights: Tree[Written], part: Given) -> tuple[Fix, ...]:
    """The one loss written for every head, and a weight of 1 for the heads that have none."""
    repeated = parts.repeated(site, loss, named=is_mapping(weights))
    outputs = site.outputs.tree if isinstance(site.outputs, Given) else None
    if repeated is None or outputs is None or isinstance(weights, Leaf):
        return ()
    names = [str(parts.key_of(outputs, head)) for head in heads(outputs)]
    more: tuple[Edit, ...] | None = ()
    if is_mapping(weights) and set(names) > set(weights.keys):
        kept = [(str(key), place) for place, key in enumerate(weights.keys)]
        absent = [(name, "1.0") for name in names if name not in weights.keys]
        more = parts.rekeyed(site, part, [*kept, *absent])
    elif len(weights.items) != len(names):
        more = None
    if more is None:
        return ()
    return parts.fix(
        f"Write the loss for each of {names}, with its weight", Safety.UNSAFE, (*repeated, *more)
    )


def _consequence(outputs: Branch[Written], weights: Tree[Written], verdict: Verdict) -> str | None:
    match verdict:
        case Rejected(fault=fault) if fault in _FAULTS and isinstance(weights, Leaf):
            return f"{raises(verdict)}: 1 weight for {len(heads(outputs))} outputs"
        case _ if isinstance(weights, Leaf):
            return None
        case Rejected(fault=fault) if fault in _FAULTS:
            number = counted(len(weights.items), "weight", "weights")
            return f"{raises(verdict)}: {number} for 1 loss"
        case Paired(terms=terms) if len(weights.items) > 1:
            placed = placement(outputs, weights, [(term.head, term.weight) for term in terms])
            return placed.sentence("weights") if placed and placed.harmful else None
        case Paired(terms=terms) if is_mapping(weights):
            weighted = [shown(outputs, term.head) for term in terms if term.weight]
            return (
                f"Keras gives this weight to {weighted}, not to {list(weights.keys)}"
                if len(weighted) > 1
                else None
            )
        case _:
            return None
