"""``keraslint fix``: a diff on stdout, or with ``--write`` changed files; what each fix does beside it."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from keraslint.cli.options import CONFIGURATION, INPUT, SELECTION, options, shared
from keraslint.cli.printing import complain, complain_of, paint
from keraslint.cli.reading import STDIN, configured, one_line
from keraslint.findings import Severity
from keraslint.reporters import FIX_FORMATS
from keraslint.reporters.terminal import source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.fixing import Fixed, Task

FIXING = (
    click.option("--write", is_flag=True, help="Change the files instead of showing a diff."),
    click.option(
        "--unsafe-fixes", "unsafe", is_flag=True, help="Make fixes that change what is trained, too."
    ),
    click.option("--style", type=click.Choice(("dict", "nested")), help="Rewrite whole training sites."),
    click.option("--todo", is_flag=True, help="Leave a comment above what could not be fixed."),
    click.option("--output-format", "form", type=click.Choice(FIX_FORMATS), help="How to report (full)."),
    click.option("--exit-zero", is_flag=True, help="Exit with 0 in spite of findings."),
)


@click.command(short_help="Show what would be fixed; with --write fix it.")
@shared(INPUT, FIXING, SELECTION, CONFIGURATION)
def fix(
    *,
    paths: tuple[str, ...],
    stdin_filename: str | None,
    verbose: bool,
    write: bool,
    **values: Any,  # noqa: ANN401 (of the other options)
) -> int:
    """Show as a diff what would be fixed, or with --write fix it; - reads standard input."""
    from keraslint.fixing import Task

    paths = paths or (".",)
    stdin = paths == (STDIN,)
    settings = configured(paths, stdin_filename, replace(options(values), style=values["style"]))
    given = (stdin_filename or "<stdin>",) if stdin else paths
    new = values.get("new", False)  # `check --diff` asks for it
    task = Task(given, settings, unsafe=values["unsafe"], todo=values["todo"], new=new)
    source = sys.stdin.buffer.read() if stdin else None
    with one_line(), refusals():
        fixed = _of_files(task, write=write) if source is None else _of_source(task, source)
    if write and source is not None:
        click.echo(fixed.changed[0].new if fixed.changed else source, nl=False)
    _report(fixed, values["form"] or "full", written=write, stdin=stdin, styled=values["style"] is not None)
    complain_of(fixed.others, verbose=verbose)
    return 2 if fixed.others else _status(fixed, written=write, exit_zero=values["exit_zero"])


def _of_source(task: Task, source: bytes) -> Fixed:
    from keraslint.fixing import Contents, fixed

    return fixed(task, Contents({os.path.realpath(task.paths[0]): source}))


def _of_files(task: Task, *, write: bool) -> Fixed:
    """Finish what an earlier run began, fix, and write."""
    from keraslint.fixing import fixed, recover, write as write_files

    folders = (os.path.realpath(path) for path in task.paths if os.path.isdir(path))
    for line in recover((*folders, *task.files)):
        complain(line)
    done = fixed(task)
    if not task.files:
        complain(f"no Python files or notebooks under {', '.join(task.paths)}")
    if write:
        write_files(done.changed, task.paths)
    return done


@contextmanager
def refusals() -> Iterator[None]:
    """Say why nothing was written, a line for each file."""
    from keraslint.fixing import RefusedError, UnfinishedError

    try:
        yield
    except RefusedError as error:
        *others, last = (f"nothing was written: {reason}" for reason in error.reasons)
        for reason in others:
            complain(reason)
        raise click.ClickException(last) from error
    except UnfinishedError as error:
        raise click.ClickException(str(error)) from error


def _report(fixed: Fixed, form: str, *, written: bool, stdin: bool, styled: bool) -> None:
    """The diff goes to stdout; the report does where nothing else went there."""
    from keraslint.fixing import difference, patch
    from keraslint.reporters.fixes import render_json, render_text, render_undecided

    diffs = {one.path: difference(one) for one in fixed.changed}
    made = {one.finding for one in fixed.attempts if one.state == "applied"} if written else set()
    attempts = [one for one in fixed.attempts if one.state != "offered" or one.finding not in made]
    if form == "json":
        text = render_json(attempts, fixed.remaining, diffs, written=written)
        click.echo(text, nl=False, err=written and stdin)
        return
    if not written:
        raw = b"".join(map(patch, fixed.changed))
        click.echo(readable("".join(diffs.values())) if sys.stdout.isatty() else raw, nl=False)
    diverted = not written or stdin
    colours = paint(sys.stderr if diverted else sys.stdout)
    text = render_text(form, attempts, fixed.remaining, colours, written=written)
    text += render_undecided(fixed.undecided) if styled else ""
    click.echo(text, nl=False, err=diverted, color=colours.on)


def readable(diff: str) -> str:
    """A diff with everything in it that a terminal could obey written out."""
    return "".join(f"{source(line)}\n" for line in diff.removesuffix("\n").split("\n")) if diff else ""


def _status(fixed: Fixed, *, written: bool, exit_zero: bool) -> int:
    failing = any(finding.severity is not Severity.INFO for finding in fixed.remaining)
    return int((failing or (bool(fixed.changed) and not written)) and not exit_zero)
