"""Paths enter; the files to read leave, sorted, each once.

Links to directories are not followed, so no walk is endless; what is named is left out only where a policy
enforces its patterns.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.documents.ignore import Exclusion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SUFFIXES = (".py", ".ipynb")

# Directories in which nobody wants findings: other people's code, caches, build products.
EXCLUDED = (
    ".bzr", ".direnv", ".eggs", ".git", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pytest_cache",
    ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", "__pycache__", "__pypackages__", "_build", "build",
    "dist", "node_modules", "site-packages", "venv",
)  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """What is left out: what ``exclude`` names, with ``gitignore`` what git ignores, too; with ``force``
    ``exclude`` goes for files and directories that are named as well.
    """

    exclude: tuple[Exclusion, ...] = (Exclusion(".", EXCLUDED),)
    gitignore: bool = True
    force: bool = False

    def excludes(self, path: str, *, directory: bool = False) -> bool:
        """Whether a path is left out, itself or with a directory that holds it."""
        return any(one.covers(path, directory=directory) for one in self.exclude)


USUAL = Policy()


def discover(paths: Sequence[str], policy: Callable[[str], Policy] = lambda _: USUAL) -> Iterator[str]:
    """Every Python file and notebook under ``paths``: each path's in sorted order, no file twice.

    ``policy`` is asked for each directory. A directory that may not be listed is handed on as it is.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _walk(path, policy) if os.path.isdir(path) else _named(path, policy):
            if (name := os.path.normpath(found)) not in seen:
                seen.add(name)
                yield name


def _named(path: str, policy: Callable[[str], Policy]) -> tuple[str, ...]:
    here = policy(os.path.dirname(path))
    return () if here.force and here.excludes(path) else (path,)


def _walk(top: str, policy: Callable[[str], Policy]) -> Iterator[str]:
    here = policy(top)
    if here.force and here.excludes(top, directory=True):
        return
    pending = [(top, tuple(one.without(top) for one in _ignores_above(top)))]
    while pending:
        directory, ignores = pending.pop()
        here = policy(directory)
        exclude = tuple(one.without(top) for one in here.exclude)
        ignores += _ignores_in(directory)
        listed = _entries(directory)
        if listed is None:
            yield directory  # whoever reads it will say why it cannot be
            continue
        obeyed = ignores if here.gitignore else ()
        entries = [entry for entry in listed if not _left_out(entry, exclude, obeyed)]
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


def _left_out(
    entry: os.DirEntry[str], exclude: tuple[Exclusion, ...], ignores: tuple[Exclusion, ...]
) -> bool:
    directory = entry.is_dir(follow_symlinks=False)
    if not directory and not entry.name.endswith(SUFFIXES):
        return True
    if any(one.says(entry.path, directory=directory) for one in exclude):
        return True
    for ignore in reversed(ignores):  # the deepest file decides
        if (says := ignore.says(entry.path, directory=directory)) is not None:
            return says
    return False


def _ignores_in(directory: str, name: str = ".gitignore") -> tuple[Exclusion, ...]:
    try:
        with open(os.path.join(directory, name), encoding="utf-8", errors="replace") as file:
            return (Exclusion(directory, tuple(file.read().splitlines())),)
    except OSError:
        return ()


def _ignores_above(top: str) -> tuple[Exclusion, ...]:
    """What the repository itself ignores, then the .gitignore files from its root down to above ``top``.

    None outside of a repository.
    """
    found: tuple[Exclusion, ...] = ()
    directory = os.path.abspath(top)
    while not os.path.exists(os.path.join(directory, ".git")):
        parent = os.path.dirname(directory)
        if parent == directory:
            return ()
        found = _ignores_in(parent) + found
        directory = parent
    return _ignores_in(directory, os.path.join(".git", "info", "exclude")) + found
