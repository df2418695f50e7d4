"""Open files enter, what the engine says of each leaves; nothing is judged twice that did not change.

What was read on the way, configuration included, is remembered with what it held: another file, open or on
the disk, can change what is found in this one. What was inferred of the files judged last is remembered, too,
for the fixes and pictures that are asked for next.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from keraslint.config import BadConfigError, Options, settings
from keraslint.config.files import names_above
from keraslint.documents.places import project_root
from keraslint.engine import BadSelectorError, check, showing
from keraslint.engine.baseline import BadBaselineError
from keraslint.engine.settings import left_out
from keraslint.engine.targets import BadVersionError
from keraslint.engine.worlds import World
from keraslint.findings import Crashed, Report, Shown
from keraslint.fixing import Contents, Task, fixed
from keraslint.inference import Project

if TYPE_CHECKING:
    from keraslint.config import Nearest
    from keraslint.findings import Finding
    from keraslint.server.opened import Opened, Snapshot

Stamp: TypeAlias = "tuple[int, int] | int | None"


@dataclass(frozen=True)
class Judgement:
    """What was found from one file, in it or elsewhere, and the lines that are to be logged."""

    reports: tuple[Report, ...] = ()
    complaints: tuple[str, ...] = ()


@dataclass
class _Reading:
    """Reads files as they are open or on the disk. Mutable: it remembers what each held that was read."""

    snapshot: Snapshot
    stamps: dict[str, Stamp]

    def __call__(self, path: str) -> bytes | str:
        if path not in self.stamps:
            self.stamps[path] = _stamp(path, self.snapshot)
        return self.snapshot.read(path)

    def goes_on(self, snapshot: Snapshot) -> bool:
        """Whether every file that was read holds what it held; if so, the next are read as they are now."""
        if any(_stamp(path, snapshot) != stamp for path, stamp in self.stamps.items()):
            return False
        self.snapshot = snapshot
        return True


@dataclass
class _Kept:
    judgement: Judgement
    reading: _Reading
    world: World | None

    def forget(self) -> None:
        """Let go what was inferred."""
        if self.world is not None:
            self.world.forget()
        self.world = None


MAX_WORLDS = 3
"""Open files of which it is remembered what was inferred: those that were changed last."""


@dataclass
class Judge:
    """Asks the engine; used by one thread at a time."""

    options: Options
    _kept: dict[str, _Kept] = field(default_factory=dict)

    def forget(self) -> None:
        """Judge everything anew."""
        for kept in self._kept.values():
            kept.forget()
        self._kept.clear()

    def findings(self, opened: Opened, snapshot: Snapshot) -> tuple[list[Finding], list[str]]:
        """The findings in a file, also those that other open files lead to, and what is to be logged."""
        self._kept = {path: kept for path, kept in self._kept.items() if path in snapshot.files}
        own = os.path.realpath(opened.path)
        judged = [self._judged(one, snapshot) for one in snapshot.files.values()]
        found = [
            finding
            for judgement in judged
            for report in judgement.reports
            if os.path.realpath(report.document) == own
            for finding in report.findings
        ]
        said = {(one.code, one.location.span, one.location.cell, one.message): one for one in found}
        return list(said.values()), [line for one in judged for line in one.complaints]

    def shown(self, opened: Opened, snapshot: Snapshot) -> list[Shown]:
        """The training sites that a file leads to."""
        try:
            configured = settings([opened.path], self.options)
            kept = self._known(opened, snapshot)
            world = kept.world if kept else None
            read = kept.reading if kept else snapshot.read
            found = showing.show_each([opened.path], configured, read, world=world)
        except COMPLAINTS:
            return []
        return [one for shown in found.values() for one in shown if isinstance(one, Shown)]

    def fixed(self, opened: Opened, snapshot: Snapshot) -> bytes | None:
        """The file with all safe fixes made; None where there are none."""
        try:
            task = Task((opened.path,), settings([opened.path], self.options))
            contents = Contents({path: one.data for path, one in snapshot.files.items()})
            kept = self._known(opened, snapshot)
            changed = fixed(task, contents, drawn=False, world=kept.world if kept else None).changed
        except COMPLAINTS:
            return None
        return changed[0].new if changed else None

    def _judged(self, opened: Opened, snapshot: Snapshot) -> Judgement:
        kept = self._known(opened, snapshot)
        if kept is None:
            path = os.path.realpath(opened.path)
            for old in (self._kept.pop(path, None), *list(self._kept.values())[: 1 - MAX_WORLDS]):
                if old is not None:
                    old.forget()
            kept = self._kept[path] = self._anew(opened, snapshot)
        return kept.judgement

    def _known(self, opened: Opened, snapshot: Snapshot) -> _Kept | None:
        """What is kept of a file, if it still holds."""
        kept = self._kept.get(os.path.realpath(opened.path))
        return kept if kept is not None and kept.reading.goes_on(snapshot) else None

    def _anew(self, opened: Opened, snapshot: Snapshot) -> _Kept:
        stamps = {name: _stamp(name, snapshot) for name in (opened.path, *names_above([opened.path]))}
        reading = _Reading(snapshot, stamps)
        world = World(Project(project_root([opened.path]), reading), remembers=True)
        return _Kept(self._engine(opened.path, reading, world), reading, world)

    def _engine(self, path: str, read: _Reading, world: World) -> Judgement:
        try:
            configured = settings([path], self.options)
            if left_out(path, configured.at(path)):
                return Judgement()
            _remember_baseline(path, configured, read.stamps)
            outcomes = check([path], configured, read, world=world)
        except COMPLAINTS as error:
            return Judgement(complaints=(str(error),))
        crashed = tuple(
            f"{one.document}: {one.rule} crashed, a defect of keraslint\n{one.traceback}"
            for one in outcomes
            if isinstance(one, Crashed)
        )
        return Judgement(tuple(one for one in outcomes if isinstance(one, Report)), crashed)


COMPLAINTS = (BadBaselineError, BadConfigError, BadSelectorError, BadVersionError)


def _remember_baseline(path: str, configured: Nearest, stamps: dict[str, Stamp]) -> None:
    baseline = configured.at(path).baseline
    if baseline is not None:
        stamps[baseline] = _on_disk(baseline)


def _stamp(path: str, snapshot: Snapshot) -> Stamp:
    """What tells whether a file changed."""
    opened = snapshot.files.get(os.path.realpath(path))
    return _on_disk(path) if opened is None else hash(opened.data)


def _on_disk(path: str) -> Stamp:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
