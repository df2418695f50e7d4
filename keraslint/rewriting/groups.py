"""All sites and traces of a run enter; they leave by model: what has to be rewritten together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from keraslint.sites.model import Given
from keraslint.sites.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keraslint.findings import Location
    from keraslint.sites import Inferred
    from keraslint.sites.model import Trace, TrainingSite


@dataclass
class Seen:
    """What a run has seen of models: their sites, where they stand, the calls that were followed. Mutable."""

    sources: Sources | None = None
    sites: dict[TrainingSite, None] = field(default_factory=dict)
    traces: dict[Trace, None] = field(default_factory=dict)
    followed: set[Location] = field(default_factory=set)

    def take(self, inferred: Inferred) -> None:
        """What one document led to."""
        self.sites.update(dict.fromkeys(inferred.sites))
        self.traces.update(dict.fromkeys(inferred.traces()))
        self.followed.update(inferred.followed())
        if self.sources is None and inferred.places is not None:
            self.sources = Sources(inferred.places.project)
        if self.sources is not None:  # a project keeps few documents, and cannot read a notebook again
            for path in {trace.location.document for trace in inferred.traces()}:
                self.sources.source(path)


@dataclass(frozen=True)
class Group:
    """The sites of a model, or of several that one display of outputs makes.

    Where one call makes models of several displays, each display has a group of its own: it is not ``whole``.
    """

    models: frozenset[Location]
    sites: tuple[TrainingSite, ...]
    traces: tuple[Trace, ...]
    whole: bool = True

    @property
    def calls(self) -> list[Location]:
        """The calls that take parts of these sites, or batches with targets in them, as ``predict`` does."""
        found = (call for site in self.sites for call in (site.compiled, site.data) if call is not None)
        predicting = (trace.location for trace in self.traces if trace.call == "predict")
        return list(dict.fromkeys((*(call.location for call in found), *predicting)))


Variant: TypeAlias = "tuple[Location, Location | None]"
"""Where a model is made, and where its first output is put into a container; None where that is all one."""


def groups(seen: Seen) -> Iterator[Group]:
    """Each group once, in the order of the first site."""
    leader: dict[object, object] = {}

    def find(thing: object) -> object:
        while leader.setdefault(thing, thing) != thing:
            thing = leader[thing]
        return thing

    apart = _apart(seen)
    for site in seen.sites:
        for one in _marks(site):
            leader[find(one)] = find(_variant(site, apart))
    members: dict[object, dict[Variant, list[TrainingSite]]] = {}
    for site in seen.sites:
        variant = _variant(site, apart)
        members.setdefault(find(variant), {}).setdefault(variant, []).append(site)
    for variants in members.values():
        sites = tuple(site for some in variants.values() for site in some)
        traces = (
            one for one in seen.traces if (one.model, one.entry if one.model in apart else None) in variants
        )
        models = frozenset(model for model, _ in variants)
        yield Group(models, sites, tuple(traces), whole=apart.isdisjoint(models))


def _apart(seen: Seen) -> set[Location]:
    """The calls that make models of several displays, where each place of a model shows which it is of."""
    entries: dict[Location, set[Location | None]] = {}
    for trace in seen.traces:
        entries.setdefault(trace.model, set()).add(trace.entry)
    unclear = {trace.model for trace in seen.traces if trace.heads is None}
    unclear |= {site.model for site in seen.sites if _entry(site) not in entries.get(site.model, set())}
    return {model for model, found in entries.items() if len(found) > 1 and model not in unclear}


def _variant(site: TrainingSite, apart: set[Location]) -> Variant:
    return site.model, _entry(site) if site.model in apart else None


def _entry(site: TrainingSite) -> Location | None:
    """Where the first output of a site was put into its container."""
    outputs = site.outputs
    return outputs.entries[0][1] if isinstance(outputs, Given) and outputs.entries else None


def _marks(site: TrainingSite) -> Iterable[tuple[str, Location]]:
    """What makes sites go together: where the first output was written, and the calls."""
    entry = _entry(site)
    if entry is not None:
        yield "output", entry
    for call in (site.compiled, site.data):
        if call is not None:
            yield "call", call.location
