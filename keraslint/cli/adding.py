"""``keraslint check --add-ignore``: a comment for each finding, so that it is reported no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keraslint.cli.fix import refusals
from keraslint.cli.printing import complain, complain_of
from keraslint.cli.reading import STDIN, configured, one_line

if TYPE_CHECKING:
    from keraslint.config import Options


def add_ignores(paths: tuple[str, ...], options: Options, *, verbose: bool) -> int:
    """Write the comments; 1 where something could not be silenced, which is named."""
    from keraslint.fixing import Task, silenced, write
    from keraslint.reporters.terminal import escape
    from keraslint.reporters.wording import place

    if STDIN in paths:
        message = "--add-ignore has no file to change in standard input"
        raise click.UsageError(message)
    settings = configured(paths, None, options)
    with one_line(), refusals():
        done = silenced(Task(paths, settings))
        write(done.changed, paths)
    findings = "1 finding" if done.count == 1 else f"{done.count} findings"
    files = "1 file" if len(done.changed) == 1 else f"{len(done.changed)} files"
    click.echo(f"Silenced {findings} in {files}.")
    for one in done.left:
        complain(f"{place(one.location)}: not silenced: {one.code} {escape(one.message)}")
    complain_of(done.others, verbose=verbose)
    return 2 if done.others else int(bool(done.left))
