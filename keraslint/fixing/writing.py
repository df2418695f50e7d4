"""Changed files enter; all of them are on the disk afterwards, or none is and the reasons leave.

A file is replaced by renaming a temporary file of the same folder over it. The temporary files of all files
are on the disk before the first is renamed; until then nothing has happened, and from then on the journal
leads to the end: whatever kills the process, the next run completes the write or undoes it.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from keraslint.fixing.contents import digest
from keraslint.fixing.journal import (
    OPEN,
    PRIVATE,
    READY,
    Entry,
    Journal,
    RefusedError,
    UnfinishedError,
    begin,
    contents_digest,
    dead,
    flush,
    is_ours,
    journals,
    pour,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keraslint.fixing.journal import Step
    from keraslint.fixing.rounds import Changed

WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def write(files: Sequence[Changed], paths: Sequence[str], step: Step = lambda _: None) -> None:
    """Write files that lie under these paths; ``step`` is called before and after everything that is done.

    Raises RefusedError, where nothing was written.
    """
    reasons = [f"{one.path} {reason}" for one in files if (reason := hindrance(one, paths))]
    if reasons:
        raise RefusedError(*reasons)
    if not files:
        return
    entries = [_entry(one) for one in files]
    new = {one.real: one.new for one in files}
    try:
        folder = os.path.commonpath([os.path.dirname(one.path) for one in entries])
        journal = begin(folder, entries, step)
    except (OSError, ValueError) as error:
        message = f"no journal can be written into the folder that holds all files: {error}"
        raise RefusedError(message) from error
    ready = False
    try:
        _verify_alone(entries, folder)
        for entry in entries:
            _prepare(entry, new[entry.path], step)
        _flush(entries)
        _verify_unchanged(entries)
        step("prepared")
        journal.append(READY, step)
        ready = True
        _complete(entries, step)
    except BaseException as error:
        _take_back(journal, entries, error, ready=ready)
        raise
    with suppress(OSError):  # then the next run finds that nothing is left to do
        journal.remove()
    step("done")


def _take_back(journal: Journal, entries: Sequence[Entry], error: BaseException, *, ready: bool) -> None:
    """Undo a write that failed, and say why it did; what is no failure of the system goes on its way."""
    try:
        _undo(journal, entries, ready=ready)
    except OSError as second:
        journal.leave()
        why = second.strerror or second
        message = f"a fix of files below {journal.folder} failed and was not undone ({why}); run fix again"
        raise UnfinishedError(message) from error
    if isinstance(error, OSError):
        message = f"the files could not be written: {error.strerror or error}"
        raise RefusedError(message) from error


def hindrance(file: Changed, paths: Sequence[str]) -> str:
    """Why a file is not to be replaced; empty where it can be."""
    folder = os.path.dirname(file.real)
    try:
        status = os.stat(file.real)
    except OSError as error:
        return f"is gone: {error.strerror}"
    reasons = (
        (not inside(file.real, paths), f"leads to {file.real}, outside of the paths that were given"),
        (not status.st_mode & WRITABLE or not os.access(file.real, os.W_OK), "is read-only"),
        (not os.access(folder, os.W_OK | os.X_OK), f"cannot be replaced: {folder} is read-only"),
        (status.st_nlink > 1, f"has {status.st_nlink} names (hard links), of which one would be changed"),
        (contents_digest(file.real) != digest(file.old), "was changed since it was read"),
    )
    return next((reason for applies, reason in reasons if applies), "")


def inside(real: str, paths: Iterable[str]) -> bool:
    """Whether a real path was given or lies below one that was; where links to files lead was not given."""
    for path in paths:
        folder, name = os.path.split(os.path.abspath(path))
        root = os.path.realpath(path) if os.path.isdir(path) else os.path.join(os.path.realpath(folder), name)
        if real == root or real.startswith(root.rstrip(os.sep) + os.sep):
            return True
    return False


def recover(paths: Iterable[str]) -> list[str]:
    """Complete or undo the writes that were killed and have to do with these real paths; say what was done.

    Raises RefusedError where a write is still going on.
    """
    said: list[str] = []
    for folder in list(journals(paths)):
        if not is_ours(folder):
            said.append(f"another user's unfinished fix of files below {folder} is left alone")
        elif (journal := dead(folder)) is not None:
            said.append(_settle(journal))
    return said


def _settle(journal: Journal) -> str:
    try:
        entries, ready = journal.read()
    except RefusedError:
        journal.leave()
        raise
    where = f"an interrupted fix of {len(entries)} {'file' if len(entries) == 1 else 'files'}"
    where = f"{where} below {journal.folder}"
    if ready and all(_completable(entry) for entry in entries):
        _complete(entries, lambda _: None)
        journal.remove()
        return f"completed {where}"
    others = _undo(journal, entries, ready=ready)
    changed = f"; changed since then, and left so: {', '.join(others)}" if others else ""
    return f"undid {where}{changed}"


def _entry(file: Changed) -> Entry:
    temporary = f".keraslint-{secrets.token_hex(8)}"
    return Entry(file.real, temporary, file.old, digest(file.old), digest(file.new))


def _verify_alone(entries: Sequence[Entry], folder: str) -> None:
    """Two writes that share a file see each other's journals, whichever was begun first."""
    others = [one for one in journals(entry.path for entry in entries) if one != folder and is_ours(one)]
    if others:
        message = f"another fix of files below {others[0]} is going on or was interrupted; try again"
        raise RefusedError(message)


