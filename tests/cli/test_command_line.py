"""The command line: exit statuses, one line for every misuse, formats, configuration and standard input."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import keraslint
from keraslint.cli import main
from keraslint.rules import registered
from keraslint.rules.moved import MOVED
from keraslint.rules.pages import page
from tests.cli.conftest import CLEAN, SWAPPED

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def inside(project: Path) -> Path:
    """The working directory."""
    return project


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["clean.py"], 0, "No findings in 1 file."),
        (["swapped.py"], 1, "KER202"),
        (["broken.py"], 1, "KER001"),
        (["."], 1, "Found 2 errors in 3 files."),
        ([], 1, "Found 2 errors in 3 files."),
        ([".", "--exit-zero"], 0, "Found 2 errors"),
        (["swapped.py", "--ignore", "KER202"], 0, "No findings"),
        (["swapped.py", "--select", "KER001,KER6"], 0, "No findings"),
        (["swapped.py", "--select", "KER001", "--extend-select", "list-loss-for-dict-outputs"], 1, "KER202"),
        (["swapped.py", "--keras-version", "3.5,3.15"], 1, "KER202"),
        (
            ["swapped.py", "--keras-version", ">=3.7", "--output-format", "concise"],
            1,
            "swapped.py:7:27: KER202",
        ),
        (["swapped.py", "--severity", "error"], 1, "KER202"),
    ],
)
def test_exit_status(
    arguments: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *arguments]) == status
    out, err = capsys.readouterr()
    assert said in out
    assert not err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "nothing.py"], "nothing.py: no such file or directory"),
        (["check", "nothing\n.py"], "nothing .py: no such file or directory"),
        (["check", "--selct", "KER1"], "--select"),
        (["check", "--select", "KER999"], "no rule is called 'KER999'; the nearest is 'KER"),
        (["check", "--ignore", "list-los-for-dict-outputs"], "the nearest is 'list-loss-for-dict-outputs'"),
        (["check", "--select"], "requires an argument"),
        (["check", "--keras-version", "four"], "'four' is not a version of Keras"),
        (["check", "--keras-version", ">=9"], "the newest known is"),
        (["check", "--to", "3.15"], "--from where it begins"),
        (["check", "--from", "3.15"], "one version and a later one"),
        (["check", "--from", "3.7", "--to", "3.6"], "one version and a later one"),
        (["check", "--from", ">=3.4"], "one version and a later one"),
        (["check", "--from", "four"], "'four' is not a version of Keras"),
        (["check", "--from", "3.4", "--keras-version", "3.5"], "in place of --keras-version"),
        (["check", "--output-format", "xml"], "'full', 'concise', 'json'"),
        (["check", "--severity", "loud"], "'error', 'warning', 'info'"),
        (["check", "-", "clean.py"], "- must be the only path"),
        (["explain"], "RULE"),
        (["explain", "KER9999"], "no rule is called 'KER9999'"),
        (["explain", "KER"], "names several rules"),
        (["chek"], "no command is called 'chek'; the nearest is 'check'"),
        (["--chek"], "No such option"),
        (["frobnicate"], "commands are"),
    ],
)
def test_misuse_is_one_line_and_exit_status_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert not out
    assert said in err
    assert err.startswith("keraslint: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[tool.keraslint]\nselct = []\n", "no key is called 'selct'; the nearest is 'select'"),
        ("[tool.keraslint]\nselect = 'KER1'\n", "select must be a list of strings"),
        ("[tool.keraslint]\nselect = ['KER9999']\n", "no rule is called 'KER9999'"),
        ("[tool.keraslint\n", "not TOML"),
        ("[tool]\nkeraslint = 3\n", "must be a table"),
        ("[tool.keraslint]\nkeras-version = 3.15\n", "keras-version must be a string"),
        ("[tool.keraslint]\nkeras-version = '>=9'\n", "the newest known is"),
        ("[tool.keraslint]\nseverity = 'loud'\n", "must be one of error, warning, info"),
        ("[tool.keraslint.per-file-ignores]\n'a.py' = 'KER1'\n", "must be a table of lists"),
        ("[tool.keraslint.per-file-ignores]\n'a.py' = ['KER9999']\n", "no rule is called 'KER9999'"),
        ("# keraslint \xff", "not TOML"),
    ],
)
def test_a_bad_configuration_is_one_line(
    toml: str, said: str, inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (inside / "pyproject.toml").write_text(toml, encoding="latin-1")
    assert main(["check", "clean.py"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("toml", "arguments", "codes"),
    [
        ("", [], ["KER001", "KER202"]),
        ("[tool.other]\n", [], ["KER001", "KER202"]),
        ("not toml at all [", [], ["KER001", "KER202"]),
        ("[tool.keraslint]\n", [], ["KER001", "KER202"]),
        ("[tool.keraslint]\nselect = ['KER2']\n", [], ["KER202"]),
        ("[tool.keraslint]\nselect = ['KER6']\nextend-select = ['KER001']\n", [], ["KER001"]),
        ("[tool.keraslint]\nignore = ['KER2']\n", [], ["KER001"]),
        ("[tool.keraslint]\nignore = ['KER202']\n", ["--select", "KER2"], ["KER202"]),
        ("[tool.keraslint]\nselect = ['KER2']\n", ["--ignore", "KER2"], []),
        ("[tool.keraslint]\nexclude = ['swapped.py']\n", [], ["KER001"]),
        ("[tool.keraslint]\nextend-exclude = ['b*.py']\n", [], ["KER202"]),
        ("[tool.keraslint]\nexclude = ['*']\n", ["swapped.py"], ["KER202"]),
        ("[tool.keraslint.per-file-ignores]\n'swapped.py' = ['KER2']\n", [], ["KER001"]),
        ("[tool.keraslint]\nkeras-version = ['3.5', '3.15']\nseverity = 'error'\n", [], ["KER001", "KER202"]),
    ],
)
def test_configuration(
    toml: str, arguments: list[str], codes: list[str], inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (inside / "pyproject.toml").write_text(toml)
    main(["check", "--output-format", "json", *arguments])
    assert [row["code"] for row in json.loads(capsys.readouterr().out)] == codes


def test_configuration_is_found_above_the_paths_not_the_working_directory(
    inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    below = inside / "project" / "src"
    below.mkdir(parents=True)
    (below / "swapped.py").write_text(SWAPPED)
    (inside / "project" / "pyproject.toml").write_text("[tool.keraslint]\nextend-exclude = ['src/s*.py']\n")
    assert main(["check", "project"]) == 0
    assert main(["check", "project/src"]) == 0
    assert main(["check", "."]) == 1
    assert "project/src/swapped.py" not in capsys.readouterr().out


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name, arguments in (("<stdin>", []), ("src/model.py", ["--stdin-filename", "src/model.py"])):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(SWAPPED.encode())))
        assert main(["check", "-", "--output-format", "concise", *arguments]) == 1
        assert capsys.readouterr().out.startswith(f"{name}:7:27: KER202 ")


def test_a_crash_is_one_line_and_exit_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("keraslint.sites.find", lambda *_: 1 / 0)
    assert main(["check", "clean.py"]) == 2
    err = capsys.readouterr().err
    assert "clean.py: inference crashed, a defect of keraslint" in err
    assert "ZeroDivisionError" in err
    assert err.count("\n") == 1
    assert main(["check", "clean.py", "--verbose"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_what_is_no_file_is_said(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(inside / "pipe.py")
    assert main(["check", "pipe.py", "clean.py"]) == 2
    out, err = capsys.readouterr()
    assert "No findings in 1 file." in out
    assert err == "keraslint: pipe.py: not judged: not a regular file\n"


def test_what_is_not_judged_is_counted_and_listed_on_demand(
    inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = CLEAN.replace('{"z": z, "a": a}', "elsewhere(z, a)")
    (inside / "unknown.py").write_text(f"from somewhere import elsewhere\n{unknown}")
    assert main(["check", "unknown.py"]) == 0
    assert "1 place not judged; --undecided lists" in capsys.readouterr().out
    assert main(["check", "unknown.py", "--undecided", "--output-format", "concise"]) == 0
    assert capsys.readouterr().out.startswith("unknown.py:8:1: not judged: ")
    assert main(["check", "unknown.py", "--undecided", "--output-format", "json"]) == 0
    assert [row["code"] for row in json.loads(capsys.readouterr().out)] == [None]


def test_a_directory_that_may_not_be_listed_is_said(
    inside: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (inside / "secret").mkdir()
    scan = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("secret"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    for path in (".", "secret"):
        assert main(["check", path, "--exit-zero"]) == 2
        assert capsys.readouterr().err == "keraslint: secret: not judged: permission denied\n"


def test_nothing_to_check_is_said(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (inside / "empty").mkdir()
    assert main(["check", "empty"]) == 0
    assert capsys.readouterr().err == "keraslint: no Python files or notebooks under empty\n"


@pytest.mark.parametrize(
    ("variable", "value", "coloured"), [("NO_COLOR", "1", False), ("FORCE_COLOR", "1", True)]
)
def test_colours(
    variable: str,
    value: str,
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["check", "swapped.py"])
    assert "\033[" not in capsys.readouterr().out
    monkeypatch.setenv(variable, value)
    main(["check", "swapped.py"])
    assert ("\033[" in capsys.readouterr().out) is coloured


def test_rules_are_listed_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--output-format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert main(["rules"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert len(listed) == len(rows) > 10
    for row in rows:
        for called in (row["code"], row["name"]):
            assert main(["explain", called]) == 0
            page = capsys.readouterr().out
            assert page.startswith(f"# {row['code']} {row['name']}\n")
            assert "<!--" not in page


@pytest.mark.parametrize("code", MOVED)
def test_a_code_without_a_rule_says_where_it_went(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    codes = {found.rule.code: found.rule.name for found in registered()}
    assert code not in codes
    assert main(["explain", code]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{code} (")
    assert said.count("\n") == 1
    for rule in MOVED[code].codes:
        assert rule in said
        assert rule in codes
    assert main(["check", "--select", code, "swapped.py"]) == 2
    assert f"keraslint explain {code}" in capsys.readouterr().err


@pytest.mark.parametrize("code", ["KER702", "KER706", "KER905"])
def test_the_page_of_the_rule_names_a_pattern_that_it_took_in(code: str) -> None:
    names = {found.rule.code: found.rule.name for found in registered()}
    assert all(code in page(names[rule]) for rule in MOVED[code].codes)


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], [], ["check", "--help"]])
def test_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("Usage: keraslint")


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    command = [sys.executable, "-m", "keraslint", *arguments]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, encoding="utf-8"
    )


def test_the_module_is_the_command() -> None:
    done = run("--version")
    assert done.stdout.startswith(f"keraslint {keraslint.__version__} (knows Keras up to 3.")
    assert (done.returncode, done.stderr) == (0, "")


def test_an_output_that_cannot_show_everything(inside: Path) -> None:
    (inside / "Ж.py").write_text(SWAPPED.replace('"z"', '"Ж"'), encoding="utf-8")
    done = run("check", "Ж.py", PYTHONIOENCODING="cp437")
    assert done.returncode == 1
    assert "\\u0416" in done.stdout
    assert not done.stderr


def test_a_reader_that_goes_away() -> None:
    """The pipe is closed before anything is written into it."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "keraslint", "rules"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, env=environment, stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)
    assert not done.stderr


