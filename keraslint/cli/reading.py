"""Paths and options of a command enter; what the engine makes of the files, or of standard input, leaves."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keraslint.config import Options
    from keraslint.engine import Settings

T = TypeVar("T")

STDIN = "-"
SEVERAL: dict[str, Any] = {"multiple": True, "metavar": "RULE,..."}
VERSIONS = "Judge for 3.15, for 3.5,3.15 or for >=3.4 (the newest known)."


def read(
    paths: Sequence[str],
    stdin_filename: str | None,
    options: Options,
    *,
    source: Callable[[str, bytes, Settings], list[T]],
    files: Callable[[Sequence[str], Settings], list[T]],
) -> list[T]:
    """What the engine makes of standard input or of files; bad arguments end in one line."""
    from keraslint.config import BadConfigError, settings
    from keraslint.engine import BadSelectorError
    from keraslint.engine.targets import BadVersionError

    from_stdin = tuple(paths) == (STDIN,)
    name = stdin_filename or "<stdin>"
    try:
        if from_stdin:
            return source(name, sys.stdin.buffer.read(), settings([stdin_filename or "."], options))
        for path in paths:
            _verify_path(path)
        return files(paths, settings(paths, options))
    except (BadConfigError, BadSelectorError, BadVersionError) as error:
        raise click.UsageError(str(error)) from error


def _verify_path(path: str) -> None:
    if path == STDIN:
        message = "- must be the only path"
        raise click.UsageError(message)
    if not os.path.exists(path):
        message = f"{path}: no such file or directory"
        raise click.UsageError(message)


def split(values: Sequence[str]) -> tuple[str, ...]:
    """The parts of values that may hold commas."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())
