"""A project: where its modules lie, and their parsed documents, each read at most once while it is kept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keraslint.documents import Document, decode_module, read_bytes
from keraslint.documents.places import digest, is_module
from keraslint.inference import symbols
from keraslint.inference.holdings import Holdings
from keraslint.inference.needs import Ledger
from keraslint.syntax.scout import Parsed, parse_document

if TYPE_CHECKING:
    from keraslint.documents import Failure, Reader
    from keraslint.inference.values import Origin

MAX_KEPT = 16
"""Parsed modules that are kept in memory: most are wanted again soon or never, and one takes a megabyte."""

MAX_BYTES = 2_000_000
"""A larger file is not read for what it exports."""


class Project:
    """The modules below ``root``. Mutable: it remembers what it read.

    ``digests`` are those of the contents that were read; ``trainers`` has the functions of each document that
    train something they are given, once it was interpreted; ``called`` those of other documents that one
    mentions; ``attributes`` has what the classes read, by where they stand.
    """

    def __init__(self, root: str = ".", read: Reader = read_bytes) -> None:
        """Nothing is read yet."""
        self.root = os.path.abspath(root)
        self._read_bytes = read
        self.holdings = Holdings()
        self.ledger = Ledger()
        self.trainers: dict[str, frozenset[str]] = {}
        self.called: dict[str, frozenset[str]] = {}
        self.attributes: dict[Origin, frozenset[str] | None] = {}
        self.digests: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._paths: list[str] = []
        self._numbers: dict[str, int] = {}
        self._kept: dict[str, Parsed | None] = {}
        self._judged: Parsed | None = None
        self._files: dict[str, bool] = {}
        self._flaws: dict[str, str] = {}

    def register(self, path: str) -> None:
        """Let a file go by the name under which it was asked for."""
        self._names[os.path.abspath(path)] = path

    def registered(self) -> tuple[str, ...]:
        """The files that were asked for; whoever asks depends on all of them."""
        self.ledger.now.everything = True
        return self.names

    def mentioning(self, name: str) -> list[str]:
        """Those in which a name may occur, by their bytes: a large project is not parsed to look for it."""
        word = name.encode()
        each = ((path, self._read_bytes(path)) for path in self.registered())
        return [
            path for path, data in each if isinstance(data, bytes) and (word in data or not name.isascii())
        ]

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which files were asked for."""
        return tuple(self._names.values())

    def named(self, path: str) -> str:
        """The name under which a file was asked for, its absolute path where it was not."""
        return self._names.get(path, path)

    def digest(self, path: str) -> str:
        """The digest of a file's content, as it was when it was first read; none where it cannot be."""
        if path not in self.digests:
            data = self._read_bytes(path)
            self.digests[path] = "" if isinstance(data, str) else digest(data)
        return self.digests[path]

    def digest_of_all(self) -> str:
        """A digest of the files that were asked for and of their contents."""
        each = ((os.path.abspath(path), self.digest(path)) for path in self._names.values())
        return digest(repr(sorted(each)).encode(errors="surrogatepass"))

    def number(self, path: str) -> int:
        """The number of a document of the project."""
        if path not in self._numbers:
            self._numbers[path] = len(self._paths)
            self._paths.append(path)
        return self._numbers[path]

    def path(self, number: int) -> str:
        """The path of a document by its number."""
        return self._paths[number]

    def shown(self, path: str) -> str:
        """A module's path as messages name it."""
        return os.path.relpath(os.path.abspath(path), self.root).replace(os.sep, "/")

    def add(self, parsed: Parsed) -> int:
        """Take in a document that was parsed already, and keep it until the next; its number."""
        self._judged = parsed
        self._keep(parsed.document.path, parsed)
        return self.number(parsed.document.path)

    def load(self, path: str) -> Parsed | None:
        """The parsed module at ``path``; a package is its ``__init__.py``, empty where it has none."""
        self.ledger.now.files.add(path)
        if self._judged is not None and path == self._judged.document.path:
            return self._judged
        if path not in self._kept:
            self._keep(path, self._read(path))
        return self._kept[path]

    def document(self, number: int) -> Document | None:
        """A document by its number."""
        parsed = self.load(self.path(number))
        return None if parsed is None else parsed.document

    def locate(self, importer: str, module: str, level: int) -> str | None:
        """The file or package directory that ``importer`` names ``module``, looked for as Python would.

        An absolute import is looked for beside the importer and above it up to the root, and in ``src``.
        """
        folder = os.path.dirname(os.path.abspath(importer))
        parts = [part for part in module.split(".") if part]
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            return self._module(folder, parts) if self._inside(folder) else None
        if (
            not parts
            or parts[0] in symbols.HARMLESS
            or symbols.canonical(module).partition(".")[0] == "keras"
        ):
            return None
        return next((found for base in self._bases(folder) if (found := self._module(base, parts))), None)

    def submodule(self, path: str, name: str) -> str | None:
        """The module ``name`` inside the package at ``path``."""
        if os.path.basename(path) == "__init__.py":
            path = os.path.dirname(path)
        return self._module(os.path.abspath(path), [name])

    def _bases(self, folder: str) -> list[str]:
        bases = [folder]
        while self._inside(folder) and folder != self.root:
            folder = os.path.dirname(folder)
            bases.append(folder)
        return [*bases, os.path.join(self.root, "src")]

    def _inside(self, folder: str) -> bool:
        return folder == self.root or folder.startswith(self.root.rstrip(os.sep) + os.sep)

    def _module(self, base: str, parts: list[str]) -> str | None:
        target = os.path.join(base, *parts)
        files = [os.path.join(target, "__init__.py"), *([target + ".py"] if parts else [])]
        for candidate in files:
            if self.is_there(candidate):
                return self._names.get(candidate, candidate)
        return target if self.is_there(target) else None

    def is_there(self, path: str) -> bool:
        """Whether there is a module or a package at a path."""
        self.ledger.now.places.add(path)
        if path not in self._files:
            self._files[path] = is_module(path)
        return self._files[path]

    def _read(self, path: str) -> Parsed | None:
        data = self._read_bytes(path) if path.endswith(".py") else b""
        if path.endswith(".py"):
            self.digests.setdefault(path, "" if isinstance(data, str) else digest(data))
        if isinstance(data, str) or len(data) > MAX_BYTES:
            return None
        parsed = _parsed(decode_module(path, data))
        if isinstance(parsed, Parsed):
            return parsed
        self._flaws[path] = f"line {parsed.line}: {parsed.reason}"
        return None

    def flaw(self, path: str) -> str:
        """Why a module that was asked for could not be parsed; empty where it could."""
        return self._flaws.get(path, "")

    def _keep(self, path: str, parsed: Parsed | None) -> None:
        if len(self._kept) >= MAX_KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[path] = parsed


def _parsed(document: Document | Failure) -> Parsed | Failure:
    return parse_document(document) if isinstance(document, Document) else document
