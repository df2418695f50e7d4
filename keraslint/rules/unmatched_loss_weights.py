"""Loss weights whose keys or number do not match the outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Related, Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite, Written
from keraslint.sites.reading import heads, is_flat, is_mapping, labels, shown
from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.tree import Key, Tree

rule = Rule(__name__, code="KER103", since="0.1.0", severity=Severity.ERROR)

_FAULTS = frozenset({Fault.WEIGHTS_COUNT, Fault.WEIGHTS_KEYS, Fault.WEIGHTS_STRUCTURE})


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the keys or the number of the weights with the heads'."""
    match site:
        case TrainingSite(
            outputs=Given(tree=outputs) as declared,
            compiled=CompileCall(
                loss=Given(tree=losses), loss_weights=Given(tree=Branch() as written) as weights
            ),
        ) if is_flat(outputs) and not (isinstance(losses, Leaf) and len(heads(outputs)) > 1):
            mismatch = _mismatch(outputs, written)
            consequence = _consequence(outputs, written, verdict)
            if mismatch and consequence:
                yield rule.finding(
                    weights.location,
                    f"{consequence}: {mismatch}",
                    related=(Related(declared.location, "the outputs are declared here"),),
                )


def _mismatch(outputs: Tree[Written], weights: Branch[Written]) -> str | None:
    """What the weights have that the outputs have not, or the other way round."""
    if not is_mapping(weights):
        count = len(heads(outputs))
        return f"{len(weights.items)} weights for {count} outputs" if len(weights.items) != count else None
    named = labels(outputs)
    if named is None or set(named) == set(weights.keys):
        return None
    return f"weights for {list(weights.keys)}, outputs {list(named)}"


def _consequence(outputs: Tree[Written], weights: Branch[Written], verdict: Verdict) -> str | None:
    match verdict:
        case Rejected(fault=fault) if fault in _FAULTS:
            return f"Keras raises {verdict.error} at {verdict.call}"
        case Paired(terms=terms):
            named = labels(outputs)
            if named is None or not is_mapping(weights):
                return None
            taken = {term.weight[0]: shown(outputs, term.head) for term in terms if term.weight}
            return _use_of(taken, [key for key in weights.keys if key not in named])
        case _:
            return None


def _use_of(taken: dict[Key, str], strangers: list[Key]) -> str | None:
    for stranger in strangers:
        if stranger in taken:
            return f"Keras gives the weight {stranger!r} to {taken[stranger]!r}"
    return f"Keras gives the weights {strangers} to no output" if strangers else None
