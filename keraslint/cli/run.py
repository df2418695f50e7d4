"""``keraslint run``: a program that is not changed, with a guard before Keras."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from keraslint.runtime.report import Level

FORMS = click.Choice(("text", "json"))
LEVELS = click.Choice(("error", "warning", "info"))
# What follows the program is the program's own.
OWN_ARGUMENTS = {"ignore_unknown_options": True, "allow_interspersed_args": False}


@click.command(
    context_settings=OWN_ARGUMENTS, short_help="Run a program and examine what Keras pairs before each fit."
)
@click.option("-m", "module", is_flag=True, help="PROGRAM is a module, as for python -m.")
@click.option("--report", "form", type=FORMS, default="text", show_default=True, help="On stderr.")
@click.option("--output", metavar="PATH", help="Write the reports there, too.")
@click.option("--raise-on", type=LEVELS, help="Stop before the first step that has such a finding.")
@click.argument("program")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(  # noqa: PLR0913 (click hands over one argument for each option)
    *,
    module: bool,
    form: str,
    output: str | None,
    raise_on: Level | None,
    program: str,
    arguments: tuple[str, ...],
) -> int:
    """Run PROGRAM with its arguments as python would, and examine what Keras pairs before every fit."""
    from keraslint.runtime import running

    if not module and not os.path.exists(program):
        message = f"{program}: no such file or directory"
        raise click.UsageError(message)
    return running.run(program, arguments, module=module, form=form, output=output, raise_on=raise_on)
