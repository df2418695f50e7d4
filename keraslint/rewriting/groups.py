"""All sites and traces of a run enter; they leave by model: what has to be rewritten together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

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


@dataclass(frozen=True)
class Group:
    """The sites of a model, or of several that one display of outputs makes."""

    models: frozenset[Location]
    sites: tuple[TrainingSite, ...]
    traces: tuple[Trace, ...]

    @property
    def calls(self) -> list[Location]:
        """The calls that take parts of these sites."""
        found = (call for site in self.sites for call in (site.compiled, site.data) if call is not None)
        return list(dict.fromkeys(call.location for call in found))


def groups(seen: Seen) -> Iterator[Group]:
    """Each group once, in the order of the first site."""
    leader: dict[object, object] = {}

    def find(thing: object) -> object:
        while leader.setdefault(thing, thing) != thing:
            thing = leader[thing]
        return thing

    for site in seen.sites:
        for one in _marks(site):
            leader[find(one)] = find(site.model)
    members: dict[object, list[TrainingSite]] = {}
    for site in seen.sites:
        members.setdefault(find(site.model), []).append(site)
    for sites in members.values():
        models = frozenset(site.model for site in sites)
        yield Group(models, tuple(sites), tuple(one for one in seen.traces if one.model in models))


def _marks(site: TrainingSite) -> Iterable[tuple[str, Location]]:
    """What makes sites go together: where the first output was written, and the calls."""
    if isinstance(site.outputs, Given) and site.outputs.entries:
        yield "output", site.outputs.entries[0][1]
    for call in (site.compiled, site.data):
        if call is not None:
            yield "call", call.location
