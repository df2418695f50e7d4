"""Sample weights in another container or under other keys than the targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Related, Safety, Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import DataCall, Given, TrainingSite
from keraslint.sites.reading import (
    heads,
    is_mapping,
    is_sequence,
    label,
    labels,
    placement,
    raises,
    shown,
)
from keraslint.tree import Branch, Leaf, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix
    from keraslint.sites.model import Written
    from keraslint.tree import Tree

rule = Rule(__name__, code="KER110", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the sample weights with the targets, and with the heads that they are used for."""
    match site:
        case TrainingSite(
            outputs=Given(tree=outputs),
            data=DataCall(targets=Given(tree=targets) as given, sample_weight=Given(tree=written) as weights),
        ):
            message = _message(outputs, targets, written, verdict)
            if message:
                related = (Related(given.location, "the targets are written here"),)
                fixes = _fixes(site, weights, targets, outputs) if isinstance(verdict, Rejected) else ()
                yield rule.finding(weights.location, message, related=related, fixes=fixes)


def _message(
    outputs: Tree[Written], targets: Tree[Written], written: Tree[Written], verdict: Verdict
) -> str | None:
    match verdict:
        case Rejected(fault=Fault.SAMPLE_WEIGHT):
            return f"{raises(verdict)}: {_difference(outputs, targets, written)}"
        case Paired(terms=terms) if isinstance(written, Branch):
            pairs = [(term.head, term.sample_weight) for term in terms]
            placed = placement(outputs, written, pairs)
            if placed and placed.harmful:
                return placed.sentence("sample weights")
            named = labels(outputs) or {}
            for head, path in pairs:
                if path and path[0] in named and named[str(path[0])] != head and is_mapping(written):
                    return (
                        f"Keras weighs {shown(outputs, head)!r} with the sample weights of {str(path[0])!r}"
                    )
            return None
        case _:
            return None


def _difference(outputs: Tree[Written], targets: Tree[Written], written: Tree[Written]) -> str:
    """What the sample weights have that the targets have not, or the other way round."""
    if any(leaf.is_none for _, leaf in leaves(written)):
        return "None is one of the sample weights"
    one, other = _container(written), _container(targets)
    if one != other:
        return f"sample weights are {one}, targets {other}"
    return f"sample weights and targets are {one}, outputs {_container(outputs)}"


def _container(tree: Tree[Written]) -> str:
    """What a tree is, as a message says it."""
    if isinstance(tree, Leaf):
        return "one array"
    return f"a dict of {list(tree.keys)}" if is_mapping(tree) else f"a {tree.kind} of {len(tree.items)}"


def _fixes(
    site: TrainingSite, weights: Given, targets: Tree[Written], outputs: Tree[Written]
) -> tuple[Fix, ...]:
    """The sample weights in the container of the targets, where each has its name."""
    written, names = weights.tree, [label(outputs, head) for head in heads(outputs)]
    if not isinstance(written, Branch) or None in names or len(written.items) != len(names):
        return ()
    edits = None
    if is_sequence(targets) and is_mapping(written) and set(written.keys) == set(names):
        edits = parts.placed(site, weights, [written.keys.index(str(name)) for name in names])
    elif is_mapping(targets) and is_sequence(written) and set(targets.keys) == set(names):
        edits = parts.named(site, weights, [str(name) for name in names])
    container = "dict" if is_mapping(targets) else "list"
    return parts.fix(f"Give the sample weights in a {container}, as the targets are", Safety.UNSAFE, edits)
