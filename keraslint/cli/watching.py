"""Files enter; whenever one of them changes, what is to be done is done again, until it is interrupted."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Stamps = dict[str, tuple[int, int]]

INTERVAL = 0.4
"""Seconds between two looks; a look costs a stat for each file."""


def watch(files: Callable[[], Iterable[str]], act: Callable[[], int]) -> int:
    """Act now and after each change of one of the files; misuse is said, and the next change awaited."""
    from keraslint.cli.printing import complain

    before: Stamps | None = None
    while True:
        try:
            now = _stamps(files())
            if now != before:
                before = now
                click.clear()
                act()
                click.echo("Watching for changes; Ctrl+C ends.", err=True)
        except click.ClickException as error:
            complain(error.format_message())
        time.sleep(INTERVAL)


def _stamps(files: Iterable[str]) -> Stamps:
    """When each file was written, and its size; one that vanishes meanwhile is gone."""
    stamps: Stamps = {}
    for path in files:
        try:
            status = os.stat(path)
        except OSError:
            continue
        stamps[path] = (status.st_mtime_ns, status.st_size)
    return stamps
