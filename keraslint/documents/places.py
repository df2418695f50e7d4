"""Paths enter; the directory in which their project begins, and whether a module is at a place, leave."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg")


def project_root(paths: Sequence[str]) -> str:
    """The directory in which imports are looked for: the nearest above all paths that looks like a project's.

    Where none does, it is the one that holds them all.
    """
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in map(os.path.abspath, paths)]
    common = os.path.commonpath(folders) if folders else os.getcwd()
    above = common
    while True:
        if any(os.path.exists(os.path.join(above, mark)) for mark in MARKS):
            return above
        if os.path.dirname(above) == above:
            return common
        above = os.path.dirname(above)


def is_module(path: str) -> bool:
    """Whether there is a module at a path, or a package.

    A directory without ``__init__.py`` counts as a package when it holds modules itself.
    """
    if path.endswith(".py"):
        return os.path.isfile(path)
    try:
        return os.path.isdir(path) and any(name.endswith(".py") for name in os.listdir(path))
    except OSError:
        return False


def digest(data: bytes) -> str:
    """What tells one content from another."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()
