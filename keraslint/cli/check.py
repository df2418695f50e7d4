"""``keraslint check``: findings on stdout, an exit status that says whether there are any."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from keraslint.cli.options import BASELINE, CONFIGURATION, INPUT, SELECTION, options, shared
from keraslint.cli.printing import complain, complain_of, complain_of_stale, paint
from keraslint.cli.reading import configured, read
from keraslint.reporters import FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.findings import Described, Report
    from keraslint.reporters import Results

OUTPUT = (
    click.option("--no-baseline", is_flag=True, help="Report what is known already, too."),
    click.option("--output-format", "form", type=click.Choice(tuple(FORMATS)), help="How to report (full)."),
    click.option("--exit-zero", is_flag=True, help="Exit with 0 in spite of findings."),
    click.option("--undecided", is_flag=True, help="Show what was not judged, and why."),
)


@click.command()
@shared(INPUT, SELECTION, CONFIGURATION, BASELINE, OUTPUT)
def check(  # noqa: PLR0913 (click hands over one argument for each option)
    *,
    paths: tuple[str, ...],
    form: str | None,
    exit_zero: bool,
    undecided: bool,
    stdin_filename: str | None,
    verbose: bool,
    **values: Any,  # noqa: ANN401 (of the shared options)
) -> int:
    """Check files, notebooks and whole directories; - reads standard input."""
    from keraslint.engine import check as check_paths, check_source
    from keraslint.findings import Crashed, Report, Skipped, Stale
    from keraslint.reporters import Results, render

    paths = paths or (".",)
    settings = configured(paths, stdin_filename, options(values))
    form = form or _configured_form(settings.output_format)
    outcomes = read(paths, stdin_filename, settings, source=check_source, files=check_paths)
    reports = [one for one in outcomes if isinstance(one, Report)]
    if not outcomes:
        complain(f"no Python files or notebooks under {', '.join(paths)}")
    stale = [one for one in outcomes if isinstance(one, Stale)]
    others = [one for one in outcomes if isinstance(one, Skipped | Crashed)]
    colours = paint(sys.stdout)
    results = Results(reports, colours, undecided=undecided, rules=_described() if form == "sarif" else ())
    click.echo(render(form, results), nl=False, color=colours.on)
    if form == "github":
        _summarize(results)
    complain_of(others, verbose=verbose)
    complain_of_stale(stale)
    return 2 if others else _status(reports, exit_zero=exit_zero)


def _configured_form(form: str | None) -> str:
    if form is not None and form not in FORMATS:
        message = f"output-format in the configuration must be one of {', '.join(FORMATS)}, not {form!r}"
        raise click.UsageError(message)
    return form or "full"


def _described() -> list[Described]:
    from keraslint.findings import Described
    from keraslint.rules import registered
    from keraslint.rules.pages import page

    return [
        Described(one.rule.code, one.rule.name, one.rule.severity, one.summary, page(one.rule.name))
        for one in registered()
    ]


def _summarize(results: Results) -> None:
    """Write the summary of a step where GitHub runs it."""
    from keraslint.reporters import summary

    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(summary(results))
    except OSError as error:
        message = f"GITHUB_STEP_SUMMARY: {path}: {(error.strerror or str(error)).lower()}"
        raise click.ClickException(message) from error


def _status(reports: Sequence[Report], *, exit_zero: bool) -> int:
    from keraslint.findings import Severity

    failing = any(finding.severity is not Severity.INFO for report in reports for finding in report.findings)
    return int(failing and not exit_zero)
