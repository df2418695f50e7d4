"""What files led to in earlier runs enters as JSON; what still holds leaves.

An entry holds while the content of its document, of every file that it was judged by, and the answers to
every look for a file are the same; the settings and the program itself are part of its key and of the file.
A cache that cannot be read or written costs time and nothing else.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from keraslint.documents.places import digest
from keraslint.engine.examining import Examined
from keraslint.engine.placing import moved
from keraslint.engine.run import Screened
from keraslint.engine.storing import UnfitError, decode, encode
from keraslint.findings import Finding, Span, Undecided
from keraslint.inference.needs import Needs
from keraslint.syntax.concrete import Comment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keraslint.engine.settings import Settings
    from keraslint.findings import Location
    from keraslint.inference import Project

MAX_ENTRIES = 20_000
"""Documents that are remembered; beyond, only those of the last run are."""


WORTH_READING, COMMENTED = 1, 2

_Layer: TypeAlias = "tuple[dict[str, Any], dict[str, Any], list[str], dict[str, Any]]"
"""What documents led to, what libcst said of sources, the strings that entries number, and what bytes say."""


class Cache:
    """The entries of one project, and ``others`` beside them that are only read. Mutable.

    With a ``base`` files go by their names from there, and the entries mean the same on another machine.
    """

    def __init__(self, content: Any = None, others: Sequence[Any] = (), base: str | None = None) -> None:  # noqa: ANN401 (any JSON)
        """Start from what ``content`` returned in an earlier run."""
        own = _layer(content)
        self._layers = [own, *map(_layer, others)]
        self._entries, self._concrete, self._strings, self._screened = own
        self._met: dict[str, int] = {}
        self._numbers = {text: number for number, text in enumerate(self._strings)}
        self._base = base
        self._used: set[str] = set()
        self.is_changed = False

    def find(self, path: str, content: str, settings: Settings, project: Project) -> Examined | None:
        """What is known of a document with this content."""
        key = self._key(path, settings, project)
        for entries, _, strings, _ in self._layers:
            found = self._found(entries.get(key), strings, content, project)
            if found is not None:
                self._used.add(key)
                return found
        return None

    def _found(self, entry: Any, strings: list[str], content: str, project: Project) -> Examined | None:  # noqa: ANN401 (any JSON)
        try:
            if entry is None or entry[0] != content or not self._holds(entry, strings, project):
                return None
            one = Examined(
                content,
                tuple(decode(Finding, row) for row in entry[1]),
                tuple(decode(Undecided, row) for row in entry[2]),
                trainers=None if entry[3] is None else tuple(decode(str, name) for name in entry[3]),
            )
        except (UnfitError, IndexError, KeyError, TypeError, ValueError):
            return None
        files = frozenset(project.named(self._path(strings[file])) for file, _ in entry[4])
        places = frozenset(self._path(strings[place]) for place, _ in entry[5])
        needs = Needs(files, places, entry[6] is not None)
        return replace(_renamed(one, lambda name: project.named(self._path(name))), needs=needs)

    def screened(self, content: str) -> Screened | None:
        """What is known of the bytes of a file with this content."""
        found = next((screened[content] for *_, screened in self._layers if content in screened), None)
        if not isinstance(found, int):
            return None
        self._met[content] = found
        return Screened(bool(found & WORTH_READING), bool(found & COMMENTED))

    def screen(self, content: str, screened: Screened) -> None:
        """Remember what the bytes of a file say; only those of the last run are kept."""
        self._met[content] = WORTH_READING * screened.worth_reading + COMMENTED * screened.commented
        self.is_changed = True

    def keep(self, path: str, one: Examined, settings: Settings, project: Project) -> None:
        """Remember what a document led to; where something crashed there is nothing to remember."""
        if one.crashes:
            return
        key = self._key(path, settings, project)
        plain = _renamed(one, self._name)
        files = sorted(file for file in one.needs.files if file.endswith(".py") and file != path)
        self._entries[key] = [
            one.digest,
            [encode(finding) for finding in plain.findings],
            [encode(undecided) for undecided in plain.undecided],
            None if one.trainers is None else list(one.trainers),
            [[self._number(self._name(file)), project.digest(file)] for file in files],
            [
                [self._number(self._name(place)), project.is_there(place)]
                for place in sorted(one.needs.places)
            ],
            project.digest_of_all() if one.needs.everything else None,
        ]
        self._used.add(key)
        self.is_changed = True

    def _holds(self, entry: list[Any], strings: list[str], project: Project) -> bool:
        """Whether all that a document was judged by is as it was."""
        return (
            all(project.is_there(self._path(strings[place])) is there for place, there in entry[5])
            and all(
                project.digest(project.named(self._path(strings[file]))) == content
                for file, content in entry[4]
            )
            and (entry[6] is None or entry[6] == project.digest_of_all())
        )

    def confirmed(self, source: str) -> set[Span]:
        """The spans of a source that libcst confirmed."""
        return self._known(source)[0]

    def comments(self, source: str) -> tuple[Comment, ...] | None:
        """The comments of a source that may silence something, if they are known."""
        return self._known(source)[1]

    def confirm(self, source: str, spans: set[Span], comments: tuple[Comment, ...]) -> None:
        """Remember what libcst said of a source."""
        known = [[encode(one) for one in sorted(spans)], [encode(one) for one in comments]]
        if self._concrete.get(_digest(source)) != known:
            self._concrete[_digest(source)] = known
            self.is_changed = True

    def _known(self, source: str) -> tuple[set[Span], tuple[Comment, ...] | None]:
        key = _digest(source)
        try:
            spans, comments = next(concrete[key] for _, concrete, *_ in self._layers if key in concrete)
            return {decode(Span, row) for row in spans}, tuple(decode(Comment, row) for row in comments)
        except (StopIteration, TypeError, ValueError):
            return set(), None

    def _number(self, text: str) -> int:
        if text not in self._numbers:
            self._numbers[text] = len(self._strings)
            self._strings.append(text)
        return self._numbers[text]

    def content(self) -> Any:  # noqa: ANN401 (any JSON)
        """All that is to be kept."""
        if len(self._entries) > MAX_ENTRIES:
            self._entries = {key: one for key, one in self._entries.items() if key in self._used}
        return [self._entries, self._concrete, self._strings, self._met]

    def _key(self, path: str, settings: Settings, project: Project) -> str:
        called = sorted(project.called.get(path, ()))
        judging = replace(settings, root=self._name(settings.root), excluded=(), baseline=None)
        return _digest(repr((self._name(path), called, judging)))

    def _name(self, path: str) -> str:
        """The name under which a file is kept."""
        return os.path.abspath(path) if self._base is None else os.path.relpath(path, self._base)

    def _path(self, name: str) -> str:
        """The absolute path of a file that is kept under a name."""
        return name if self._base is None else os.path.normpath(os.path.join(self._base, name))


def _layer(content: Any) -> _Layer:  # noqa: ANN401 (any JSON)
    match content:
        case [dict(entries), dict(concrete), list(strings), dict(screened)]:
            return entries, concrete, list(map(str, strings)), screened
        case _:
            return {}, {}, [], {}


def _digest(text: str) -> str:
    return digest(text.encode(errors="surrogatepass"))


def _renamed(one: Examined, name: Callable[[str], str]) -> Examined:
    """The same with other names for its documents."""

    def move(location: Location) -> Location:
        return replace(location, document=name(location.document))

    return replace(
        one,
        findings=tuple(moved(finding, move) for finding in one.findings),
        undecided=tuple(replace(each, location=move(each.location)) for each in one.undecided),
    )
