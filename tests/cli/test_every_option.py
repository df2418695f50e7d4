"""Every option of every command changes what the command does: each is run without and with it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from keraslint.cli import main
from keraslint.cli.commands import keraslint
from keraslint.config import Options
from tests.cli.conftest import CLEAN, SWAPPED

LISTED = SWAPPED.replace('{"z": z, "a": a}', "[z, a]")
WEIGHTED = LISTED.replace(', loss=["mse", "mae"]', ', loss={"z": "mse", "b": "mae"}')
FILES = {
    "swapped.py": SWAPPED,
    "clean.py": CLEAN,
    "weighted.py": WEIGHTED,
    "listed.py": LISTED,
    "silenced.py": SWAPPED.replace('"mae"])', '"mae"])  # keraslint: ignore'),
    "metrics.py": LISTED.replace('"mae"])', '"mae"], metrics=["mse"])'),
    "flat.py": LISTED.replace('"mae"])', '"mae"], metrics=["mse", "mae"])'),
    "used.py": f"{LISTED}rooms = model.predict(i)[number]\n",
    "unknown.py": "import keras\n\n\ndef train(x):\n  made(x).compile(loss=['mse', 'mae'])\n",
    "ignored.py": SWAPPED,
    "build/made.py": SWAPPED,
    ".gitignore": "ignored.py\n",
}


@dataclass(frozen=True)
class Case:
    """An option with its value, and what stands beside it in both runs."""

    option: tuple[str, ...]
    beside: tuple[str, ...] = (".",)
    config: str = ""
    status: int | None = None


CASES: dict[str, Case] = {
    "--select": Case(("--select", "KER1")),
    "--extend-select": Case(("--extend-select", "KER202"), ("--select", "KER1", ".")),
    "--ignore": Case(("--ignore", "KER202")),
    "--severity": Case(("--severity", "error")),
    "--keras-version": Case(("--keras-version", "2.15")),
    "--from": Case(("--from", "2.15")),
    "--to": Case(("--to", "3.7"), ("--from", "2.15", ".")),
    "--exclude": Case(("--exclude", "swapped.py")),
    "--extend-exclude": Case(("--extend-exclude", "swapped.py")),
    "--force-exclude": Case(("--force-exclude",), ("--extend-exclude", "swapped.py", "swapped.py")),
    "--no-force-exclude": Case(
        ("--no-force-exclude",), ("swapped.py",), "force-exclude = true\nextend-exclude = ['swapped.py']"
    ),
    "--respect-gitignore": Case(("--respect-gitignore",), config="respect-gitignore = false"),
    "--no-respect-gitignore": Case(("--no-respect-gitignore",)),
    "--config": Case(("--config", "extend-exclude = ['swapped.py']")),
    "--isolated": Case(("--isolated",), config="extend-exclude = ['swapped.py']"),
    "--baseline": Case(("--baseline", "known.json")),
    "--no-baseline": Case(("--no-baseline",), config="baseline = 'known.json'"),
    "--verbose": Case(("--verbose",), status=2),
    "--output-format": Case(("--output-format", "json")),
    "--output-file": Case(("--output-file", "report.txt")),
    "--statistics": Case(("--statistics",)),
    "--exit-zero": Case(("--exit-zero",), status=0),
    "--undecided": Case(("--undecided",)),
    "--add-ignore": Case(("--add-ignore",)),
    "--cache-dir": Case(("--cache-dir", "kept")),
    "--no-cache": Case(("--no-cache",), ("--cache-dir", "kept", ".")),
    "--diff": Case(("--diff",)),
    "--fix": Case(("--fix",), status=2),
    "--color": Case(("--color", "always")),
    "--stdin-filename": Case(("--stdin-filename", "b.py"), ("-",)),
    "--write": Case(("--write",)),
    "--unsafe-fixes": Case(("--unsafe-fixes",)),
    "--style": Case(("--style", "dict")),
    "--todo": Case(("--todo",), ("--style", "dict", ".")),
    "--table": Case(("--table",)),
}
OWN = {
    ("show", "--keras-version"): Case(("--keras-version", "3.5")),
    ("rules", "--output-format"): Case(("--output-format", "json"), ()),
}
ELSEWHERE = {
    "run": "test_run.py",
    "--jobs": "../runs/test_processes.py",
    "--parts": "../runs/test_sharding.py",
    "--shard": "../runs/test_sharding.py",
    "server": "test_every_option.py",
    "--watch": "test_everyday.py",
    "--crash-report": "test_crash_report.py",
    "--crash-report-source": "test_crash_report.py",
}
"""The programs of ``run`` and servers are started once; ``--watch`` never ends."""

OPTIONS = sorted(
    (name, option)
    for name, command in keraslint.commands.items()
    for parameter in command.params
    if isinstance(parameter, click.Option)
    for option in (*parameter.opts, *parameter.secondary_opts)
    if option.startswith("--")
)


@pytest.mark.parametrize(
    ("command", "option"), [pair for pair in OPTIONS if ELSEWHERE.keys().isdisjoint(pair)]
)
def test_an_option_changes_what_a_command_does(
    command: str, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    case = OWN.get((command, option)) or CASES[option]

    def done(name: str, *given: str) -> tuple[int, str, str, dict[str, str]]:
        with monkeypatch.context() as here:
            folder = project(tmp_path / name, case.config, here)
            here.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(SWAPPED.encode())))
            if option == "--verbose":
                here.setattr("keraslint.sites.find", lambda *_: 1 / 0)
            status = main([command, *given, *case.beside])
        return (status, *capfd.readouterr(), contents(folder))

    without, given = done("without"), done("given", *case.option)
    assert given != without
    assert given[0] in ({0, 1} if case.status is None else {case.status})


@pytest.mark.parametrize("option", sorted(option for command, option in OPTIONS if command == "server"))
def test_an_option_of_the_server_reaches_the_engine(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pygls")
    said: list[Options] = []

    def serve(options: Options) -> int:
        said.append(options)
        return 0

    monkeypatch.setattr("keraslint.server.serve", serve)
    project(tmp_path / "project", "", monkeypatch)
    assert main(["server"]) == main(["server", *CASES[option].option]) == 0
    assert said[0] == Options()
    assert said[1] != said[0]


@pytest.mark.parametrize(
    ("command", "option"), [pair for pair in OPTIONS if not ELSEWHERE.keys().isdisjoint(pair)]
)
def test_the_others_are_tested_elsewhere(command: str, option: str) -> None:
    file = ELSEWHERE.get(command) or ELSEWHERE[option]
    assert f'"{option}"' in (Path(__file__).parent / file).read_text(encoding="utf-8")


def test_there_are_options() -> None:
    assert {command for command, _ in OPTIONS} >= {
        "baseline",
        "check",
        "fix",
        "rules",
        "run",
        "server",
        "show",
    }


def project(folder: Path, config: str, here: pytest.MonkeyPatch) -> Path:
    """A new project, where the command is run from now on; the findings of one file are known."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    here.chdir(folder)
    assert main(["baseline", "--isolated", "--baseline", "known.json", "weighted.py"]) == 0
    if config:
        (folder / "keraslint.toml").write_text(config)
    return folder


def contents(folder: Path) -> dict[str, str]:
    """What stands in its files."""
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
