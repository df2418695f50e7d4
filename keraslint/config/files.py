"""A directory or a file enters; the table of its configuration leaves, verified.

In one directory ``.keraslint.toml`` goes before ``keraslint.toml``, and that before a ``pyproject.toml`` with
a ``[tool.keraslint]``: the order that ruff has for its own files.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from keraslint.config.keys import wrong_with

if TYPE_CHECKING:
    from collections.abc import Iterable

PYPROJECT = "pyproject.toml"
OWN = (".keraslint.toml", "keraslint.toml")


class BadConfigError(ValueError):
    """A configuration that cannot be followed; the message is one line."""


def table_in(directory: str) -> dict[str, Any] | None:
    """The configuration that stands in a directory."""
    for name in (*OWN, PYPROJECT):
        path = os.path.join(directory, name)
        if os.path.isfile(path) and (table := _read(path)) is not None:
            return table
    return None


def table_of(path: str) -> dict[str, Any]:
    """The configuration in a file that was asked for."""
    table = _read(path)
    if table is None:
        message = f"{path}: no [tool.keraslint] in it"
        raise BadConfigError(message)
    return table


def names_above(paths: Iterable[str]) -> list[str]:
    """Every file, there or not yet, that may configure one of the paths."""
    directories: dict[str, None] = {}
    for path in paths:
        directory = os.path.abspath(os.path.dirname(path))
        while directory not in directories:
            directories[directory] = None
            directory = os.path.dirname(directory)
    return [os.path.join(directory, name) for directory in directories for name in (*OWN, PYPROJECT)]


def inline(text: str) -> dict[str, Any]:
    """The configuration that an option spells: ``severity = 'error'``."""
    return _verified("--config", _toml("--config", text.encode("utf-8", "surrogatepass")))


def _read(path: str) -> dict[str, Any] | None:
    """The table of one file. A pyproject.toml in which our name does not occur need not even be TOML."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        message = f"{path}: {(error.strerror or str(error)).lower()}"
        raise BadConfigError(message) from error
    if os.path.basename(path) != PYPROJECT:
        return _verified(path, _toml(path, data))
    if b"keraslint" not in data:
        return None
    tool = _toml(path, data).get("tool", {})
    table = tool.get("keraslint") if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        message = f"{path}: tool.keraslint must be a table"
        raise BadConfigError(message)
    return _verified(f"{path}: tool.keraslint", table)


def _toml(path: str, data: bytes) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415 (needed only where there is a table)
    else:
        import tomli as tomllib  # noqa: PLC0415 (as above)
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"{path}: not TOML: {' '.join(str(error).split())}"
        raise BadConfigError(message) from error


def _verified(place: str, table: dict[str, Any]) -> dict[str, Any]:
    if wrong := wrong_with(table):
        message = f"{place}: {wrong}"
        raise BadConfigError(message)
    return table
