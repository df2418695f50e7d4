"""``keraslint check``: findings on stdout, an exit status that says whether there are any."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from keraslint.cli.options import BASELINE, COLOR, CONFIGURATION, INPUT, SELECTION, options, shared
from keraslint.cli.printing import complain, complain_of, complain_of_stale, paint
from keraslint.cli.reading import STDIN, configured, one_line, read
from keraslint.reporters import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.config import Nearest, Options
    from keraslint.documents import Reader
    from keraslint.engine import Configured
    from keraslint.findings import Crashed, Described, Outcome, Report
    from keraslint.reporters.results import Results

OUTPUT = (
    click.option("--from", "since", metavar="VERSION", help="Report what is different from this Keras on."),
    click.option("--to", "until", metavar="VERSION", help="The Keras that --from is held against (newest)."),
    click.option("--no-baseline", is_flag=True, help="Report what is known already, too."),
    click.option("--output-format", "form", type=click.Choice(tuple(FORMATS)), help="How to report (full)."),
    click.option("-o", "--output-file", metavar="FILE", help="Write the report there."),
    click.option("--statistics", is_flag=True, help="Count the findings of each rule; with full or json."),
    click.option("--exit-zero", is_flag=True, help="Exit with 0 in spite of findings."),
    click.option("--undecided", is_flag=True, help="Show what was not judged, and why."),
    click.option("--add-ignore", is_flag=True, help="Silence what is found with a comment on its line."),
    click.option("--diff", is_flag=True, help="Show what would be fixed, as `keraslint fix` does."),
    click.option("--fix", is_flag=True, hidden=True),
    click.option("--jobs", type=click.IntRange(1), help="Processes at most (one for each processor)."),
    click.option("--no-cache", is_flag=True, help="Neither use nor keep what earlier runs found out."),
    click.option("--cache-dir", metavar="DIR", help="Keep what is found out there (KERASLINT_CACHE_DIR)."),
    click.option("--shard", metavar="I/N", help="Only the I-th of N parts of the files."),
    click.option("--parts", metavar="DIR", help="Where shards leave what they find out; join them."),
    click.option("--crash-report", metavar="FILE", help="Write there what reproduces a crash of keraslint."),
    click.option("--crash-report-source", is_flag=True, help="Put your source into it, not a disguised one."),
    click.option("--watch", is_flag=True, help="Check again whenever a file changes."),
)
PREVIEWED = 25
"""Findings whose fixes are drawn: each fix is read anew with every file that leads to it."""

STATISTICS = ("full", "json")


@dataclass(frozen=True)
class Wish:
    """What a command line asks for."""

    paths: tuple[str, ...]
    stdin_filename: str | None
    options: Options
    form: str | None
    output_file: str | None
    color: str
    statistics: bool
    exit_zero: bool
    undecided: bool
    verbose: bool
    no_cache: bool
    cache_dir: str | None
    jobs: int | None
    shard: str | None
    parts: str | None
    crash_report: str | None
    crash_source: bool


@click.command(short_help="Check files, notebooks and whole directories.")
@shared(INPUT, SELECTION, CONFIGURATION, BASELINE, OUTPUT, COLOR)
def check(  # noqa: PLR0913 (click hands over one argument for each option)
    *,
    paths: tuple[str, ...],
    stdin_filename: str | None,
    form: str | None,
    output_file: str | None,
    color: str,
    statistics: bool,
    exit_zero: bool,
    undecided: bool,
    verbose: bool,
    no_cache: bool,
    cache_dir: str | None,
    jobs: int | None,
    shard: str | None,
    parts: str | None,
    crash_report: str | None,
    crash_report_source: bool,
    watch: bool,
    add_ignore: bool,
    diff: bool,
    fix: bool,
    **values: Any,  # noqa: ANN401 (of the shared options)
) -> int:
    """Check files, notebooks and whole directories; - reads standard input."""
    _verify_change(values)
    wish = Wish(
        paths or (".",),
        stdin_filename,
        options(values),
        form,
        output_file,
        color,
        statistics,
        exit_zero,
        undecided,
        verbose,
        no_cache,
        cache_dir,
        jobs,
        shard,
        parts,
        crash_report,
        crash_report_source,
    )
    if crash_report_source and crash_report is None:
        message = "--crash-report-source says what goes into the file of --crash-report"
        raise click.UsageError(message)
    if fix:
        message = "`keraslint fix` shows the changes, `keraslint fix --write` makes them"
        raise click.UsageError(message)
    if STDIN in wish.paths and (shard or parts):
        message = "standard input has no parts"
        raise click.UsageError(message)
    if diff:
        return _diff(wish, values)
    if add_ignore:
        from keraslint.cli.adding import add_ignores

        return add_ignores(wish.paths, wish.options, verbose=verbose)
    if not watch:
        return _once(wish)
    if STDIN in wish.paths:
        message = "--watch has no file to watch in standard input"
        raise click.UsageError(message)
    from keraslint.cli.watching import watch as keep_watching

    return keep_watching(lambda: _watched(wish), lambda: _once(wish))


def _verify_change(values: dict[str, Any]) -> None:
    """Refuse ``--from`` and ``--to`` that do not say from which version to which later one."""
    since, until = values["since"], values["until"]
    if since is None:
        if until is not None:
            message = "--to says where a change of versions ends; --from where it begins"
            raise click.UsageError(message)
        return
    if values["keras_version"]:
        message = "--from and --to stand in place of --keras-version"
        raise click.UsageError(message)
    from keraslint.engine.targets import BadVersionError, targets
    from keraslint.pairing.versions import NEWEST

    try:
        old, new = targets([since]), targets([until or str(NEWEST)])
    except BadVersionError as error:
        raise click.UsageError(str(error)) from error
    if len(old) > 1 or len(new) > 1 or old >= new:
        message = f"--from {since} --to {until or NEWEST}: one version and a later one"
        raise click.UsageError(message)


def _diff(wish: Wish, values: dict[str, Any]) -> int:
    """What ruff's users expect of ``check --diff``: the fixes of what ``check`` reports."""
    from keraslint.cli.fix import fix

    nothing = {"write": False, "unsafe": False, "style": None, "todo": False, "form": None}
    status: int = click.get_current_context().invoke(
        fix,
        paths=wish.paths,
        stdin_filename=wish.stdin_filename,
        verbose=wish.verbose,
        exit_zero=wish.exit_zero,
        new=True,
        **nothing,
        **values,
    )
    return status


