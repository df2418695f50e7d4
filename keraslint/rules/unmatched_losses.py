"""A dict of losses whose keys are not the outputs: misspelled, unknown or missing."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite, Written
from keraslint.sites.reading import (
    by_path,
    declaration_of,
    follows,
    heads,
    is_flat,
    is_mapping,
    is_sequence,
    label,
    labels,
    raises,
    shown,
)
from keraslint.tree import Leaf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keraslint.findings import Finding, Fix
    from keraslint.sites.model import SitePart
    from keraslint.tree import Branch, Key, Tree

rule = Rule(__name__, code="KER101", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the keys of the losses with the names of the heads, where a model has names for them."""
    match site:
        case TrainingSite(
            kind=kind,
            outputs=Given(tree=outputs) as declared,
            compiled=CompileCall(loss=Given(tree=losses) as loss),
        ) if is_mapping(losses) and not (kind == "subclass" and is_sequence(outputs)):
            if _is_anothers(outputs, losses):
                return
            consequence = _consequence(outputs, losses, verdict)
            if consequence:
                message = f"{consequence}: {_mismatch(outputs, losses)}"
                yield rule.finding(
                    loss.location,
                    message,
                    related=(declaration_of(declared),),
                    fixes=_fixes(site, site.compiled, loss, outputs),
                )


def _is_anothers(outputs: Tree[Written], losses: Branch[Written]) -> bool:
    """Whether keys are not what is wrong: nested outputs, with losses nested alike or by path; one of both an
    OrderedDict.
    """
    nested = not is_flat(outputs) and (follows(outputs, losses) or bool(by_path(outputs, losses)))
    if nested or not is_mapping(outputs):
        return nested
    return set(outputs.keys) == set(losses.keys) and "ordered_dict" in {outputs.kind, losses.kind}


def _fixes(
    site: TrainingSite, compiled: CompileCall | None, loss: Given, outputs: Tree[Written]
) -> tuple[Fix, ...]:
    """Each loss under the name that it is closest to, None for heads without; what goes with it as well."""
    found = parts.respelled(site, loss, outputs, absent="None")
    if found is None:
        return ()
    edits, meant = found
    for part in (compiled.loss_weights, compiled.metrics, compiled.weighted_metrics) if compiled else ():
        edits += _along(site, part, meant)
    changed = [f"{key!r} as {name!r}" for key, name in meant.items() if key != name]
    return parts.fix(
        f"Write {', '.join(changed) or 'None for the outputs without a loss'}", Safety.UNSAFE, edits
    )


def _along(site: TrainingSite, part: SitePart, meant: dict[str, str]) -> parts.Edits:
    """The same misspelled keys of weights or metrics; nothing where an edit does not reach them."""
    if not isinstance(part, Given) or not is_mapping(part.tree):
        return ()
    keys = [str(key) for key in part.tree.keys]
    names = [meant.get(key, key) for key in keys]
    if names == keys or len({*names}) < len(names):
        return ()
    return parts.rekeyed(site, part, [(name, place) for place, name in enumerate(names)]) or ()


def _consequence(outputs: Tree[Written], losses: Branch[Written], verdict: Verdict) -> str | None:
    match verdict:
        case Rejected(fault=Fault.LOSS_KEYS | Fault.LOSS_COUNT):
            return raises(verdict)
        case Paired(terms=terms) if (named := labels(outputs)) is not None and named.keys() != {*losses.keys}:
            taken = {term.loss[0]: term.head for term in terms if term.loss}
            for key, head in taken.items():
                if key in named and named[str(key)] != head:
                    return f"Keras gives the loss {key!r} to {shown(outputs, head)!r}"
            unused = [key for key in _strangers(outputs, losses) if key not in taken]
            return f"Keras trains nothing with the losses {unused}" if unused else None
        case _:
            return None


def _strangers(outputs: Tree[Written], losses: Branch[Written]) -> list[Key]:
    """The keys that name no head and no container of heads, and have a loss."""
    names = {label(outputs, head) for head in heads(outputs)}
    known = {*names, *(outputs.keys if is_mapping(outputs) else ())}
    return [
        key
        for key, loss in losses.items
        if key not in known and not (isinstance(loss, Leaf) and loss.value.is_none)
    ]


def _mismatch(outputs: Tree[Written], losses: Branch[Written]) -> str:
    names = [shown(outputs, head) for head in heads(outputs)]
    missing = [name for head in heads(outputs) if (name := label(outputs, head)) and name not in losses.keys]
    hint = _hint(_strangers(outputs, losses), missing)
    return f"losses for {list(losses.keys)}, outputs {names}{hint}"


def _hint(strangers: Iterable[Key], names: list[str]) -> str:
    """The name that was probably meant by the first key that is close to one."""
    for key in strangers:
        close = get_close_matches(str(key), names, n=1)
        if close:
            return f"; {key!r} is close to {close[0]!r}"
    return ""
