"""Contents of files enter; what the engine says of them leaves: findings, training sites, crashes.

All rules are asked, whatever is selected, so that no fix can bring what only another selection would show.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from keraslint.documents import Document, decode
from keraslint.documents.places import project_root
from keraslint.engine import baseline, check, selected, showing
from keraslint.engine.checking import not_ignored_here
from keraslint.engine.ignoring import LIKE, ignores, silencing
from keraslint.engine.run import RANK, STYLES
from keraslint.engine.settings import files
from keraslint.engine.worlds import MAX_FILES, World
from keraslint.findings import Crashed, Report, Severity, Shown, Skipped
from keraslint.inference import Project
from keraslint.syntax import concrete

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from keraslint.engine.settings import Configured, Settings
    from keraslint.findings import Edit, Finding
    from keraslint.fixing.contents import Contents


@dataclass(frozen=True)
class Watchful:
    """Settings under which every rule speaks, but for those of files themselves."""

    configured: Configured

    def at(self, path: str) -> Settings:
        """The settings for a file."""
        settings = self.configured.at(path)
        quiet = min(settings.severity, Severity.WARNING, key=RANK.__getitem__)
        return replace(
            settings, select=("ALL",), ignore=(), per_file_ignores=(), severity=quiet, baseline=None
        )


@dataclass(frozen=True)
class Task:
    """The paths that were given, the settings of the files below them, and which fixes are wanted.

    ``new`` are those of findings that no baseline knows.
    """

    paths: tuple[str, ...]
    configured: Configured
    unsafe: bool = False
    todo: bool = False
    new: bool = False
    _codes: dict[Settings, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def files(self) -> dict[str, str]:
        """Every file under the paths, by its real path."""
        found: dict[str, str] = {}
        for path in files(self.paths, self.configured):
            found.setdefault(os.path.realpath(path), path)
        return found

    def name(self, path: str) -> str | None:
        """The name of a file of the task; None where it is not under the paths that were given."""
        return self.files.get(os.path.realpath(path))

    def wants(self, finding: Finding) -> bool:
        """Whether the finding is one that is to be reported and fixed."""
        path = finding.location.document
        settings = self.configured.at(path)
        asked = finding.code in STYLES and settings.style is not None
        if settings not in self._codes:
            rules = selected(settings.select, settings.ignore)
            self._codes[settings] = frozenset(found.rule.code for found in rules)
        loud = RANK[finding.severity] >= RANK[settings.severity] and finding.code in self._codes[settings]
        return (asked or loud) and bool(not_ignored_here(path, [finding], settings))


@dataclass(frozen=True)
class State:
    """What the engine says of all the files of a task with some contents."""

    task: Task
    contents: Contents
    reports: tuple[Report, ...]
    others: tuple[Skipped | Crashed, ...]
    world: World | None = field(default=None, repr=False, compare=False)
    _shown: dict[str, tuple[Shown, ...]] = field(default_factory=dict, repr=False, compare=False)
    together: list[frozenset[str]] = field(default_factory=list, repr=False, compare=False)
    _concrete: dict[str, concrete.Concrete] = field(default_factory=dict, repr=False, compare=False)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in the order of the files and of the places in them."""
        return tuple(finding for report in self.reports for finding in report.findings)

    def shown(self, paths: Iterable[str], like: State | None = None) -> tuple[Shown, ...]:
        """The training sites that these files lead to.

        What a file leads to may depend on the files that are asked about with it, whose functions it calls:
        ``like`` is the state that is compared with, and they are asked about together as they were there.
        """
        wanted = set(paths)
        for some in [] if like is None else [one for one in like.together if wanted & one]:
            self._show(some)
        self._show(wanted)
        return tuple(dict.fromkeys(one for path in sorted(wanted) for one in self._shown.get(path, ())))

    def _show(self, paths: Collection[str]) -> None:
        missing = frozenset(paths).difference(self._shown)
        if missing:
            self.together.append(missing)
            self._shown.update(dict.fromkeys(missing, ()))
            task = self.task
            each = showing.show_each(
                task.paths, task.configured, self.contents, only=missing, world=self.world
            )
            for path, found in each.items():
                self._shown[path] = tuple(one for one in found if isinstance(one, Shown))

    def leading_to(self, documents: set[str]) -> list[str]:
        """The files that lead to a training site with a part in one of these documents."""
        near = self._mentioning(documents)
        self.shown(near)
        return [
            path
            for path in near
            if path in documents or any(documents & _documents(one) for one in self._shown[path])
        ]

    def _mentioning(self, documents: set[str]) -> list[str]:
        """These files, and those in which the name of such a module occurs, and so on: who imports one is
        among them.
        """
        data = {path: self.contents(path) for path in self.task.files.values()}
        found = dict.fromkeys(path for path in data if path in documents)
        pending = [_module(path) for path in found]
        while pending:
            name = pending.pop().encode()
            more = [path for path, text in data.items() if path not in found and _holds(text, name)]
            found |= dict.fromkeys(more)
            pending += map(_module, more)
        return list(found)

    @property
    def remaining(self) -> tuple[Finding, ...]:
        """The findings that the task is about and no baseline knows."""
        reports, _ = baseline.settle(
            self.reports, lambda path: self.task.configured.at(path).baseline, lambda *_: False
        )
        return tuple(one for report in reports for one in report.findings if self.task.wants(one))

    def document(self, path: str) -> Document | None:
        """A file as it is read."""
        data = self.contents(path)
        decoded = decode(path, data) if isinstance(data, bytes) else None
        return decoded if isinstance(decoded, Document) else None

    def silenced(self, finding: Finding, edit: Edit) -> bool:
        """Whether a comment silences the finding's rule where the edit is made, if not at the finding."""
        path, own = edit.location.document, finding.location
        if (path, edit.location.cell, edit.location.span.line) == (own.document, own.cell, own.span.line):
            return False
        document = self.document(path)
        if document is None:
            return False
        if path not in self._concrete:
            self._concrete[path] = concrete.read(document)
        span = edit.location.span
        cell = next((one for one in document.cells if one.number == edit.location.cell), None)
        above = cell.first - 1 if cell else 0
        plain = replace(span, line=span.line + above, end_line=span.end_line + above)
        at = replace(finding, location=replace(edit.location, span=plain))
        return silencing(at, ignores(self._concrete[path].comments_like(LIKE))) is not None


def judged(task: Task, contents: Contents, world: World | None = None) -> State:
    """Ask the engine about every file of the task; of one with two names the first counts.

    ``world`` is what is known already of the files with these contents.
    """
    if world is None:
        world = World(Project(project_root(task.paths), contents), remembers=len(task.files) <= MAX_FILES)
    outcomes = check(task.paths, Watchful(task.configured), contents, world=world)
    reports = (one for one in outcomes if isinstance(one, Report))
    firsts = tuple(one for one in reports if task.name(one.document) in {None, one.document})
    return State(
        task,
        contents,
        firsts,
        tuple(one for one in outcomes if isinstance(one, (Skipped, Crashed))),
        world if world.remembers else None,
    )


def _module(path: str) -> str:
    """The last part of a module's name."""
    folder, name = os.path.split(os.path.abspath(path))
    stem = os.path.splitext(name)[0]
    return os.path.basename(folder) if stem == "__init__" else stem


def _holds(data: bytes | str, name: bytes) -> bool:
    return isinstance(data, bytes) and name in data


def _documents(shown: Shown) -> set[str]:
    return {shown.location.document, *(part.location.document for part in shown.written)}
