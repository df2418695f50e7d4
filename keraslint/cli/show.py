"""``keraslint show``: what Keras pairs at each training site, wrong or not."""

from __future__ import annotations

import sys
from typing import Any

import click

from keraslint.cli.options import COLOR, CONFIGURATION, INPUT, options, shared
from keraslint.cli.printing import complain_of, paint
from keraslint.cli.reading import configured, read

TABLE = click.option("--table", is_flag=True, help="A table with a line for each head, not a picture.")


@click.command(short_help="Draw what Keras pairs at each training site.")
@shared((TABLE,), INPUT, CONFIGURATION, COLOR)
def show(
    *,
    paths: tuple[str, ...],
    stdin_filename: str | None,
    verbose: bool,
    color: str,
    table: bool,
    **values: Any,  # noqa: ANN401 (of the shared options)
) -> int:
    """Show what Keras pairs at each training site: output, target, loss, weight, metrics, sample weight."""
    from keraslint.engine import showing
    from keraslint.findings import Shown
    from keraslint.reporters import render_sites

    paths = paths or (".",)
    settings = configured(paths, stdin_filename, options(values))
    found = read(paths, stdin_filename, settings, source=showing.show_source, files=showing.show)
    others = [one for one in found if not isinstance(one, Shown)]
    colours = paint(sys.stdout, color)
    text = render_sites([one for one in found if isinstance(one, Shown)], colours, table=table)
    click.echo(text, nl=False, color=colours.on)
    complain_of(others, verbose=verbose)
    return 2 if others else 0
