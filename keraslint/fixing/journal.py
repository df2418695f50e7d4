"""The journal of a write: while it stands no other write to the same files begins, and from it the next run
completes or undoes a write that was killed.

It stands in the folder that holds all the files of the write, under the name ``NAME``, only while the write
goes on. Whoever is about to touch a file looks for journals in the folders above it, up to the root, and so
finds those of every write that has to do with that file. It holds lines of JSON: first the plan, with the
temporary file, the digests and the old bytes of each file; then, once all temporary files are on the disk,
that they are ready. Without the second line nothing was replaced, and the write is undone; with it, the write
is completed, or undone where somebody has changed a file since. The process that writes holds a lock on its
journal, which ends with the process. Journals of other users are not trusted.
"""

from __future__ import annotations

import base64
import json
import os
import re
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keraslint.fixing.contents import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Step = Callable[[str], None]

NAME = ".keraslint-fix.journal"
READY = b'{"ready": true}\n'
FORMAT = 1
PRIVATE = 0o600
OPEN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
FIELDS = {"path", "temporary", "before", "old", "new"}
TEMPORARY = re.compile(r"\.keraslint-[0-9a-f]{16}")
CHUNK = 1 << 20
"""Bytes that are written at once."""


class RefusedError(Exception):
    """A write that does not take place; nothing was written. Each reason is one line."""

    def __init__(self, *reasons: str) -> None:
        """The reasons, one for each file concerned."""
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class UnfinishedError(Exception):
    """A write that was neither completed nor undone; the next run tries again. The message is one line."""


@dataclass(frozen=True)
class Entry:
    """A file of a write: its real path, its temporary file beside it, its bytes before, and both digests."""

    path: str
    temporary: str
    before: bytes
    old: str
    new: str

    @property
    def beside(self) -> str:
        """The path of the temporary file."""
        return os.path.join(os.path.dirname(self.path), self.temporary)


@dataclass(frozen=True)
class Journal:
    """A journal that this process has locked."""

    folder: str
    handle: int

    @property
    def path(self) -> str:
        """Where it stands."""
        return os.path.join(self.folder, NAME)

    def append(self, data: bytes, step: Step) -> None:
        """Write at the end, to the disk."""
        os.lseek(self.handle, 0, os.SEEK_END)
        pour(self.handle, data, step)

    def read(self) -> tuple[list[Entry], bool]:
        """The plan, and whether all temporary files are ready; both as far as they were written."""
        with open(self.handle, "rb", closefd=False) as file:
            file.seek(0)
            plan, _, rest = file.read().partition(b"\n")
        try:
            content = json.loads(plan)
        except ValueError:  # the plan was not written to its end
            return [], False
        except RecursionError as error:
            raise _foreign(self.folder) from error
        return [_entry(one, self.folder) for one in _files(content, self.folder)], rest == READY

    def remove(self) -> None:
        """End it, and with it the lock."""
        if sys.platform == "win32":
            self.leave()
            os.unlink(self.path)
            return
        try:
            os.unlink(self.path)
            flush(self.folder)
        finally:
            self.leave()

    def leave(self) -> None:
        """Give up the lock; what still stands is for the next run."""
        with suppress(OSError):
            os.close(self.handle)


def plan(entries: Sequence[Entry], folder: str) -> bytes:
    """The first line of a journal."""
    files = [
        {
            "path": os.path.relpath(one.path, folder),
            "temporary": one.temporary,
            "before": base64.b64encode(one.before).decode(),
            "old": one.old,
            "new": one.new,
        }
        for one in entries
    ]
    return json.dumps({"keraslint": FORMAT, "files": files}).encode() + b"\n"


def _files(content: Any, folder: str) -> list[Any]:  # noqa: ANN401 (any JSON)
    files = content.get("files") if isinstance(content, dict) and content.get("keraslint") == FORMAT else None
    if not isinstance(files, list):
        raise _foreign(folder)
    return files


def _entry(one: Any, folder: str) -> Entry:  # noqa: ANN401 (any JSON)
    """An entry of a plan; its file lies in the folder of the journal or below it, no link leads elsewhere."""
    if not isinstance(one, dict) or one.keys() != FIELDS or not all(isinstance(v, str) for v in one.values()):
        raise _foreign(folder)
    path = os.path.normpath(os.path.join(folder, one["path"]))
    if os.path.commonpath([path, folder]) != folder or os.path.realpath(path) != path:
        message = f"{os.path.join(folder, NAME)} speaks of files outside of its folder; remove it"
        raise RefusedError(message)
    try:
        before = base64.b64decode(one["before"], validate=True)
    except ValueError as error:
        raise _foreign(folder) from error
    if not TEMPORARY.fullmatch(one["temporary"]):
        raise _foreign(folder)
    return Entry(path, one["temporary"], before, one["old"], one["new"])


def _foreign(folder: str) -> RefusedError:
    return RefusedError(f"{os.path.join(folder, NAME)} is no journal of keraslint; remove it")


def begin(folder: str, entries: Sequence[Entry], step: Step) -> Journal:
    """Make and lock the journal of a new write."""
    path = os.path.join(folder, NAME)
    step("journal")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | OPEN, PRIVATE)
    except FileExistsError as error:
        raise _at_work(folder) from error
    journal = Journal(folder, handle)
    step("journal made")
    if not _lock(handle) or not _is_still(path, handle):
        os.close(handle)
        raise _at_work(folder)
    try:
        journal.append(plan(entries, folder), step)
        flush(folder)
    except BaseException:
        journal.remove()
        raise
    step("planned")
    return journal


def dead(folder: str) -> Journal | None:
    """The journal in a folder that a killed process left there; None where there is none.

    Raises RefusedError where the process is alive.
    """
    path = os.path.join(folder, NAME)
    try:
        handle = os.open(path, os.O_RDWR | OPEN)
    except OSError:
        return None
    if not _lock(handle):
        os.close(handle)
        raise _at_work(folder)
    if not _is_still(path, handle):
        os.close(handle)
        return None
    return Journal(folder, handle)


def journals(paths: Iterable[str]) -> Iterator[str]:
    """The folders at and above these real paths in which a journal stands."""
    seen: set[str] = set()
    for path in paths:
        folder = path
        while folder not in seen:
            seen.add(folder)
            if os.path.lexists(os.path.join(folder, NAME)):
                yield folder
            folder = os.path.dirname(folder)


def is_ours(folder: str) -> bool:
    """Whether the journal in a folder is a file of the user who runs this."""
    try:
        status = os.lstat(os.path.join(folder, NAME))
    except FileNotFoundError:  # it has just ended
        return True
    return stat.S_ISREG(status.st_mode) and (os.name == "nt" or status.st_uid == os.geteuid())


def contents_digest(path: str) -> str | None:
    """The digest of a file; None where there is none that can be read."""
    try:
        with open(path, "rb") as file:
            return digest(file.read())
    except OSError:
        return None


def pour(handle: int, data: bytes, step: Step) -> None:
    """Write all of the data to the disk."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view[:CHUNK]) :]
        step("poured")
    os.fsync(handle)
    step("on disk")


def flush(folder: str) -> None:
    """Write the entries of a folder to the disk."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _at_work(folder: str) -> RefusedError:
    return RefusedError(f"another keraslint is writing fixes to files below {folder}; try again")


def _is_still(path: str, handle: int) -> bool:
    """Whether the open file is the one that stands at the path: another process may have ended it."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(handle))
    except OSError:
        return False


def _lock(handle: int) -> bool:
    """Whether this process now holds the lock, which ends with it."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 (of one platform)

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 (of the others)

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
