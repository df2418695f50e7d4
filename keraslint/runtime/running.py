"""``keraslint run``: a program and its arguments enter; it runs as ``python`` would run it, under a guard,
and an exit status leaves. Reports go to stderr or a file, so that what the program prints stays its own.
"""

from __future__ import annotations

import dataclasses
import json
import os
import runpy
import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from keraslint.findings import Finding, Severity
from keraslint.runtime.guarding import Guard, guard
from keraslint.runtime.report import MispairedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from keraslint.runtime.report import Level, Report

INTERRUPTED = 130


def run(  # noqa: PLR0913 - the options of the command
    program: str,
    arguments: Sequence[str] = (),
    *,
    module: bool = False,
    form: str = "text",
    output: str | None = None,
    raise_on: Level | None = None,
) -> int:
    """Run a file, or a module as ``python -m`` does, and report on every training in it.

    The status is the program's own; where that is 0 it is 1 for findings of severity warning and above.
    """
    watching = guard(raise_on, print_fn=_to_stderr if form == "text" else None, every_thread=True)
    with watching, _as_main(program, arguments, module=module):
        status = _status(program, module=module)
    _write(watching, form, output)
    found = any(one.severity is not Severity.INFO for one in watching.findings)
    return status or int(found)


def _to_stderr(text: str) -> None:
    sys.stdout.flush()
    sys.stderr.write(f"{text}\n")


@contextmanager
def _as_main(program: str, arguments: Sequence[str], *, module: bool) -> Iterator[None]:
    """``sys.argv`` and ``sys.path[0]`` as the program would find them."""
    argv, path = sys.argv, list(sys.path)
    sys.argv = [program, *arguments]
    place = os.getcwd() if module else os.path.dirname(os.path.abspath(program))
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        sys.path.insert(0, place)
    try:
        yield
    finally:
        sys.argv, sys.path[:] = argv, path


def _status(program: str, *, module: bool) -> int:
    try:
        if module:
            runpy.run_module(program, run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(program, run_name="__main__")
    except SystemExit as left:
        return _exit_status(left.code)
    except MispairedError as error:
        report = error.report
        sys.stderr.write(f"keraslint: stopped before {report.call} at {report.place}\n")
        return 1
    except KeyboardInterrupt as error:
        _print(error, program)
        return INTERRUPTED
    except BaseException as error:  # noqa: BLE001 - the program ends here, and as Python would end it
        _print(error, program)
        return 1
    return 0


def _exit_status(code: Any) -> int:
    if code is None or isinstance(code, int):
        return code or 0
    sys.stderr.write(f"{code}\n")
    return 1


def _print(error: BaseException, program: str) -> None:
    """The traceback from the program on: without runpy and us."""
    trace: TracebackType | None = error.__traceback__
    while trace is not None and not _is_of(trace, program):
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace or error.__traceback__)


def _is_of(trace: TracebackType, program: str) -> bool:
    name = trace.tb_frame.f_code.co_filename
    return name == program or (trace.tb_frame.f_globals.get("__name__") == "__main__" and "runpy" not in name)


def _write(watching: Guard, form: str, output: str | None) -> None:
    if form == "json":
        text = json.dumps({"reports": [as_json(one) for one in watching.reports]}, indent=2, default=str)
    else:
        text = "\n".join(str(one) for one in watching.reports)
    if output is not None:
        with open(output, "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
    elif form == "json":
        sys.stderr.write(f"{text}\n")


def as_json(report: Report) -> dict[str, Any]:
    """A report as plain data; its findings as those of ``keraslint check`` but for their fixes."""
    fields = {field.name: getattr(report, field.name) for field in dataclasses.fields(report)}
    del fields["data"]
    fields["rows"] = [dataclasses.asdict(row) for row in report.rows]
    fields["proof"] = None if report.proof is None else dataclasses.asdict(report.proof)
    fields["findings"] = [_finding(one) for one in report.findings]
    return fields


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "file": finding.location.document,
        "line": finding.location.span.line,
    }
