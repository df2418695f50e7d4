"""Loss weights whose keys or number do not match the outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite, Written
from keraslint.sites.reading import (
    counted,
    declaration_of,
    heads,
    is_flat,
    is_mapping,
    is_sequence,
    labels,
    layer,
    raises,
    shown,
)
from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix
    from keraslint.tree import Key, Path, Tree

rule = Rule(__name__, code="KER103", since="0.1.0", severity=Severity.ERROR)

_FAULTS = frozenset({Fault.WEIGHTS_COUNT, Fault.WEIGHTS_KEYS, Fault.WEIGHTS_STRUCTURE})


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the keys or the number of the weights with the heads' and the losses'."""
    match site:
        case TrainingSite(
            outputs=Given(tree=outputs) as declared,
            compiled=CompileCall(loss=Given(tree=losses), loss_weights=Given(tree=written) as weights),
        ) if is_flat(outputs) and not (isinstance(losses, Leaf) and len(heads(outputs)) > 1):
            mismatch = _mismatch(outputs, losses, written) or _in_a_container(outputs, written, verdict)
            consequence = _consequence(outputs, written, verdict) if mismatch else None
            if consequence:
                severity, text = consequence
                yield rule.finding(
                    weights.location,
                    f"{text}: {mismatch}",
                    severity=severity,
                    related=(declaration_of(declared),),
                    fixes=_fixes(site, weights, outputs, verdict, listed=is_sequence(losses)),
                )


def _fixes(
    site: TrainingSite, weights: Given, outputs: Tree[Written], verdict: Verdict, *, listed: bool
) -> tuple[Fix, ...]:
    """The names of the heads that Keras gives the weights to, or that they were written for.

    Where the losses are ``listed``, Keras takes the weights by position whatever their keys: a list says so.
    """
    count, written = len(heads(outputs)), weights.tree
    if is_sequence(written) and len(written.items) < count:
        more = ["1.0"] * (count - len(written.items))
        edits = parts.placed(site, weights, [*range(len(written.items)), *more], "list")
        return parts.fix("Write 1.0 for the outputs without a weight", Safety.UNSAFE, edits)
    found = parts.respelled(site, weights, outputs, absent="1.0") if is_mapping(written) else None
    if found is None:
        return ()
    edits, meant = found
    given = _given(outputs, verdict)
    keys = [str(key) for key in written.keys] if is_mapping(written) else []
    if set(given) != set(keys):
        return parts.fix(f"Write these weights for {[*meant.values()]}", Safety.UNSAFE, edits)
    kept = [given[key] for key in keys]
    same = parts.rekeyed(site, weights, [(name, place) for place, name in enumerate(kept)])
    if listed:
        edits = _in_a_list(site, weights, outputs, [meant[key] for key in keys])
        same = _in_a_list(site, weights, outputs, kept)
    if kept == [meant[key] for key in keys]:
        return parts.fix(f"Keep what is trained: write these weights for {kept}", Safety.SAFE, same)
    return (
        *parts.fix(f"Keep what is trained: write these weights for {kept}", Safety.SAFE, same),
        *parts.fix(f"Train what is written: these weights for {[*meant.values()]}", Safety.UNSAFE, edits),
    )


def _in_a_list(
    site: TrainingSite, weights: Given, outputs: Tree[Written], names: list[str]
) -> parts.Edits | None:
    """The weights in the order of the heads, which each is for."""
    order: list[int | str] = [
        names.index(name) for head in heads(outputs) if (name := shown(outputs, head)) in names
    ]
    return parts.placed(site, weights, order) if len(order) == len(names) else None


def _given(outputs: Tree[Written], verdict: Verdict) -> dict[str, str]:
    """The head that Keras gives each weight to, by its key."""
    terms = verdict.terms if isinstance(verdict, Paired) else ()
    return {str(term.weight[0]): shown(outputs, term.head) for term in terms if term.weight}


def _mismatch(outputs: Tree[Written], losses: Tree[Written], weights: Tree[Written]) -> str | None:
    """What the weights have that the outputs or the losses have not, or the other way round."""
    count, named = len(heads(outputs)), labels(outputs)
    if is_mapping(weights) and named is not None and set(named) != set(weights.keys):
        return f"weights for {list(weights.keys)}, outputs {list(named)}"
    if isinstance(weights, Leaf) and count == 1:
        return None
    number = 1 if isinstance(weights, Leaf) else len(weights.items)
    if number != count:
        return f"{counted(number, 'weight', 'weights')} for {counted(count, 'output', 'outputs')}"
    if is_mapping(losses) and len(losses.items) < number:
        return f"{number} weights, losses for {list(losses.keys)}"
    return None


def _in_a_container(outputs: Tree[Written], weights: Tree[Written], verdict: Verdict) -> str | None:
    """Keras before 3.5 wants a number where there is one output."""
    alone = isinstance(verdict, Rejected) and len(heads(outputs)) == 1
    return f"weights in a {weights.kind} for 1 output" if alone and isinstance(weights, Branch) else None


def _consequence(
    outputs: Tree[Written], weights: Tree[Written], verdict: Verdict
) -> tuple[Severity, str] | None:
    match verdict:
        case Rejected(fault=fault) if fault in _FAULTS:
            return Severity.ERROR, raises(verdict)
        case Paired(terms=terms) if is_mapping(weights):
            named = labels(outputs)
            if named is None:
                return None
            taken = {term.weight[0]: term.head for term in terms if term.weight}
            strangers = [key for key in weights.keys if key not in named]
            return _use_of(outputs, taken, strangers)
        case _:
            return None


def _use_of(
    outputs: Tree[Written], taken: dict[Key, Path], strangers: list[Key]
) -> tuple[Severity, str] | None:
    misplaced = [key for key in strangers if key in taken and layer(outputs, taken[key]) != key]
    if misplaced:
        to = shown(outputs, taken[misplaced[0]])
        return Severity.ERROR, f"Keras gives the weight {misplaced[0]!r} to {to!r}"
    unused = [key for key in strangers if key not in taken]
    return (Severity.WARNING, f"Keras gives the weights {unused} to no output") if unused else None
