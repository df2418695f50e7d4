"""One loss for outputs in a dict whose keys are not the layers' names: Keras before 3.5 misses some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rewriting import calls, parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, DataCall, Given, TrainingSite
from keraslint.sites.reading import declaration_of, has_mapping, heads, layer, raises, shown
from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix
    from keraslint.sites.model import Written
    from keraslint.tree import Tree

rule = Rule(__name__, code="KER117", since="0.1.0", severity=Severity.ERROR, keras=3)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Find heads that the loss does not reach, where each is given a target."""
    match site:
        case TrainingSite(
            outputs=Given(tree=outputs) as declared, compiled=CompileCall(loss=Given(tree=Leaf()) as loss)
        ) if has_mapping(outputs) and _is_given_all(site):
            consequence = _consequence(outputs, verdict)
            if consequence:
                names = [shown(outputs, head) for head in heads(outputs)]
                message = f"{consequence}: one loss for the outputs {names}"
                related = (declaration_of(declared),)
                yield rule.finding(loss.location, message, related=related, fixes=_fixes(site, outputs))


def _fixes(site: TrainingSite, outputs: Tree[Written]) -> tuple[Fix, ...]:
    """Layers named as the keys."""
    if not isinstance(outputs, Branch):
        return ()
    unlike = [(str(key), leaf) for key, leaf in outputs.items if layer(outputs, (key,)) != key]
    found = [
        calls.named_layer(site, leaf.value.made, leaf.value.name, key) if isinstance(leaf, Leaf) else None
        for key, leaf in unlike
    ]
    edits = tuple(edit for edits in found if edits for edit in edits) if all(found) else None
    return parts.fix(f"Name the layers {[key for key, _ in unlike]}", Safety.UNSAFE, edits)


def _consequence(outputs: Tree[Written], verdict: Verdict) -> str | None:
    match verdict:
        case Rejected(fault=Fault.LOSS_COUNT):
            return raises(verdict)
        case Paired(terms=terms):
            declared = heads(outputs)
            reached = [head for head in declared if any(head[: len(one.head)] == one.head for one in terms)]
            left = [shown(outputs, head) for head in declared if head not in reached]
            trained = (
                f"trains {[shown(outputs, head) for head in reached]}, not" if reached else "trains none of"
            )
            return f"Keras {trained} {left}" if left else None
        case _:
            return None


def _is_given_all(site: TrainingSite) -> bool:
    """Whether no target is missing, as far as it shows."""
    outputs, data = site.outputs, site.data
    if not isinstance(data, DataCall) or not isinstance(data.targets, Given):
        return True
    given = data.targets.tree
    return (
        isinstance(outputs, Given)
        and isinstance(given, Branch)
        and isinstance(outputs.tree, Branch)
        and len(given.items) >= len(outputs.tree.items)
    )
