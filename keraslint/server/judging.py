"""Open files enter, what the engine says of each leaves; nothing is judged twice that did not change.

What was read on the way, configuration included, is remembered with what it held: another file, open or on
the disk, can change what is found in this one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from keraslint.config import BadConfigError, Options, settings
from keraslint.config.files import names_above
from keraslint.engine import BadSelectorError, check, showing
from keraslint.engine.baseline import BadBaselineError
from keraslint.engine.settings import left_out
from keraslint.engine.targets import BadVersionError
from keraslint.findings import Crashed, Report, Shown
from keraslint.fixing import Contents, Task, fixed

if TYPE_CHECKING:
    from keraslint.config import Nearest
    from keraslint.documents import Reader
    from keraslint.findings import Finding
    from keraslint.server.opened import Opened, Snapshot

Stamp: TypeAlias = "tuple[int, int] | int | None"


@dataclass(frozen=True)
class Judgement:
    """What was found from one file, in it or elsewhere, and the lines that are to be logged."""

    reports: tuple[Report, ...] = ()
    complaints: tuple[str, ...] = ()


@dataclass
class _Kept:
    judgement: Judgement
    stamps: dict[str, Stamp]


@dataclass
class Judge:
    """Asks the engine; used by one thread at a time."""

    options: Options
    _kept: dict[str, _Kept] = field(default_factory=dict)

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
            found = showing.show_each([opened.path], configured, snapshot.read)
        except COMPLAINTS:
            return []
        return [one for shown in found.values() for one in shown if isinstance(one, Shown)]

    def fixed(self, opened: Opened, snapshot: Snapshot) -> bytes | None:
        """The file with all safe fixes made; None where there are none."""
        try:
            task = Task((opened.path,), settings([opened.path], self.options))
            contents = Contents({path: one.data for path, one in snapshot.files.items()})
            changed = fixed(task, contents).changed
        except COMPLAINTS:
            return None
        return changed[0].new if changed else None

    def _judged(self, opened: Opened, snapshot: Snapshot) -> Judgement:
        path = os.path.realpath(opened.path)
        kept = self._kept.get(path)
        if kept is None or any(_stamp(name, snapshot) != stamp for name, stamp in kept.stamps.items()):
            kept = self._kept[path] = self._anew(opened, snapshot)
        return kept.judgement

    def _anew(self, opened: Opened, snapshot: Snapshot) -> _Kept:
        stamps = {name: _stamp(name, snapshot) for name in (opened.path, *names_above([opened.path]))}

        def read(path: str) -> bytes | str:
            if path not in stamps:
                stamps[path] = _stamp(path, snapshot)
            return snapshot.read(path)

        return _Kept(self._engine(opened.path, read, stamps), stamps)

    def _engine(self, path: str, read: Reader, stamps: dict[str, Stamp]) -> Judgement:
        try:
            configured = settings([path], self.options)
            if left_out(path, configured.at(path)):
                return Judgement()
            _remember_baseline(path, configured, stamps)
            outcomes = check([path], configured, read)
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
