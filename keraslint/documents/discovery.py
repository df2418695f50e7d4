"""Paths enter; the files to read leave, sorted, each once.

Links to directories are not followed, so no walk is endless; a file that is named is never left out.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keraslint.documents.ignore import Exclusion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SUFFIXES = (".py", ".ipynb")

# Directories in which nobody wants findings: other people's code, caches, build products.
EXCLUDED = (
    ".bzr", ".direnv", ".eggs", ".git", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pytest_cache",
    ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", "__pycache__", "__pypackages__", "_build", "build",
    "dist", "node_modules", "site-packages", "venv",
)  # fmt: skip

USUAL = Exclusion(".", EXCLUDED)


def discover(
    paths: Sequence[str],
    exclude: Exclusion = USUAL,
    *,
    gitignore: bool = True,
) -> Iterator[str]:
    """Every Python file and notebook under ``paths``: each path's in sorted order, no file twice.

    A directory that may not be listed is handed on as it is.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _walk(path, exclude, gitignore=gitignore) if os.path.isdir(path) else (path,):
            if (name := os.path.normpath(found)) not in seen:
                seen.add(name)
                yield name


def _walk(top: str, exclude: Exclusion, *, gitignore: bool) -> Iterator[str]:
    exclude = exclude.without(top)
    pending = [(top, tuple(one.without(top) for one in _ignores_above(top)) if gitignore else ())]
    while pending:
        directory, ignores = pending.pop()
        if gitignore:
            ignores += _ignores_in(directory)
        listed = _entries(directory)
        if listed is None:
            yield directory  # whoever reads it will say why it cannot be
            continue
        entries = [entry for entry in listed if not _left_out(entry, exclude, ignores)]
        yield from (entry.path for entry in entries if _is_source(entry))
        below = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        pending += [(path, ignores) for path in reversed(below)]


def _entries(directory: str) -> list[os.DirEntry[str]] | None:
    try:
        with os.scandir(directory) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return None


def _is_source(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.name.endswith(SUFFIXES) and entry.is_file()
    except OSError:  # a link that leads back to itself
        return False


def _left_out(entry: os.DirEntry[str], exclude: Exclusion, ignores: tuple[Exclusion, ...]) -> bool:
    directory = entry.is_dir(follow_symlinks=False)
    if not directory and not entry.name.endswith(SUFFIXES):
        return True
    if exclude.says(entry.path, directory=directory):
        return True
    for ignore in reversed(ignores):  # the deepest file decides
        if (says := ignore.says(entry.path, directory=directory)) is not None:
            return says
    return False


def _ignores_in(directory: str) -> tuple[Exclusion, ...]:
    try:
        with open(os.path.join(directory, ".gitignore"), encoding="utf-8", errors="replace") as file:
            return (Exclusion(directory, tuple(file.read().splitlines())),)
    except OSError:
        return ()


def _ignores_above(top: str) -> tuple[Exclusion, ...]:
    """The .gitignore files from the repository's root down to above ``top``; none outside of a repository."""
    found: tuple[Exclusion, ...] = ()
    directory = os.path.abspath(top)
    while not os.path.exists(os.path.join(directory, ".git")):
        parent = os.path.dirname(directory)
        if parent == directory:
            return ()
        found = _ignores_in(parent) + found
        directory = parent
    return found
