"""The place of caches and JSON for a file of one enter; what this very program wrote there leaves, or None.

A file holds the program that wrote it, a digest of the rest, and the rest. Nothing is said where it cannot be
read or written: a cache saves time and holds nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import sys
import tempfile
import time
from functools import cache
from typing import Any

import keraslint
from keraslint.documents.places import digest

OURS = re.compile(r"[0-9a-f]{32}(?:\.run)?\.json|tmp\w+\.new")
DAY = 24 * 60 * 60
UNUSED = 30 * DAY
"""Seconds after which a file that no run has used is removed."""


def read(file: str) -> Any:  # noqa: ANN401 (any JSON)
    """What a file holds, if it is whole and this program wrote it."""
    try:
        with open(file, "rb") as stream:
            written_by, check, text = stream.read().split(b"\n", 2)
        if written_by.decode() != stamp() or check.decode() != hashlib.blake2b(text).hexdigest():
            return None
        if time.time() - os.stat(file).st_mtime > DAY:
            os.utime(file)
        return json.loads(text)
    except (OSError, ValueError, RecursionError):
        return None


def write(file: str, content: object) -> None:
    """Replace a file as a whole or not at all."""
    text = json.dumps(content, separators=(",", ":")).encode()
    data = b"\n".join((stamp().encode(), hashlib.blake2b(text).hexdigest().encode(), text))
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        _replace(file, data)
        _tidy(os.path.dirname(file))


def _tidy(directory: str) -> None:
    """Remove what no run has used for long: of projects that are gone, of other versions of this program."""
    now = time.time()
    with os.scandir(directory) as entries:
        for entry in entries:
            if OURS.fullmatch(entry.name) and now - entry.stat(follow_symlinks=False).st_mtime > UNUSED:
                os.unlink(entry.path)


def _replace(file: str, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=os.path.dirname(file), suffix=".new")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.replace(name, file)
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


@cache
def stamp() -> str:
    """The program that wrote a cache: its version, its Python and its files as they were installed."""
    home = os.path.dirname(keraslint.__file__)
    files = [
        (entry.path, entry.stat().st_mtime_ns, entry.stat().st_size)
        for folder in (home, *(one.path for one in os.scandir(home) if one.is_dir()))
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name)
        if entry.name.endswith(".py")
    ]
    return f"keraslint {keraslint.__version__} {sys.version_info[:3]} {digest(repr(files).encode())}"
