"""``keraslint show``: what Keras pairs at each training site, wrong or not."""

from __future__ import annotations

import sys

import click

from keraslint.cli.printing import complain_of, paint
from keraslint.cli.reading import VERSIONS, read


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--keras-version", multiple=True, metavar="VERSION,...", help=VERSIONS)
@click.option("--stdin-filename", metavar="PATH", help="The name of what is read from -.")
@click.option("--verbose", is_flag=True, help="Show where keraslint crashed, if it does.")
def show(
    *, paths: tuple[str, ...], keras_version: tuple[str, ...], stdin_filename: str | None, verbose: bool
) -> int:
    """Show what Keras pairs at each training site: output, target, loss, weight, metrics, sample weight."""
    from keraslint.config import Options
    from keraslint.engine import showing
    from keraslint.findings import Shown
    from keraslint.reporters import render_sites

    options = Options(keras_version=keras_version)
    found = read(paths or (".",), stdin_filename, options, source=showing.show_source, files=showing.show)
    others = [one for one in found if not isinstance(one, Shown)]
    colours = paint(sys.stdout)
    text = render_sites([one for one in found if isinstance(one, Shown)], colours)
    click.echo(text, nl=False, color=colours.on)
    complain_of(others, verbose=verbose)
    return 2 if others else 0
