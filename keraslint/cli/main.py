"""The entry point: every misuse is one line on stderr and exit status 2, never a traceback."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import traceback
from contextlib import suppress

import click

from keraslint.cli.commands import keraslint
from keraslint.cli.printing import complain

INTERRUPTED = 130

COLLECTION = 500_000, 10, 10
"""Allocations before Python looks for garbage in cycles: syntax trees have none, and looking took a third."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command line; return 0 where it is clean, 1 for findings, 2 for misuse or our own defect."""
    _ready_streams()
    gc.set_threshold(*COLLECTION)
    atexit.register(gc.freeze)  # what is left at the end is not looked through once more
    try:
        os.getcwd()
        status = keraslint.main(arguments, prog_name="keraslint", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        complain(error.format_message())
        return 2
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except OSError as error:
        return _failed(error)
    except Exception as error:  # noqa: BLE001 (a defect of ours is one line, too)
        return _crashed(error, arguments)
    return int(status or 0)


def _ready_streams() -> None:
    """Write what a stream cannot show as an escape; what is closed takes everything and shows nothing."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (until the end)
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _failed(error: OSError) -> int:
    """Say what the system refused: a disk is full, the working directory is gone."""
    if not _has_working_directory():
        complain("the working directory does not exist any more")
        return 2
    where = f"{error.filename}: " if error.filename else ""
    complain(f"{where}{(error.strerror or str(error)).lower()}")
    with suppress(OSError):
        sys.stdout.close()  # what is left in it must not fail once more
    return 2


def _has_working_directory() -> bool:
    try:
        os.getcwd()
    except OSError:
        return False
    return True


def _crashed(error: Exception, arguments: list[str] | None) -> int:
    verbose = "--verbose" in (sys.argv if arguments is None else arguments)
    complain(f"a defect of keraslint (--verbose shows where): {type(error).__name__}: {error}")
    if verbose:
        click.echo("".join(traceback.format_exception(error)), err=True)
    return 2
