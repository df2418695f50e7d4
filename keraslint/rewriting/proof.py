"""A site and the names of its heads enter; the site as it will be leaves, if every head keeps all it has.

What "all" is says ``pairing``: before and after, each head has to have the same target, loss, weight, sample
weight and metrics, entry by entry.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keraslint import pairing, sites
from keraslint.pairing import Paired
from keraslint.rewriting.refusal import refuse
from keraslint.sites.model import NOT_GIVEN, CompileCall, Given
from keraslint.sites.reading import is_sequence
from keraslint.tree import Branch, Leaf, at, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.findings import Location
    from keraslint.pairing import Verdict
    from keraslint.pairing.versions import Version
    from keraslint.rewriting.heads import Heads
    from keraslint.sites.model import SitePart, TrainingSite, Written
    from keraslint.tree import Path

KERAS_2 = pairing.parse("2.15")


@dataclass(frozen=True)
class Judged:
    """A site, and how the newest Keras that trains it pairs it."""

    site: TrainingSite
    version: Version
    paired: Paired

    @property
    def spreads(self) -> bool:
        """Whether a flat list of metrics is computed for every head, as Keras 2 does."""
        return self.version.major == KERAS_2.major


def judged(site: TrainingSite, versions: Sequence[Version]) -> Judged:
    """The site with the newest of these versions that trains it; Keras 2 is the last resort."""
    verdicts = [
        (version, pairing.pair(sites.request(site), version))
        for version in (*sorted(versions, reverse=True), KERAS_2)
    ]
    paired = ((version, verdict) for version, verdict in verdicts if isinstance(verdict, Paired))
    found = next(paired, None)
    if found is None:
        refuse(_reason(verdicts[0][1], verdicts[0][0]), place(site))
    return Judged(site, *found)


def place(site: TrainingSite) -> Location:
    """Where a site is: its data call, else its compile call, else its model."""
    call = site.data or site.compiled
    return call.location if call else site.model


def _reason(verdict: Verdict, version: Version) -> str:
    if isinstance(verdict, pairing.Rejected):
        return f"Keras {version} raises {verdict.error} at {verdict.call}"
    return verdict.reason if isinstance(verdict, pairing.Undecided) else ""


def renamed(before: Judged, heads: Heads, *, in_order: bool = False) -> TrainingSite:
    """The site with outputs and parts in dicts; the losses ``in_order`` of their keys."""
    site, spreads, names = before.site, before.spreads, heads.names
    compiled, data = site.compiled, site.data
    loss = NOT_GIVEN if compiled is None else keyed(compiled.loss, names, in_order=in_order)
    return replace(
        site,
        outputs=_outputs(site.outputs, heads),
        compiled=compiled
        and replace(
            compiled,
            loss=loss,
            loss_weights=keyed(compiled.loss_weights, names),
            metrics=keyed(compiled.metrics, names, spreads=spreads),
            weighted_metrics=keyed(compiled.weighted_metrics, names, spreads=spreads),
        ),
        data=data
        and replace(data, targets=keyed(data.targets, names), sample_weight=keyed(data.sample_weight, names)),
    )


def _outputs(outputs: SitePart, heads: Heads) -> SitePart:
    if not isinstance(outputs, Given) or not isinstance(outputs.tree, Branch):
        return outputs
    made = tuple(
        (name, Leaf(replace(child.value, name=layer)) if isinstance(child, Leaf) else child)
        for name, layer, child in zip(heads.names, heads.layers, outputs.tree.children, strict=True)
    )
    return replace(outputs, tree=Branch("dict", made))


def keyed(part: SitePart, names: Sequence[str], *, spreads: bool = False, in_order: bool = False) -> SitePart:
    """A list as a dict of these names, ``in_order`` of them; anything else as it is."""
    if not isinstance(part, Given) or not is_sequence(part.tree):
        return part
    children = part.tree.children
    if spreads and flat(part):
        entries: list[tuple[str, Branch[Written]]] = [
            (name, Branch("list", part.tree.items)) for name in names
        ]
        return replace(part, tree=Branch("dict", tuple(entries)))
    if len(children) != len(names):
        return part
    children_of = dict(zip(names, children, strict=True))
    order = sorted(names) if in_order else names
    return replace(part, tree=Branch("dict", tuple((name, children_of[name]) for name in order)))


def flat(part: Given) -> bool:
    """Whether no entry is a container."""
    return isinstance(part.tree, Branch) and all(isinstance(child, Leaf) for child in part.tree.children)


def prove(
    before: Judged, heads: Heads, versions: Sequence[Version], *, in_order: bool = False
) -> tuple[Paired, Paired]:
    """What Keras does afterwards: the version that was judged, and the newest. Refused where a head loses."""
    after, names = renamed(before, heads, in_order=in_order), heads.names
    found: list[Paired] = []
    for version in (before.version, max(versions)):
        verdict = pairing.pair(sites.request(after), version)
        if not isinstance(verdict, Paired):
            refuse(f"with dicts, {_reason(verdict, version)}", place(before.site))
        one = set(_pairs(before.site, before.paired, names))
        other = set(_pairs(after, verdict, names))
        if one != other:
            refuse(f"with dicts, Keras {version} pairs otherwise{_otherwise(one, other)}", place(before.site))
        found.append(verdict)
    return found[0], found[1]


def _otherwise(one: set[tuple[object, ...]], other: set[tuple[object, ...]]) -> str:
    """Which entry a head has today that is not the one written for it."""
    for today in sorted(one - other, key=str):
        for then in other:
            if today[0] == then[0] and len(today) == len(then) == len(ENTRIES):
                lost = next(name for name, a, b in zip(ENTRIES, today, then, strict=True) if a != b)
                return f": today {today[0]!r} has the {lost} that stands at another place"
    return ""


ENTRIES = ("head", "target", "loss", "loss weight", "sample weight")
"""What a term is made of."""


def _pairs(site: TrainingSite, paired: Paired, names: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """Each term and metric by the entries that it is made of."""
    compiled, data = site.compiled or CompileCall(site.model), site.data
    targets = NOT_GIVEN if data is None else data.targets
    weights = NOT_GIVEN if data is None else data.sample_weight
    for term in paired.terms:
        yield (
            head_at(term.head, names),
            entry_at(targets, term.target, names),
            entry_at(compiled.loss, term.loss, names),
            entry_at(compiled.loss_weights, term.weight, names),
            entry_at(weights, term.sample_weight, names),
        )
    for metric in paired.metrics:
        part = compiled.weighted_metrics if metric.weighted else compiled.metrics
        target = entry_at(targets, metric.target, names)
        if isinstance(part, Given):  # what was taken for metrics elsewhere is rewritten there
            yield (head_at(metric.head, names), target, entry_at(part, metric.metric, names), metric.weighted)


def head_at(path: Path, names: Sequence[str]) -> str:
    """The key of a head, whether it stands in a list or in a dict."""
    key = path[0] if path else ""
    return names[key] if isinstance(key, int) else key


def entry_at(part: SitePart, path: Path | None, names: Sequence[str]) -> object:
    """What stands at a path, by where it was written; of a part that is not seen, the head it mirrors."""
    if path is None:
        return None
    node = at(part.tree, path) if isinstance(part, Given) else None
    if node is None:
        return head_at(path, names)
    return tuple((leaf.location, leaf.text) for _, leaf in leaves(node))
