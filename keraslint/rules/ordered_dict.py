"""Parts in an ``OrderedDict``, which Keras 3.1 to 3.7 exchanges, and later Keras raises on beside a dict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, DataCall, Given, TrainingSite
from keraslint.sites.reading import declaration_of, is_mapping, placement, raises
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix
    from keraslint.pairing import Term
    from keraslint.sites.model import SitePart, Written
    from keraslint.sites.reading import Pair

rule = Rule(__name__, code="KER212", since="0.1.0", severity=Severity.ERROR, keras=3)

_FAULTS = {
    "losses": frozenset({Fault.LOSS_KEYS, Fault.LOSS_STRUCTURE}),
    "weights": frozenset({Fault.WEIGHTS_KEYS, Fault.WEIGHTS_STRUCTURE}),
    "targets": frozenset({Fault.TARGETS_KEYS, Fault.TARGETS_STRUCTURE}),
}


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the head that each entry goes to with the one that has its key."""
    match site:
        case TrainingSite(outputs=Given(tree=Branch() as outputs) as declared) if is_mapping(outputs):
            terms = verdict.terms if isinstance(verdict, Paired) else ()
            for name, part, pairs in _parts(site, terms):
                match part:
                    case Given(tree=Branch() as written) if is_mapping(written):
                        message = _message(outputs, written, name, pairs, verdict)
                        if message:
                            related = (declaration_of(declared),)
                            fixes = _fixes(site, [one for one in (declared, part) if _is_ordered(one)])
                            yield rule.finding(part.location, message, related=related, fixes=fixes)


def _message(
    outputs: Branch[Written], written: Branch[Written], name: str, pairs: list[Pair], verdict: Verdict
) -> str | None:
    if "ordered_dict" not in {outputs.kind, written.kind}:
        return None
    match verdict:
        case Rejected(fault=fault) if fault in _FAULTS[name] and set(written.keys) == set(outputs.keys):
            return (
                f"{raises(verdict)}: {name} are {_kind(written)}, outputs {_kind(outputs)} of the same keys"
            )
        case Paired():
            placed = placement(outputs, written, pairs)
            return placed.sentence(name) if placed and placed.harmful else None
        case _:
            return None


def _is_ordered(part: Given) -> bool:
    return isinstance(part.tree, Branch) and part.tree.kind == "ordered_dict"


def _fixes(site: TrainingSite, ordered: list[Given]) -> tuple[Fix, ...]:
    """Dicts, whose entries go by their keys."""
    found = [parts.plain_dict(site, one.location) for one in ordered]
    edits = tuple(edit for edits in found if edits for edit in edits) if all(found) else None
    return parts.fix("Make a dict of it, which keeps its order, too", Safety.UNSAFE, edits)


def _kind(tree: Branch[Written]) -> str:
    return "an OrderedDict" if tree.kind == "ordered_dict" else "a dict"


def _parts(site: TrainingSite, terms: tuple[Term, ...]) -> Iterator[tuple[str, SitePart, list[Pair]]]:
    if isinstance(site.compiled, CompileCall):
        yield "losses", site.compiled.loss, [(term.head, term.loss) for term in terms]
        yield "weights", site.compiled.loss_weights, [(term.head, term.weight) for term in terms]
    if isinstance(site.data, DataCall):
        yield "targets", site.data.targets, [(term.head, term.target) for term in terms]
