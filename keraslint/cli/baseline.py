"""``keraslint baseline``: what is found today is written down, so that only new findings fail."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from keraslint.cli.options import BASELINE, CONFIGURATION, SELECTION, options, shared
from keraslint.cli.printing import complain_of
from keraslint.cli.reading import STDIN, configured, one_line, read

if TYPE_CHECKING:
    from keraslint.config import Nearest
    from keraslint.findings import Outcome, Report

FILE = "keraslint-baseline.json"
VERBOSE = click.option("--verbose", is_flag=True, help="Show where keraslint crashed, if it does.")


@click.command(short_help="Write down what is found; `check` then reports what is new.")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@shared(SELECTION, CONFIGURATION, BASELINE, (VERBOSE,))
def baseline(
    *,
    paths: tuple[str, ...],
    verbose: bool,
    **values: Any,  # noqa: ANN401 (of the shared options)
) -> int:
    """Write down what is found, so that `check` reports only what is new.

    Entries for files that are not read this time stay. Without --baseline or a configured file it is
    keraslint-baseline.json beside the configuration.
    """
    from keraslint.engine import check as check_paths, check_source
    from keraslint.findings import Crashed, Report, Skipped

    paths = paths or (".",)
    if STDIN in paths:
        message = "standard input has no place in a baseline; name files or directories"
        raise click.UsageError(message)
    said = options(values)
    settings = configured(paths, None, said)
    everything = configured(paths, None, replace(said, no_baseline=True))
    found: list[Outcome] = read(paths, None, everything, source=check_source, files=check_paths)
    others = [one for one in found if isinstance(one, Skipped | Crashed)]
    complain_of(others, verbose=verbose)
    if others:
        return 2
    with one_line():
        _write([one for one in found if isinstance(one, Report)], settings)
    return 0


def _write(reports: list[Report], settings: Nearest) -> None:
    from keraslint.engine.baseline import read as entries_of, renewed, write

    by_file: dict[str, list[Report]] = {}
    for report in reports:
        at = settings.at(report.document)
        by_file.setdefault(at.baseline or os.path.relpath(os.path.join(at.root, FILE)), []).append(report)
    for file, here in by_file.items():
        old = entries_of(file) if os.path.exists(file) else []
        entries = renewed(old, here, file)
        write(file, entries)
        now, before = Counter(one.key for one in entries), Counter(one.key for one in old)
        added, gone = (now - before).total(), (before - now).total()
        click.echo(f"{file}: {len(entries)} known ({added} new, {gone} gone)")
    if not any(settings.at(report.document).baseline for report in reports):
        click.echo(
            f'`check` obeys it with --baseline {FILE}, or with baseline = "{FILE}" in the configuration.'
        )