def _once(wish: Wish) -> int:
    from keraslint.findings import Crashed, Report, Skipped, Stale
    from keraslint.reporters.results import Results

    settings = configured(wish.paths, wish.stdin_filename, wish.options)
    form = wish.form or _configured_form(settings.output_format)
    if wish.statistics and form not in STATISTICS:
        message = f"--statistics is shown as {' or '.join(STATISTICS)}, not as {form}"
        raise click.UsageError(message)
    if wish.verbose:
        _say_what_decides(settings, wish.paths)
    outcomes = _outcomes(wish, settings)
    reports = [one for one in outcomes if isinstance(one, Report)]
    others = [one for one in outcomes if isinstance(one, Skipped | Crashed)]
    if not outcomes:
        complain(f"no Python files or notebooks under {', '.join(wish.paths)}")
    colours = paint(sys.stdout, "never" if wish.output_file and wish.color == "auto" else wish.color)
    results = Results(reports, colours, undecided=wish.undecided)
    if form == "sarif":
        results = replace(results, rules=_described())
    elif form == "html":
        results = _pictured(results, wish, settings)
    _report(form, results, wish)
    complain_of(others, verbose=wish.verbose)
    complain_of_stale([one for one in outcomes if isinstance(one, Stale)])
    crashes = [one for one in others if isinstance(one, Crashed)]
    if crashes and wish.crash_report is not None:
        _write_down(crashes, settings, wish.crash_report, source=wish.crash_source)
    return 2 if others else _status(reports, exit_zero=wish.exit_zero)


def _say_what_decides(settings: Nearest, paths: Sequence[str]) -> None:
    """Say for which versions ``keras-version = "auto"`` judges, and why."""
    each = (settings.wanted(os.path.join(path, ".") if os.path.isdir(path) else path) for path in paths)
    for wanted in dict.fromkeys(one for one in each if one is not None):
        why = (
            f"{wanted.file} asks for {wanted.said}" if wanted.file else "no file of the project asks for one"
        )
        complain(f"judged for Keras {', '.join(map(str, wanted.versions))}: {why}")


