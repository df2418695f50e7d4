"""What goes to stderr, and whether stdout may be coloured."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

import click

from keraslint.reporters.drawing import SIGNS
from keraslint.reporters.terminal import Paint, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.findings import Crashed, Skipped, Stale


def complain(message: str) -> None:
    """One line on stderr, whatever is in the message."""
    click.echo(f"keraslint: {escape(' '.join(message.split()))}", err=True)


def complain_of(others: Sequence[Skipped | Crashed], *, verbose: bool) -> None:
    """Say which files were not judged, and which parts of keraslint crashed."""
    for one in others:
        if hasattr(one, "reason"):
            complain(f"{one.document}: not judged: {one.reason}")
            continue
        last = one.traceback.strip().splitlines()[-1]
        complain(f"{one.document}: {one.rule} crashed, a defect of keraslint (--verbose shows where): {last}")
        if verbose:
            click.echo(one.traceback, err=True)


def complain_of_stale(stale: Sequence[Stale]) -> None:
    """Say which entries of baselines nothing was found for."""
    for one in stale:
        complain(f"{one.document}: {one.code} is found in {one.path} no more; `keraslint baseline` renews it")


def paint(stream: TextIO, color: str = "auto") -> Paint:
    """Colours where they are asked for: by --color, else by NO_COLOR or FORCE_COLOR, else by a terminal.

    A terminal that calls itself dumb has none.
    """
    return Paint(on=_is_coloured(stream, color), lines=_can_draw(stream))


def _is_coloured(stream: TextIO, color: str) -> bool:
    if color != "auto" or os.environ.get("NO_COLOR"):
        return color == "always"
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def _can_draw(stream: TextIO) -> bool:
    try:
        SIGNS.encode(stream.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True
