"""``keraslint server``: what an editor talks to."""

from __future__ import annotations

from typing import Any

import click

from keraslint.cli.options import BASELINE, CONFIGURATION, SELECTION, options, shared
from keraslint.cli.reading import one_line


@click.command(short_help="Serve an editor by the Language Server Protocol.")
@shared(SELECTION, CONFIGURATION, BASELINE)
def server(**values: Any) -> int:  # noqa: ANN401 (of the shared options)
    """Serve an editor over stdin and stdout, by the Language Server Protocol.

    The editor starts it. Configuration is found for each file; options go before it.
    """
    from keraslint.config import settings

    said = options(values)
    with one_line():
        settings(["."], said)
    try:
        from keraslint.server import serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in {"lsprotocol", "pygls"}:
            raise
        message = f"the server needs {error.name}: pip install 'keraslint[server]'"
        raise click.ClickException(message) from error
    return serve(said)
