"""Files as they would be: contents that are not yet written stand before those on the disk.

Every file goes by its real path, so that a link and what it leads to are one.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keraslint.documents import read_bytes
from keraslint.fixing.applying import applied
from keraslint.fixing.texts import UnfitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from keraslint.findings import Edit


def digest(data: bytes) -> str:
    """What tells contents apart."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Contents:
    """A reader of files: ``new`` stands before the disk, ``old`` is what it replaces.

    ``seen`` remembers, for all contents of a run, what was first read of each file.
    """

    new: Mapping[str, bytes] = field(default_factory=dict)
    old: Mapping[str, bytes] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    def __call__(self, path: str) -> bytes | str:
        """The bytes of a file, or one line saying why they cannot be had."""
        real = os.path.realpath(path)
        if real in self.new:
            return self.new[real]
        data = read_bytes(path)
        if isinstance(data, bytes):
            self.seen.setdefault(real, digest(data))
        return data

    def is_as_judged(self, path: str, data: bytes) -> bool:
        """Whether a file still holds what was first read of it, to which the places of edits belong."""
        real = os.path.realpath(path)
        return real in self.new or self.seen.setdefault(real, digest(data)) == digest(data)

    def changed(self, path: str, data: bytes, new: bytes) -> Contents:
        """The same with ``new`` in place of ``data``, which was read from this file."""
        real = os.path.realpath(path)
        return Contents({**self.new, real: new}, {real: data, **self.old}, self.seen)


def with_edits(contents: Contents, edits: Iterable[Edit]) -> Contents:
    """The contents with all of these edits made; raises UnfitError where one cannot be."""
    by_path: dict[str, list[Edit]] = defaultdict(list)
    for edit in edits:
        by_path[edit.location.document].append(edit)
    for path, here in by_path.items():
        data = contents(path)
        if isinstance(data, str):
            message = f"{path} cannot be read: {data}"
            raise UnfitError(message)
        if not contents.is_as_judged(path, data):
            message = f"{path} was changed while it was looked at"
            raise UnfitError(message)
        contents = contents.changed(path, data, applied(path, data, here))
    return contents
