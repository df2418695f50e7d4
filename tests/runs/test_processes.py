"""However many processes there are, what they report is the same, to the last byte."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from keraslint.cli import main
from keraslint.engine import Settings, check, processes
from keraslint.engine.storing import encode
from keraslint.findings import Report, Severity

ROOT = Path(__file__).parents[2]
EVERYTHING = Settings(severity=Severity.INFO)


@pytest.fixture(autouse=True)
def pools_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool for however little."""
    monkeypatch.setattr(processes, "WORTH_A_POOL", 1)
    monkeypatch.chdir(ROOT)


def said(folder: str, jobs: int) -> list[Any]:
    return [encode(one) for one in check([folder], EVERYTHING, jobs=jobs)]


@pytest.mark.parametrize("folder", ["fixtures", "tests/inference/projects", "tests/inference/cases"])
def test_reports_are_equal(folder: str) -> None:
    alone = said(folder, 1)
    assert said(folder, 2) == alone
    assert said(folder, 8) == alone


def test_processes_do_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_work", _number)
    run_in = {one.digest for _, one in _examined(2)}
    assert str(os.getpid()) not in run_in
    assert len(run_in) >= 1


def test_the_first_are_examined_while_the_last_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = [str(tmp_path / str(number)) for number in range(4)]

    def named() -> Iterator[str]:
        yield from marks[:3]
        until = time.monotonic() + 60
        while not any(map(os.path.exists, marks)) and time.monotonic() < until:
            time.sleep(0.01)
        assert any(map(os.path.exists, marks))
        yield marks[3]

    monkeypatch.setattr(processes, "_work", _mark)
    with processes.Workers(_run(marks), 2) as workers:
        assert sorted(path for path, _ in workers.examined(named())) == marks


def test_where_processes_die_the_rest_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = said("fixtures/list-loss-for-dict-outputs", 1)
    monkeypatch.setattr(processes, "_work", _die)
    assert said("fixtures/list-loss-for-dict-outputs", 2) == alone


def test_one_file_needs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_pool", _die)
    (report, *_) = check(["tests/programs.py"], EVERYTHING, jobs=8)
    assert isinstance(report, Report)


def test_the_command_line_takes_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    folder = "fixtures/list-loss-for-dict-outputs"
    outputs = []
    for jobs in ("1", "3"):
        assert main(["check", "--no-cache", "--jobs", jobs, "--isolated", folder]) == 1
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    assert main(["check", "--jobs", "0", folder]) == 2


def _examined(jobs: int) -> list[tuple[str, Any]]:
    paths = [str(path) for path in sorted(Path("fixtures/list-loss-for-dict-outputs").glob("*/bad.py"))]
    with processes.Workers(_run(paths), jobs) as workers:
        return [*workers.examined(paths[::2]), *workers.examined(paths[1::2])]


def _run(paths: list[str]) -> Any:
    from keraslint.engine.run import Run
    from keraslint.engine.worlds import World
    from keraslint.inference import Project

    run = Run(EVERYTHING, World(Project(".")), lambda _: "not to be read here")
    run.sizes.update(dict.fromkeys(paths, 9))
    return run


def _number(*_: object) -> Any:
    from keraslint.engine.examining import Examined

    return Examined(str(os.getpid()))


def _mark(path: str, *_: object) -> Any:
    Path(path).touch()
    return _number()


def _die(*_: object) -> Any:
    os._exit(1)
