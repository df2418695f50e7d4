"""Options for every day: watching, counting, writing to a file, colours, progress and completion."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keraslint.cli import main
from keraslint.cli.commands import keraslint
from tests.cli.conftest import CLEAN, SWAPPED

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = [sys.executable, "-m", "keraslint"]

pytestmark = pytest.mark.usefixtures("project")


def environment(**more: str) -> dict[str, str]:
    """That of a process which finds this checkout."""
    kept = {key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "FORCE_COLOR"}}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


@pytest.fixture
def watching(project: Path) -> Iterator[subprocess.Popen[str]]:
    """``keraslint check --watch`` on the project."""
    (project / "broken.py").unlink()
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, "check", "--watch", "--output-format", "concise"],
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


# Who runs the tests in the background may have had interrupts ignored, which children inherit.
INTERRUPTED = """\
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from keraslint.cli import main
sys.exit(main(sys.argv[1:]))
"""


def until(process: subprocess.Popen[str], text: str) -> str:
    """The lines up to the one that begins with this text."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith(text):
            return "".join(lines)
    pytest.fail(f"ended before {text!r}: {lines}")


@pytest.mark.skipif(sys.platform == "win32", reason="sends an interrupt")
def test_a_change_of_a_file_or_of_the_configuration_is_seen(
    watching: subprocess.Popen[str], project: Path
) -> None:
    assert "swapped.py:7:27: KER202" in until(watching, "Watching")
    (project / "swapped.py").write_text(f"{CLEAN}\n")
    assert "No findings in 2 files." in until(watching, "Watching")
    (project / "new.py").write_text(SWAPPED)
    assert "new.py:7:27: KER202" in until(watching, "Watching")
    (project / "keraslint.toml").write_text("selct = []")
    assert "no key is called 'selct'" in until(watching, "keraslint: ")
    (project / "keraslint.toml").write_text("ignore = ['KER202']")
    assert "No findings in 3 files." in until(watching, "Watching")
    watching.send_signal(signal.SIGINT)
    assert watching.wait() == 130


def test_standard_input_cannot_be_watched(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--watch", "-"]) == 2
    assert "--watch has no file to watch" in capsys.readouterr().err


def test_a_diff_is_that_of_fix(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (project / "swapped.py").read_bytes()
    assert main(["fix", "swapped.py"]) == 1
    fixed = capsys.readouterr()
    assert "+++ b/swapped.py" in fixed.out
    assert main(["check", "--diff", "swapped.py"]) == 1
    assert capsys.readouterr() == fixed
    assert main(["check", "--diff", "swapped.py", "--select", "KER1", "--exit-zero"]) == 0
    assert not capsys.readouterr().out
    assert (project / "swapped.py").read_bytes() == before
    assert main(["check", "--fix", "swapped.py"]) == 2
    assert "`keraslint fix --write` makes them" in capsys.readouterr().err


def test_statistics_count_by_rule(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(10):
        (project / f"more{number}.py").write_text(SWAPPED)
    assert main(["check", "--statistics"]) == 1
    assert capsys.readouterr().out == (
        "11  KER202  [*] list-loss-for-dict-outputs\n"
        " 1  KER001  [ ] does-not-parse\n"
        "[*] has safe fixes: `keraslint fix`\n"
    )
    assert main(["check", "--statistics", "--output-format", "json", "--exit-zero"]) == 0
    assert json.loads(capsys.readouterr().out)[0] == {
        "code": "KER202",
        "name": "list-loss-for-dict-outputs",
        "count": 11,
        "fixable": True,
    }
    assert main(["check", "--statistics", "clean.py"]) == 0
    assert not capsys.readouterr().out
    assert main(["check", "--statistics", "--output-format", "sarif"]) == 2
    assert "shown as full or json, not as sarif" in capsys.readouterr().err


def test_a_report_can_go_to_a_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "-o", "report.txt", "--exit-zero"]) == 0
    assert not capsys.readouterr().out
    assert "Found 2 errors in 3 files." in (project / "report.txt").read_text()
    assert main(["check", "--output-file", "no/where.txt"]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", "keraslint: no/where.txt: cannot be written: no such file or directory\n")


@pytest.mark.parametrize(
    ("option", "variables", "coloured"),
    [
        ("auto", {}, False),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"FORCE_COLOR": ""}, False),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("always", {}, True),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colours(
    option: str,
    variables: dict[str, str],
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for command in ("check", "show"):
        main([command, "swapped.py", "--color", option])
        assert ("\033[" in capsys.readouterr().out) is coloured


def test_a_dumb_terminal_and_a_file_have_no_colours(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for terminal, coloured in (("xterm", True), ("dumb", False)):
        stream = Terminal()
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setenv("TERM", terminal)
        main(["check", "swapped.py"])
        assert ("\033[" in stream.getvalue()) is coloured
    main(["check", "swapped.py", "-o", "report.txt"])
    assert "\033[" not in (project / "report.txt").read_text()


class Terminal(io.StringIO):
    """A stream that takes itself for a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_progress_is_shown_on_a_terminal_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keraslint.cli.progress.PATIENCE", 0)
    monkeypatch.setattr("keraslint.cli.progress.PAUSE", 0)
    for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        assert main(["check"]) == 1
        said = stream.getvalue()
        assert ("keraslint: 3 files, swapped.py" in said) is shown
        assert said.endswith("\r\033[2K") is shown


def test_a_quick_run_says_nothing_of_its_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr("keraslint.cli.progress.PATIENCE", 1000)
    assert main(["check"]) == 1
    assert not stream.getvalue()


def completions(words: str) -> list[str]:
    """What the shell is offered for the last of the words."""
    done = subprocess.run(
        COMMAND,
        env=environment(
            _KERASLINT_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(len(words.split()) - 1)
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_commands_options_and_rules_are_completed() -> None:
    assert completions("keraslint ch") == ["check"]
    assert "--output-format" in completions("keraslint check --out")
    assert "list-loss-for-dict-outputs" in completions("keraslint check --select list-l")
    assert "KER202" in completions("keraslint explain KER20")
    done = subprocess.run(
        COMMAND, env=environment(_KERASLINT_COMPLETE="zsh_source"), capture_output=True, text=True, check=True
    )
    assert "#compdef keraslint" in done.stdout


def test_the_help_says_of_each_command_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == sorted(keraslint.commands)
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)