def _outcomes(wish: Wish, settings: Nearest) -> list[Outcome]:
    from keraslint.cli.progress import counted

    with counted() as reader:
        return read(
            wish.paths,
            wish.stdin_filename,
            settings,
            source=_of_source,
            files=lambda paths, settings: _of_files(paths, settings, wish, reader),
        )


def _of_source(path: str, data: bytes, configured: Configured) -> list[Outcome]:
    from keraslint.engine import check_source

    return check_source(path, data, configured)


def _of_files(paths: Sequence[str], configured: Configured, wish: Wish, reader: Reader) -> list[Outcome]:
    """From the cache if nothing at all has changed, which takes no engine."""
    from keraslint.engine.whole import check_parts, check_with_cache, without_cache
    from keraslint.engine.writing import cache_directory

    if wish.shard is not None:
        return _of_shard(paths, configured, reader, wish)
    if wish.parts is not None:
        return check_parts(paths, configured, reader, wish.jobs, wish.parts)
    if wish.no_cache:
        return without_cache(paths, configured, reader, wish.jobs)
    return check_with_cache(paths, configured, reader, wish.cache_dir or cache_directory(), wish.jobs)


def _of_shard(paths: Sequence[str], configured: Configured, reader: Reader, wish: Wish) -> list[Outcome]:
    from keraslint.engine import sharding
    from keraslint.engine.whole import check_shard

    shard = sharding.parse(wish.shard or "")
    outcomes, found = check_shard(paths, configured, reader, wish.jobs, shard)
    if wish.parts is not None:
        sharding.write(wish.parts, shard, paths, found)
    return outcomes


def _pictured(results: Results, wish: Wish, settings: Nearest) -> Results:
    """The results with every site and with what each fix would do; standard input has neither."""
    from keraslint.engine import showing
    from keraslint.findings import Shown
    from keraslint.fixing import Task, previewed

    if STDIN in wish.paths:
        return results
    with one_line():
        each = showing.show_each(wish.paths, settings)
        attempts = previewed(Task(wish.paths, settings), results.reports, each, PREVIEWED)
    shown = dict.fromkeys(one for found in each.values() for one in found if isinstance(one, Shown))
    return replace(results, sites=list(shown), attempts=attempts)


def _watched(wish: Wish) -> Iterator[str]:
    """The files to check and those that configure them."""
    from keraslint.config.files import names_above
    from keraslint.engine.settings import files

    settings = configured(wish.paths, None, wish.options)
    with one_line():
        found = files(wish.paths, settings)
    yield from found
    yield from names_above(found)


def _report(form: str, results: Results, wish: Wish) -> None:
    from keraslint.reporters import render, render_statistics

    text = render_statistics(form, results) if wish.statistics else render(form, results)
    if wish.output_file is None:
        click.echo(text, nl=False, color=results.paint.on)
    else:
        _write(wish.output_file, text, "w")
    if form == "github" and (path := os.environ.get("GITHUB_STEP_SUMMARY")):
        from keraslint.reporters import summary

        _write(path, summary(results), "a")


def _write_down(crashes: Sequence[Crashed], settings: Nearest, path: str, *, source: bool) -> None:
    """Write the report on crashes; standard input is not read a second time, and has no source in it."""
    import json

    from keraslint.engine.crash_report import report

    _write(path, json.dumps(report(crashes, settings, source=source), indent=1) + "\n", "w")
    complain(f"{path} holds what a report on this needs; read it before you send it")


def _write(path: str, text: str, mode: str) -> None:
    try:
        with open(path, mode, encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        message = f"{path}: cannot be written: {why.lower()}"
        raise click.ClickException(message) from error


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


def _status(reports: Sequence[Report], *, exit_zero: bool) -> int:
    from keraslint.findings import Severity

    failing = any(finding.severity is not Severity.INFO for report in reports for finding in report.findings)
    return int(failing and not exit_zero)
