"""Metrics in a dict whose keys are not the outputs: Keras raises, or leaves them out without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import (
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
    from keraslint.sites.model import Written
    from keraslint.tree import Key, Tree

rule = Rule(__name__, code="KER106", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the keys of the metrics with the names of the heads, where a model has names for them."""
    match site:
        case TrainingSite(
            kind=kind, outputs=Given(tree=outputs) as declared, compiled=CompileCall() as compiled
        ) if is_flat(outputs) and not (kind == "subclass" and is_sequence(outputs)):
            for part, weighted in ((compiled.metrics, False), (compiled.weighted_metrics, True)):
                if not isinstance(part, Given) or not is_mapping(part.tree):
                    continue
                consequence = _consequence(outputs, part.tree, verdict, weighted=weighted)
                if consequence:
                    names = [shown(outputs, head) for head in heads(outputs)]
                    if not _strangers(outputs, part.tree):  # before 3.12 the keys of outputs do not count
                        names = [layer(outputs, head) or "?" for head in heads(outputs)]
                    yield rule.finding(
                        part.location,
                        f"{consequence}: metrics for {list(part.tree.keys)}, outputs {names}",
                        related=(declaration_of(declared),),
                        fixes=_fixes(site, part, outputs),
                    )


def _consequence(
    outputs: Tree[Written], metrics: Branch[Written], verdict: Verdict, *, weighted: bool
) -> str | None:
    match verdict:
        case Rejected(fault=Fault.METRICS_KEYS) if _strangers(outputs, metrics) or is_mapping(outputs):
            return raises(verdict)
        case Paired(metrics=computed):
            taken = {one.metric[0] for one in computed if one.weighted == weighted and one.metric}
            lost = [key for key in _strangers(outputs, metrics) if key not in taken]
            return f"Keras computes none of the metrics of {lost}" if lost else None
        case _:
            return None


def _strangers(outputs: Tree[Written], metrics: Branch[Written]) -> list[Key]:
    """The keys that name no head and hold some metric; none where a head's name is not known."""
    named = labels(outputs)
    if named is None:
        return []
    return [key for key, entry in metrics.items if key not in named and not _is_empty(entry)]


def _is_empty(entry: Tree[Written]) -> bool:
    return entry.value.is_none if isinstance(entry, Leaf) else all(map(_is_empty, entry.children))


def _fixes(site: TrainingSite, part: Given, outputs: Tree[Written]) -> tuple[Fix, ...]:
    """Each list of metrics under the name that it is closest to."""
    found = parts.respelled(site, part, outputs, partial=True)
    if found is None:
        return ()
    edits, meant = found
    changed = [f"{key!r} as {name!r}" for key, name in meant.items() if key != name]
    return parts.fix(f"Write {', '.join(changed)}", Safety.UNSAFE, edits) if changed else ()