def test_a_working_directory_that_is_gone_is_one_line(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    program = f"import os; os.rmdir({str(gone)!r}); from keraslint.cli import main; raise SystemExit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, "check"],
        cwd=gone,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = "keraslint: the working directory does not exist any more\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is full")
def test_an_output_that_is_full_or_closed() -> None:
    shell = f"{sys.executable} -m keraslint check swapped.py"
    for redirection, status, said in (
        ("> /dev/full", 2, "keraslint: no space left on device\n"),
        (">&-", 1, ""),
        ("> /dev/null 2>&-", 1, ""),
    ):
        done = subprocess.run(  # noqa: S602 (a redirection is what is tested)
            f"{shell} {redirection}",
            shell=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (status, said)


def test_a_defect_outside_of_files_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("keraslint.config.settings", lambda *_: 1 / 0)
    assert main(["check", "clean.py"]) == 2
    said = "keraslint: a defect of keraslint (--verbose shows where): ZeroDivisionError: division by zero\n"
    assert capsys.readouterr() == ("", said)
    assert main(["check", "clean.py", "--verbose"]) == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([""], ": no such file"),
        (["-o", "a\0b", "clean.py"], "a\\x00b: cannot be written: embedded null byte"),
        (["--baseline", "a\0b", "clean.py"], "not a baseline: embedded null byte"),
        (["--config", "x\ud800=1", "clean.py"], "--config: not TOML"),
        (["--keras-version", "", "clean.py"], "no version of Keras is given"),
        (["x\udcff.py"], "x\\udcff.py: no such file"),
    ],
)
def test_odd_arguments_are_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