def _verify_unchanged(entries: Iterable[Entry]) -> None:
    changed = [entry.path for entry in entries if contents_digest(entry.path) != entry.old]
    if changed:
        raise RefusedError(*(f"{path} was changed since it was read" for path in changed))


def _prepare(entry: Entry, data: bytes, step: Step) -> None:
    """Write the temporary file, with the permissions and where possible the owner of the file itself."""
    step("prepare")
    handle = os.open(entry.beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | OPEN, PRIVATE)
    try:
        step("made")
        _dress(entry)
        pour(handle, data, step)
    finally:
        os.close(handle)


def _dress(entry: Entry) -> None:
    status = os.stat(entry.path)
    if sys.platform != "win32":
        with suppress(OSError):
            os.chown(entry.beside, status.st_uid, status.st_gid)
    if sys.platform == "linux":
        with suppress(OSError):
            for name in os.listxattr(entry.path):
                os.setxattr(entry.beside, name, os.getxattr(entry.path, name))
    os.chmod(entry.beside, stat.S_IMODE(status.st_mode))


def _flush(entries: Iterable[Entry]) -> None:
    for folder in {os.path.dirname(entry.path) for entry in entries}:
        flush(folder)


def _completable(entry: Entry) -> bool:
    there = contents_digest(entry.path)
    return there == entry.new or (there == entry.old and contents_digest(entry.beside) == entry.new)


def _complete(entries: Sequence[Entry], step: Step) -> None:
    """Rename the temporary files that are still there."""
    for entry in entries:
        if contents_digest(entry.path) != entry.new:
            _verify_unchanged([entry])
            step("rename")
            os.replace(entry.beside, entry.path)
            step("renamed")
        _discard(entry)
    _flush(entries)
    step("all renamed")


def _undo(journal: Journal, entries: Sequence[Entry], *, ready: bool) -> list[str]:
    """Give the files their old contents, and end the journal; the files that others have changed leave.

    Where this fails the journal stays, and the next run tries again.
    """
    others = []
    for entry in entries:
        there = contents_digest(entry.path)
        if ready and there == entry.new != entry.old:
            _discard(entry)
            _prepare(entry, entry.before, lambda _: None)
            os.replace(entry.beside, entry.path)
        elif ready and there != entry.old:
            others.append(entry.path)
        _discard(entry)
    _flush(entries)
    journal.remove()
    return others


def _discard(entry: Entry) -> None:
    with suppress(FileNotFoundError):
        os.unlink(entry.beside)
