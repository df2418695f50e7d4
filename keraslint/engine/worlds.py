"""Files as one reader has them enter; what was inferred of them is remembered, for who asks again.

The engine judges a file, the pictures show the same sites, and a fix is weighed against both: with one world
between them a file is interpreted once, and a site paired once for each version.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keraslint import sites

if TYPE_CHECKING:
    from keraslint.inference import Project
    from keraslint.pairing import Verdict
    from keraslint.pairing.versions import Version
    from keraslint.sites import Inferred
    from keraslint.sites.model import TrainingSite
    from keraslint.syntax.scout import Parsed

MAX_FILES = 16
"""Files of which it is remembered what was inferred; of a large one it takes some megabytes."""


@dataclass(frozen=True)
class _Found:
    parsed: Parsed
    inferred: Inferred
    trainers: frozenset[str] | None
    verdicts: dict[tuple[int, Version], Verdict] = field(default_factory=dict)


@dataclass
class World:
    """A project whose files do not change. Mutable: it remembers what was inferred.

    Without ``remembers`` it interprets as often as it is asked, and holds nothing: a run asks once.
    """

    project: Project
    remembers: bool = False
    _found: dict[tuple[str, frozenset[str]], _Found] = field(default_factory=dict)
    _sites: dict[int, _Found] = field(default_factory=dict)

    def again(self) -> None:
        """Begin a run over the same files as if there had been none: who calls what is found out anew."""
        self.project.called.clear()
        self.project.trainers.clear()

    def forget(self) -> None:
        """Let everything go that was inferred; sites and the sources behind them hold each other."""
        for site in (site for found in self._found.values() for site in found.inferred.sites):
            if site.sources is not None:
                site.sources.sites = ()
        self._found.clear()
        self._sites.clear()

    def inferred(self, parsed: Parsed) -> Inferred:
        """The sites that a document leads to, in view of what it is known to call."""
        if not self.remembers:
            return sites.find(parsed, self.project)
        path = parsed.document.path
        key = path, self.project.called.get(path, frozenset())
        found = self._found.get(key)
        if found is None:
            inferred = sites.find(parsed, self.project)
            found = self._keep(key, _Found(parsed, inferred, self.project.trainers.get(path)))
        else:
            self.project.add(found.parsed)
            self.project.trainers |= {} if found.trainers is None else {path: found.trainers}
        return found.inferred

    def verdict(self, site: TrainingSite, version: Version) -> Verdict:
        """What a version of Keras does at a site."""
        found = self._sites.get(id(site))
        if found is None:
            return sites.verdict(site, version)
        key = id(site), version
        if key not in found.verdicts:
            found.verdicts[key] = sites.verdict(site, version)
        return found.verdicts[key]

    def _keep(self, key: tuple[str, frozenset[str]], found: _Found) -> _Found:
        while len(self._found) >= MAX_FILES:
            gone = self._found.pop(next(iter(self._found)))
            for site in gone.inferred.sites:
                del self._sites[id(site)]
        self._found[key] = found
        self._sites |= {id(site): found for site in found.inferred.sites}
        return found