NET = (
    SWAPPED.replace("\n", "\n    ").replace("import keras\n    ", "import keras\ndef build():").rstrip()
    + "\n    return model\n"
)
TRAIN = "from net import build\nmodel = build()\nmodel.fit(x, {'z': z, 'a': a})\n"


def test_what_stands_in_another_file_is_found_once_and_named_from_here(
    inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (inside / "src").mkdir()
    (inside / "src" / "net.py").write_text(NET)
    (inside / "src" / "train.py").write_text(TRAIN)
    for paths in (["src"], ["src/train.py"], [str(inside / "src" / "train.py")]):
        assert main(["check", "--output-format", "concise", *paths]) == 1
        (line, closing, _) = capsys.readouterr().out.splitlines()
        assert line.startswith("src/net.py:7:31: KER202 ")
        assert closing.startswith("Found 1 error in 2 files.")
    (inside / "src" / "net.py").write_text(NET.replace('"mae"])', '"mae"])  # keraslint: ignore[KER202]'))
    assert main(["check", "src"]) == main(["check", "src/train.py"]) == 0


def test_what_two_programs_lead_to_is_said_once(
    project: Path, found: Callable[..., list[tuple[str, str]]]
) -> None:
    head, *body = SWAPPED.replace('["mse", "mae"]', '{"z": "mse", "b": "mae"}').splitlines()
    lines = [head, "def made():", *(f"  {line}" for line in body), "  return model\n"]
    (project / "net.py").write_text("\n".join(lines))
    for name, call in (("ends", "evaluate"), ("begins", "fit")):
        (project / f"{name}.py").write_text(f"from net import made\nmade().{call}(x, {{'z': z, 'a': a}})\n")
    assert found("--select", "KER101") == [("net.py", "KER101")]
