"""What files led to in earlier runs enters from a file of JSON; what still holds leaves.

An entry holds while the content of its document, of every file that it was judged by, and the answers to
every look for a file are the same; the settings and the program itself are part of its key and of the file.
A cache that cannot be read or written costs time and nothing else.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from keraslint.documents.places import digest
from keraslint.engine.examining import Examined
from keraslint.engine.placing import moved
from keraslint.engine.storing import UnfitError, decode, encode
from keraslint.engine.writing import read, write
from keraslint.findings import Finding, Span, Undecided
from keraslint.inference.needs import Needs
from keraslint.syntax.concrete import Comment

if TYPE_CHECKING:
    from collections.abc import Callable

    from keraslint.engine.settings import Settings
    from keraslint.findings import Location
    from keraslint.inference import Project

MAX_ENTRIES = 20_000
"""Documents that are remembered; beyond, only those of the last run are."""


class Cache:
    """The entries of one project. Mutable: it is read when it is first asked and written at the end."""

    def __init__(self, directory: str, root: str) -> None:
        """Nothing is read yet."""
        self._file = os.path.join(directory, f"{_digest(os.path.abspath(root))}.json")
        self._entries: dict[str, Any] = {}
        self._concrete: dict[str, Any] = {}
        self._strings: list[str] = []
        self._used: set[str] = set()
        self._changed = False
        match read(self._file):
            case [dict(entries), dict(concrete), list(strings)]:
                self._entries, self._concrete, self._strings = entries, concrete, list(map(str, strings))
        self._numbers = {text: number for number, text in enumerate(self._strings)}

    def find(self, path: str, content: str, settings: Settings, project: Project) -> Examined | None:
        """What is known of a document with this content."""
        key = _key(path, settings, project)
        entry = self._entries.get(key)
        try:
            if entry is None or entry[0] != content or not self._holds(entry, project):
                return None
            one = Examined(
                content,
                tuple(decode(Finding, row) for row in entry[1]),
                tuple(decode(Undecided, row) for row in entry[2]),
                trainers=None if entry[3] is None else tuple(decode(str, name) for name in entry[3]),
            )
        except (UnfitError, IndexError, KeyError, TypeError, ValueError):
            return None
        self._used.add(key)
        files = frozenset(project.named(self._strings[file]) for file, _ in entry[4])
        places = frozenset(self._strings[place] for place, _ in entry[5])
        return replace(_renamed(one, project.named), needs=Needs(files, places, entry[6] is not None))

    def keep(self, path: str, one: Examined, settings: Settings, project: Project) -> None:
        """Remember what a document led to; where something crashed there is nothing to remember."""
        if one.crashes:
            return
        key = _key(path, settings, project)
        plain = _renamed(one, os.path.abspath)
        files = sorted(file for file in one.needs.files if file.endswith(".py") and file != path)
        self._entries[key] = [
            one.digest,
            [encode(finding) for finding in plain.findings],
            [encode(undecided) for undecided in plain.undecided],
            None if one.trainers is None else list(one.trainers),
            [[self._number(os.path.abspath(file)), project.digest(file)] for file in files],
            [[self._number(place), project.is_there(place)] for place in sorted(one.needs.places)],
            project.digest_of_all() if one.needs.everything else None,
        ]
        self._used.add(key)
        self._changed = True

    def _holds(self, entry: list[Any], project: Project) -> bool:
        """Whether all that a document was judged by is as it was."""
        strings = self._strings
        return (
            all(project.is_there(strings[place]) is there for place, there in entry[5])
            and all(project.digest(project.named(strings[file])) == content for file, content in entry[4])
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
            self._changed = True

    def _known(self, source: str) -> tuple[set[Span], tuple[Comment, ...] | None]:
        try:
            spans, comments = self._concrete[_digest(source)]
            return {decode(Span, row) for row in spans}, tuple(decode(Comment, row) for row in comments)
        except (KeyError, TypeError, ValueError):
            return set(), None

    def _number(self, text: str) -> int:
        if text not in self._numbers:
            self._numbers[text] = len(self._strings)
            self._strings.append(text)
        return self._numbers[text]

    def save(self) -> None:
        """Write what is new."""
        if not self._changed:
            return
        if len(self._entries) > MAX_ENTRIES:
            self._entries = {key: self._entries[key] for key in self._used}
        write(self._file, [self._entries, self._concrete, self._strings])


def _key(path: str, settings: Settings, project: Project) -> str:
    called = sorted(project.called.get(path, ()))
    return _digest(repr((os.path.abspath(path), called, settings)))


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
