"""Paths and options of a command enter; what the engine makes of the files, or of standard input, leaves."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from keraslint.config import Nearest, Options
    from keraslint.engine import Configured

T = TypeVar("T")

STDIN = "-"
SEVERAL: dict[str, Any] = {"multiple": True, "metavar": "RULE,..."}
VERSIONS = "Judge for 3.15, 3.5,3.15, >=3.4, or auto: what the project asks for (the newest known)."


def configured(paths: Sequence[str], stdin_filename: str | None, options: Options) -> Nearest:
    """The settings of every file under the paths; bad arguments end in one line."""
    from keraslint.config import settings

    from_stdin = tuple(paths) == (STDIN,)
    for path in () if from_stdin else paths:
        _verify_path(path)
    with one_line():
        return settings([stdin_filename or "."] if from_stdin else paths, options)


def read(
    paths: Sequence[str],
    stdin_filename: str | None,
    settings: Configured,
    *,
    source: Callable[[str, bytes, Configured], list[T]],
    files: Callable[[Sequence[str], Configured], list[T]],
) -> list[T]:
    """What the engine makes of standard input or of files."""
    with one_line():
        if tuple(paths) == (STDIN,):
            return source(stdin_filename or "<stdin>", sys.stdin.buffer.read(), settings)
        return files(paths, settings)


@contextmanager
def one_line() -> Iterator[None]:
    """Turn what a user can get wrong into one line of complaint; configurations are read along the way."""
    from keraslint.config import BadConfigError
    from keraslint.engine import BadSelectorError
    from keraslint.engine.baseline import BadBaselineError
    from keraslint.engine.sharding import BadShardError
    from keraslint.engine.targets import BadVersionError

    try:
        yield
    except (BadBaselineError, BadConfigError, BadSelectorError, BadShardError, BadVersionError) as error:
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
