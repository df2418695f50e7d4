"""Files that a run reads enter; its documents, the rules for each, and what was found in it so far leave."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from keraslint.documents import Document, decode
from keraslint.engine.selection import selected, verify
from keraslint.findings import Severity
from keraslint.rewriting.groups import Seen
from keraslint.syntax.scout import MAX_BYTES

if TYPE_CHECKING:
    from keraslint.documents import Reader
    from keraslint.engine.cache import Cache
    from keraslint.engine.examining import Examined
    from keraslint.engine.settings import Configured, Settings
    from keraslint.engine.worlds import World
    from keraslint.findings import Finding, Location, Outcome, Undecided
    from keraslint.inference import Project
    from keraslint.rules import Registered

RANK = {Severity.ERROR: 2, Severity.WARNING: 1, Severity.INFO: 0}


STYLES = frozenset({"KER901", "KER904"})
"""Rules that are asked for by the style they lead to, however mild."""


class Screened(NamedTuple):
    """What the bytes of a file say: whether it may hold a training site, and a comment that silences."""

    worth_reading: bool
    commented: bool


@dataclass
class Run:
    """What a run has read and found so far.

    ``needed_files`` and ``needed_places`` are all that its documents were judged by; ``looked_around`` says
    that files which it does not cover were looked through.
    """

    configured: Configured
    world: World
    read: Reader
    cache: Cache | None = None
    rules: dict[Settings, tuple[Registered, ...]] = field(default_factory=dict)
    order: dict[str, None] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    documents: dict[str, Document | None] = field(default_factory=dict)
    findings: dict[str, dict[Finding, None]] = field(default_factory=lambda: defaultdict(dict))
    undecided: dict[str, dict[Undecided, None]] = field(default_factory=lambda: defaultdict(dict))
    commented: set[str] = field(default_factory=set)
    others: list[Outcome] = field(default_factory=list)
    needed_files: frozenset[str] = frozenset()
    needed_places: frozenset[str] = frozenset()
    covers_project: bool = False
    looked_around: bool = False
    seen: Seen = field(default_factory=Seen)

    @property
    def project(self) -> Project:
        """The project that the files belong to."""
        return self.world.project

    def named(self, location: Location) -> Location:
        """The location with its document named as a reader would: as it was asked for, or from here."""
        path = location.document
        relative = os.path.relpath(path) if os.path.isabs(path) and path not in self.order else path
        return location if relative.startswith(os.pardir) else replace(location, document=relative)

    def rules_for(self, path: str) -> tuple[Registered, ...]:
        """The rules that are selected for a file."""
        settings = self.configured.at(path)
        if settings not in self.rules:
            for _, selectors in settings.per_file_ignores:
                for selector in selectors:
                    verify(selector)
            self.rules[settings] = selected(settings.select, settings.ignore)
        return self.rules[settings]

    def document(self, path: str) -> Document | None:
        """A document by its path; a site may name one that was not asked for."""
        if path not in self.documents:
            data = self.read(path)
            small = isinstance(data, bytes) and len(data) <= MAX_BYTES
            decoded = decode(path, data) if isinstance(data, bytes) and small else None
            self.documents[path] = decoded if isinstance(decoded, Document) else None
        return self.documents[path]

    def known(self, path: str) -> Examined | None:
        """What an earlier run knows of a file as it is; nothing where whole sites are to be rewritten."""
        settings = self.configured.at(path)
        if self.cache is None or settings.style is not None:
            return None
        return self.cache.find(path, self.project.digest(path), settings, self.project)

    def remember(self, path: str, one: Examined) -> None:
        """Keep what a file led to for later runs."""
        if self.cache is not None:
            self.cache.keep(path, one, self.configured.at(path), self.project)

    def is_heard(self, finding: Finding) -> bool:
        """Whether a finding is severe enough to be reported."""
        least = self.configured.at(finding.location.document).severity
        if finding.code in STYLES and self.configured.at(finding.location.document).style is not None:
            return True
        return RANK[finding.severity] >= RANK[least]
