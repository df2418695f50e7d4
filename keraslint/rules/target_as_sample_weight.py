"""A batch ``(x, y1, y2)`` for several outputs, of which Keras takes the third entry for sample weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Related, Safety, Severity
from keraslint.pairing import Fault, Paired, Rejected, Request, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import DataCall, Given, TrainingSite
from keraslint.sites.reading import ends_in_weights, heads, may_be_a_container, raises, shown
from keraslint.sites.requests import refused_batch
from keraslint.tree import Branch, Leaf, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Location
    from keraslint.sites.model import Written
    from keraslint.tree import Tree

rule = Rule(__name__, code="KER404", since="0.1.0", severity=Severity.ERROR, keras=3)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Find one target and one array of sample weights in a tuple, where there are several outputs."""
    match site:
        case TrainingSite(
            outputs=Given(tree=Branch() as outputs),
            data=DataCall(
                targets=Given(tree=Leaf()) as target, sample_weight=Given(tree=Leaf()) as third
            ) as data,
        ) if ends_in_weights(data) and len(heads(outputs)) > 1 and not may_be_a_container(target.tree):
            names = [shown(outputs, head) for head in heads(outputs)]
            entries = _entries(data)
            message = _too_many(data, entries, names) or _message(outputs, names, verdict)
            if message:
                last = entries[-1] if len(entries) > Request.entries else third.location
                one_for_each = len(names) == (len(entries) or Request.entries) - 1
                edits = parts.grouped(site, target.location, last) if one_for_each else None
                yield rule.finding(
                    third.location,
                    message,
                    related=(Related(target.location, "the first target"),),
                    fixes=parts.fix("Give all targets in one tuple", Safety.UNSAFE, edits),
                )


def _entries(data: DataCall) -> list[Location]:
    """Where the entries of a batch were written, if it was written in one place."""
    batch = data.batch
    if not isinstance(batch, Given) or not isinstance(batch.tree, Branch) or batch.tree.open:
        return []
    return [leaf.location for entry in batch.tree.children for _, leaf in list(leaves(entry))[:1]]


def _too_many(data: DataCall, entries: list[Location], names: list[str]) -> str | None:
    refused = any(part.found == "entries" for part in refused_batch(data))
    if not entries or not refused:
        return None
    taken = "x, y, sample_weight"
    return f"Keras takes {taken}, no tuple of {len(entries)}: here are targets for {names}"


def _message(outputs: Tree[Written], names: list[str], verdict: Verdict) -> str | None:
    match verdict:
        case Rejected(fault=Fault.TARGETS_STRUCTURE):
            consequence = raises(verdict)
        case Paired(terms=terms) if len(terms) < len(names):
            consequence = f"Keras trains {[shown(outputs, term.head) for term in terms]}"
        case _:
            return None
    return f"{consequence}: this is taken for sample weights, which leaves one target for {names}"
