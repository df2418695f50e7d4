"""``keraslint check``: findings on stdout, an exit status that says whether there are any."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from keraslint.cli.printing import complain, complain_of, paint
from keraslint.cli.reading import SEVERAL, VERSIONS, read, split

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keraslint.config import Options
    from keraslint.findings import Outcome

FORMATS = ("full", "concise", "json")
SEVERITIES = ("error", "warning", "info")


def _options(command: Callable[..., int]) -> Callable[..., int]:
    """The options of ``check``; several values may be given with commas or by repeating an option."""
    for option in reversed(
        (
            click.argument("paths", nargs=-1, metavar="[PATHS]..."),
            click.option("--select", help="Only these rules: codes, their beginnings, or names.", **SEVERAL),
            click.option("--extend-select", help="These rules besides.", **SEVERAL),
            click.option("--ignore", help="Not these rules.", **SEVERAL),
            click.option("--keras-version", multiple=True, metavar="VERSION,...", help=VERSIONS),
            click.option("--severity", type=click.Choice(SEVERITIES), help="Nothing below this (warning)."),
            click.option(
                "--output-format", "form", type=click.Choice(FORMATS), default="full", show_default=True
            ),
            click.option("--exit-zero", is_flag=True, help="Exit with 0 in spite of findings."),
            click.option("--undecided", is_flag=True, help="Show what was not judged, and why."),
            click.option("--stdin-filename", metavar="PATH", help="The name of what is read from -."),
            click.option("--verbose", is_flag=True, help="Show where keraslint crashed, if it does."),
        )
    ):
        command = option(command)
    return command


@click.command()
@_options
def check(  # noqa: PLR0913 (click hands over one argument for each option)
    *,
    paths: tuple[str, ...],
    form: str,
    exit_zero: bool,
    undecided: bool,
    stdin_filename: str | None,
    verbose: bool,
    severity: str | None,
    **several: tuple[str, ...],
) -> int:
    """Check files, notebooks and whole directories; - reads standard input."""
    from keraslint.config import Options
    from keraslint.findings import Report
    from keraslint.reporters import render

    lists = {name: split(values) for name, values in several.items()}
    options = Options(
        select=lists["select"] or None,
        extend_select=lists["extend_select"],
        ignore=lists["ignore"],
        keras_version=several["keras_version"],
        severity=severity,
    )
    outcomes = _outcomes(paths or (".",), stdin_filename, options)
    reports = [one for one in outcomes if isinstance(one, Report)]
    if not outcomes:
        complain(f"no Python files or notebooks under {', '.join(paths or ('.',))}")
    others = [one for one in outcomes if not isinstance(one, Report)]
    colours = paint(sys.stdout)
    click.echo(render(form, reports, colours, undecided=undecided), nl=False, color=colours.on)
    complain_of(others, verbose=verbose)
    return 2 if others else _status(reports, exit_zero=exit_zero)


def _outcomes(paths: Sequence[str], stdin_filename: str | None, options: Options) -> list[Outcome]:
    from keraslint.engine import check as check_paths, check_source

    return read(paths, stdin_filename, options, source=check_source, files=check_paths)


def _status(reports: Sequence[object], *, exit_zero: bool) -> int:
    from keraslint.findings import Report, Severity

    failing = any(
        finding.severity is not Severity.INFO
        for report in reports
        if isinstance(report, Report)
        for finding in report.findings
    )
    return int(failing and not exit_zero)
