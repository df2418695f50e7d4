"""Targets whose keys, number or structure do not match the outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import DataCall, Given, TrainingSite, Written
from keraslint.sites.reading import (
    declaration_of,
    ends_in_weights,
    heads,
    is_flat,
    is_mapping,
    is_sequence,
    label,
    labels,
    may_be_a_container,
    meant,
    raises,
    shown,
)
from keraslint.tree import Branch, Leaf, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix
    from keraslint.pairing import Term
    from keraslint.tree import Key, Path, Tree

rule = Rule(__name__, code="KER108", since="0.1.0", severity=Severity.ERROR)

_FAULTS = frozenset({Fault.TARGETS_STRUCTURE, Fault.TARGETS_KEYS, Fault.TARGETS_MISSING})


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the keys or the number of the targets with those of the heads that are trained."""
    match site:
        case TrainingSite(
            outputs=Given(tree=outputs) as declared,
            data=DataCall(targets=Given(tree=written) as targets) as data,
        ) if not may_be_a_container(written) and not (ends_in_weights(data) and len(heads(outputs)) > 1):
            declaration = declaration_of(declared)
            match verdict:
                case Rejected(fault=fault) if fault in _FAULTS:
                    difference = _missing(written) or _mismatch(outputs, written, heads(outputs))
                    consequence = raises(verdict)
                    message = f"{consequence}: {difference or 'they differ in structure'}"
                    fixes = _fixes(site, targets, outputs)
                    yield rule.finding(targets.location, message, related=(declaration,), fixes=fixes)
                case Paired(terms=terms) if is_flat(outputs):
                    trained = tuple(dict.fromkeys(term.head for term in terms))
                    difference = _mismatch(outputs, written, trained)
                    if difference and (
                        _takes_anothers(outputs, terms) or _leaves_out(site, outputs, trained)
                    ):
                        names = [shown(outputs, head) for head in heads(outputs) if head in trained]
                        message = f"Keras trains {names} without a word: {difference}"
                        fixes = _fixes(site, targets, outputs)
                        yield rule.finding(targets.location, message, related=(declaration,), fixes=fixes)


def _fixes(site: TrainingSite, targets: Given, outputs: Tree[Written]) -> tuple[Fix, ...]:
    """Each target under the name that it is closest to; for one output the only target itself."""
    if isinstance(outputs, Leaf) and isinstance(targets.tree, Branch) and len(targets.tree.items) == 1:
        title = "Give the only target by itself, as the only output is"
        return parts.fix(title, Safety.UNSAFE, parts.kept_only(site, targets, (), 0))
    found = parts.respelled(site, targets, outputs) if is_mapping(targets.tree) else None
    if found is None:
        return ()
    edits, meant = found
    changed = [f"{key!r} as {name!r}" for key, name in meant.items() if key != name]
    return parts.fix(f"Write {', '.join(changed)}", Safety.UNSAFE, edits) if changed else ()


def _takes_anothers(outputs: Tree[Written], terms: tuple[Term, ...]) -> bool:
    """Whether some head is paired with a target under a key that is not its own."""
    named = labels(outputs) or {}
    taken = [(term.head, term.target[0]) for term in terms if term.target]
    return any(isinstance(key, str) and named.get(key) != head for head, key in taken)


def _leaves_out(site: TrainingSite, outputs: Tree[Written], trained: tuple[Path, ...]) -> bool:
    """Whether a head is untrained for which a loss was written."""
    losses = site.compiled.loss if site.compiled else None
    wanted = set(heads(outputs))
    by_key = _by_key(outputs, losses.tree) if isinstance(losses, Given) else {}
    if isinstance(losses, Given) and by_key:
        given = {path[0] for path, leaf in leaves(losses.tree) if not leaf.is_none}
        wanted = {head for key, head in by_key.items() if key in given}
    return not wanted <= set(trained)


def _by_key(outputs: Tree[Written], losses: Tree[Written]) -> dict[Key, Path]:
    """The heads that losses are meant for; those of a dict tell where the others have no name."""
    if not isinstance(losses, Branch):
        return {}
    found: dict[Key, Path] = dict(meant(outputs, losses))
    if found or not is_mapping(losses):
        return found
    named = {label(outputs, head): head for head in heads(outputs)}
    for key in losses.keys:
        if not isinstance(key, str) or key not in named:
            return {}
        found[key] = named[key]
    return found


def _missing(targets: Tree[Written]) -> str | None:
    """Whether a target is None, which Keras takes since 3.12."""
    given = [leaf for _, leaf in leaves(targets)]
    missing = sum(leaf.is_none for leaf in given)
    return f"{missing} of {len(given)} targets {'is' if missing == 1 else 'are'} None" if missing else None


def _mismatch(outputs: Tree[Written], targets: Tree[Written], trained: tuple[Path, ...]) -> str | None:
    """What the targets have that the outputs have not, or the other way round."""
    declared = heads(outputs)
    names = [shown(outputs, head) for head in declared]
    if isinstance(targets, Leaf):
        return f"one target for outputs {names}" if len(declared) > 1 else None
    if isinstance(outputs, Leaf) or (is_mapping(targets) and len(declared) == 1 and is_sequence(outputs)):
        given = (
            f"{list(targets.keys)} in a dict" if is_mapping(targets) else f"{len(targets.items)} in a list"
        )
        return f"targets {given} for one output"
    if is_sequence(targets):
        count = len(targets.items)
        return f"{count} targets for outputs {names}" if count not in (len(declared), len(trained)) else None
    named = labels(outputs)
    if not is_mapping(targets) or named is None:
        return None
    needed = {label(outputs, head) for head in trained}
    if needed <= set(targets.keys) <= set(named):
        return None
    return f"targets for {list(targets.keys)}, outputs {names}"
