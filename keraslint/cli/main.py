"""The entry point: every misuse is one line on stderr and exit status 2, never a traceback."""

from __future__ import annotations

import gc
import sys

import click

from keraslint.cli.commands import keraslint
from keraslint.cli.printing import complain

INTERRUPTED = 130

COLLECTION = 100_000, 20, 50
"""Allocations before Python looks for garbage in cycles: syntax trees have none, and looking took a third."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command line; return 0 where it is clean, 1 for findings, 2 for misuse or our own defect."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    gc.set_threshold(*COLLECTION)
    try:
        status = keraslint.main(arguments, prog_name="keraslint", standalone_mode=False)
    except click.ClickException as error:
        complain(error.format_message())
        return 2
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    return int(status or 0)
