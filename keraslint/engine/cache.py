"""What files led to in earlier runs enters from a file of JSON; what still holds leaves.

An entry holds while the content of its document, of every file that it was judged by, and the answers to
every look for a file are the same; the settings and the program itself are part of its key and of the file.
A cache that cannot be read or written costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import keraslint
from keraslint.engine.examining import Examined
from keraslint.engine.placing import moved
from keraslint.engine.storing import UnfitError, decode, encode
from keraslint.findings import Finding, Span, Undecided
from keraslint.inference.needs import NOTHING
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
        name = hashlib.blake2b(os.path.abspath(root).encode(errors="surrogatepass"), digest_size=16)
        self._file = os.path.join(directory, f"{name.hexdigest()}.json")
        self._directory = directory
        self._entries: dict[str, Any] = {}
        self._concrete: dict[str, Any] = {}
        self._strings: list[str] = []
        self._numbers: dict[str, int] = {}
        self._used: set[str] = set()
        self._stamp = _stamp()
        self._changed = False
        self._load()

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
        return _renamed(one, project.named)

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

    def _load(self) -> None:
        """Take over what an earlier run wrote, if it is whole and this very program wrote it."""
        try:
            with open(self._file, "rb") as file:
                stamp, check, text = file.read().split(b"\n", 2)
            if stamp.decode() != self._stamp or check.decode() != hashlib.blake2b(text).hexdigest():
                return
            content = json.loads(text)
            entries, concrete, strings = content
        except (OSError, TypeError, ValueError, RecursionError):
            return
        if isinstance(entries, dict) and isinstance(concrete, dict) and isinstance(strings, list):
            self._entries, self._concrete = entries, concrete
            self._strings = [str(one) for one in strings]
            self._numbers = {text: number for number, text in enumerate(self._strings)}

    def save(self) -> None:
        """Write what is new, as a whole or not at all; nothing is said where that is impossible."""
        if not self._changed:
            return
        if len(self._entries) > MAX_ENTRIES:
            self._entries = {key: self._entries[key] for key in self._used}
        text = json.dumps([self._entries, self._concrete, self._strings], separators=(",", ":")).encode()
        check = hashlib.blake2b(text).hexdigest()
        with contextlib.suppress(OSError):
            os.makedirs(self._directory, mode=0o700, exist_ok=True)
            self._write(b"\n".join((self._stamp.encode(), check.encode(), text)))

    def _write(self, data: bytes) -> None:
        handle, name = tempfile.mkstemp(dir=self._directory, suffix=".new")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(name, self._file)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise


def cache_directory() -> str:
    """Where caches lie by the convention of the platform, unless ``KERASLINT_CACHE_DIR`` says where."""
    if named := os.environ.get("KERASLINT_CACHE_DIR"):
        return named
    if sys.platform == "win32":
        return os.path.join(os.environ.get("LOCALAPPDATA", os.path.expanduser("~")), "keraslint", "Cache")
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches/keraslint")
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "keraslint")


def _stamp() -> str:
    """The program that wrote a cache: its version, its Python and its files as they were installed."""
    home = os.path.dirname(keraslint.__file__)
    files = [
        (entry.path, entry.stat().st_mtime_ns, entry.stat().st_size)
        for folder in (home, *(one.path for one in os.scandir(home) if one.is_dir()))
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name)
        if entry.name.endswith(".py")
    ]
    return f"keraslint {keraslint.__version__} {sys.version_info[:3]} {_digest(repr(files))}"


def _key(path: str, settings: Settings, project: Project) -> str:
    called = sorted(project.called.get(path, ()))
    what = (
        os.path.abspath(path),
        called,
        settings.select,
        settings.ignore,
        settings.versions,
        settings.since,
    )
    return _digest(repr(what))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def _renamed(one: Examined, name: Callable[[str], str]) -> Examined:
    """The same with other names for its documents."""

    def move(location: Location) -> Location:
        return replace(location, document=name(location.document))

    return replace(
        one,
        findings=tuple(moved(finding, move) for finding in one.findings),
        undecided=tuple(replace(each, location=move(each.location)) for each in one.undecided),
        needs=NOTHING,
    )
