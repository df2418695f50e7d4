"""The commands and their options; what a command needs is imported when it runs, so that help is quick."""

from __future__ import annotations

import os
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

import click

from keraslint import __version__
from keraslint.cli.printing import complain, complain_of, paint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keraslint.config import Options
    from keraslint.engine import Settings
    from keraslint.findings import Outcome
    from keraslint.rules import Registered

T = TypeVar("T")

FORMATS = ("full", "concise", "json")
SEVERITIES = ("error", "warning", "info")
STDIN = "-"
SEVERAL: dict[str, Any] = {"multiple": True, "metavar": "RULE,..."}
HELP = {"help_option_names": ["-h", "--help"]}
SHOWN = "Show the versions of keraslint and of the newest Keras that it knows."
VERSIONS = "Judge for 3.15, for 3.5,3.15 or for >=3.4 (the newest known)."


class Commands(click.Group):
    """A group that names the nearest command where there is none of that name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that ``args`` begin with."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in self.commands:
            near = get_close_matches(name, self.commands, n=1)
            advice = f"the nearest is {near[0]!r}" if near else f"commands are {', '.join(self.commands)}"
            message = f"no command is called {name!r}; {advice}"
            raise click.UsageError(message, ctx)
        return super().resolve_command(ctx, args)


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 (click calls it)
    if wanted and not context.resilient_parsing:
        from keraslint.pairing.versions import NEWEST

        click.echo(f"keraslint {__version__} (knows Keras up to {NEWEST})")
        context.exit()


@click.group(cls=Commands, invoke_without_command=True, context_settings=HELP)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help=SHOWN)
@click.pass_context
def keraslint(context: click.Context) -> None:
    """Find where Keras pairs outputs, losses, targets and sample weights otherwise than you wrote."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


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


@keraslint.command()
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

    lists = {name: _split(values) for name, values in several.items()}
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


@keraslint.command()
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
    found = _read(paths or (".",), stdin_filename, options, source=showing.show_source, files=showing.show)
    others = [one for one in found if not isinstance(one, Shown)]
    colours = paint(sys.stdout)
    text = render_sites([one for one in found if isinstance(one, Shown)], colours)
    click.echo(text, nl=False, color=colours.on)
    complain_of(others, verbose=verbose)
    return 2 if others else 0


def _outcomes(paths: Sequence[str], stdin_filename: str | None, options: Options) -> list[Outcome]:
    from keraslint.engine import check as check_paths, check_source

    return _read(paths, stdin_filename, options, source=check_source, files=check_paths)


def _read(
    paths: Sequence[str],
    stdin_filename: str | None,
    options: Options,
    *,
    source: Callable[[str, bytes, Settings], list[T]],
    files: Callable[[Sequence[str], Settings], list[T]],
) -> list[T]:
    """What the engine makes of standard input or of files; bad arguments end in one line."""
    from keraslint.config import BadConfigError, settings
    from keraslint.engine import BadSelectorError
    from keraslint.engine.targets import BadVersionError

    from_stdin = tuple(paths) == (STDIN,)
    name = stdin_filename or "<stdin>"
    try:
        if from_stdin:
            return source(name, sys.stdin.buffer.read(), settings([stdin_filename or "."], options))
        for path in paths:
            _verify_path(path)
        return files(paths, settings(paths, options))
    except (BadConfigError, BadSelectorError, BadVersionError) as error:
        raise click.UsageError(str(error)) from error


def _verify_path(path: str) -> None:
    if path == STDIN:
        message = "- must be the only path"
        raise click.UsageError(message)
    if not os.path.exists(path):
        message = f"{path}: no such file or directory"
        raise click.UsageError(message)


def _split(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _status(reports: Sequence[object], *, exit_zero: bool) -> int:
    from keraslint.findings import Report, Severity

    failing = any(
        finding.severity is not Severity.INFO
        for report in reports
        if isinstance(report, Report)
        for finding in report.findings
    )
    return int(failing and not exit_zero)


@keraslint.command()
@click.option(
    "--output-format", "form", type=click.Choice(("text", "json")), default="text", show_default=True
)
def rules(form: str) -> int:
    """List the rules."""
    import json

    from keraslint.rules import registered

    rows = [_row(found) for found in registered()]
    if form == "json":
        click.echo(json.dumps(rows, indent=2))
        return 0
    longest = max(len(row["name"]) for row in rows)
    for row in rows:
        click.echo(f"{row['code']}  {row['name']:<{longest}}  {row['severity']:<7}  {row['summary']}")
    return 0


def _row(found: Registered) -> dict[str, str]:
    rule = found.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.value,
        "since": rule.since,
        "summary": found.summary,
    }


@keraslint.command()
@click.argument("rule")
def explain(rule: str) -> int:
    """Print the page of a RULE, given by code or name."""
    from keraslint.engine.selection import BadSelectorError, verify
    from keraslint.rules import registered
    from keraslint.rules.pages import NoPageError, page

    try:
        verify(rule)
    except BadSelectorError as error:
        raise click.UsageError(str(error)) from error
    matches: list[Registered] = [one for one in registered() if rule in {one.rule.code, one.rule.name}]
    if not matches:
        message = f"{rule!r} names several rules; give one code or name"
        raise click.UsageError(message)
    try:
        click.echo(page(matches[0].rule.name), nl=False)
    except NoPageError as error:
        raise click.ClickException(str(error)) from error
    return 0
