"""Which configuration goes for which file, and what is left out, through the real command."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from keraslint.cli import main
from keraslint.config import KEYS
from tests.cli.conftest import SWAPPED

if TYPE_CHECKING:
    from collections.abc import Callable

    Found = Callable[..., list[tuple[str, str]]]

ROOT = Path(__file__).resolve().parent.parent.parent
BROKEN = ("broken.py", "KER001")
HERE = ("swapped.py", "KER202")
BELOW = ("below/swapped.py", "KER202")


@pytest.fixture
def below(project: Path) -> Path:
    """A directory of the project with a swapped program of its own."""
    (project / "below").mkdir()
    (project / "below" / "swapped.py").write_text(SWAPPED)
    return project / "below"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"keraslint.toml": "ignore = ['KER001']"}, [HERE]),
        ({".keraslint.toml": "ignore = ['KER202']", "keraslint.toml": "ignore = ['KER001']"}, [BROKEN]),
        ({"keraslint.toml": "", "pyproject.toml": "[tool.keraslint]\nignore = ['KER001']"}, [BROKEN, HERE]),
        ({"pyproject.toml": "[tool.ruff]"}, [BROKEN, HERE]),
    ],
)
def test_in_one_directory(
    files: dict[str, str], expected: list[tuple[str, str]], project: Path, found: Found
) -> None:
    for name, text in files.items():
        (project / name).write_text(text)
    assert found() == expected


def test_the_nearest_configuration_goes_for_each_file(project: Path, below: Path, found: Found) -> None:
    (project / "keraslint.toml").write_text("ignore = ['KER202']")
    assert found() == [BROKEN]
    (below / "keraslint.toml").write_text("")
    assert found() == [BROKEN, BELOW]
    (project / "keraslint.toml").write_text("")
    (below / "keraslint.toml").write_text("exclude = ['swapped.py']")
    assert found() == [BROKEN, HERE]
    (below / "keraslint.toml").write_text("per-file-ignores = {'swapped.py' = ['KER2']}")
    assert found() == [BROKEN, HERE]
    (below / "keraslint.toml").write_text("selct = []")
    assert main(["check"]) == 2


@pytest.mark.usefixtures("below")
def test_a_file_can_be_given_and_keys_can_be_set(project: Path, found: Found) -> None:
    (project / "keraslint.toml").write_text("ignore = ['KER202']")
    (project / "other.toml").write_text("ignore = ['KER001']\nextend-exclude = ['below']")
    assert found("--config", "other.toml") == [HERE]
    assert found("--config", "other.toml", "--config", "extend-exclude = []") == [HERE, BELOW]
    assert found("--config", "ignore = ['KER001']", "below") == [BELOW]
    assert found("--isolated") == [BROKEN, HERE, BELOW]
    assert found("--isolated", "--config", "ignore = ['KER202']") == [BROKEN]
    assert found("--isolated", "--config", "output-format = 'concise'", "--ignore", "KER") == []


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        (["--exclude", "below,b*.py"], [HERE]),
        (["--extend-exclude", "swapped.py"], [BROKEN]),
        (["--extend-exclude", "/swapped.py", "--extend-exclude", "b*.py"], [BELOW]),
        (["--exclude", "x", "build"], [("build/swapped.py", "KER202")]),
    ],
)
def test_patterns_on_the_command_line_are_relative_to_where_it_is_given(
    option: list[str], expected: list[tuple[str, str]], below: Path, found: Found
) -> None:
    (below.parent / "build").mkdir()
    (below.parent / "build" / "swapped.py").write_text("" if "build" not in option else SWAPPED)
    assert found(*option) == expected


def test_what_is_named_is_left_out_where_that_is_enforced(
    project: Path, below: Path, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "keraslint.toml").write_text("extend-exclude = ['below', '/swapped.py']")
    named = ["swapped.py", str(below / "swapped.py")]
    assert len(found(*named)) == 2
    assert found("--force-exclude", *named) == []
    assert len(found("below")) == 1
    assert found("--force-exclude", "below") == []
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(SWAPPED.encode())))
    assert found("--force-exclude", "-", "--stdin-filename", "below/new.py") == []
    (project / "keraslint.toml").write_text("extend-exclude = ['below']\nforce-exclude = true")
    assert found("below/swapped.py") == []
    assert len(found("--no-force-exclude", "below/swapped.py")) == 1


def test_what_git_ignores_is_left_out_unless_told_otherwise(project: Path, below: Path, found: Found) -> None:
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    (project / ".gitignore").write_text("/below/\n")
    (project / ".git" / "info").mkdir(exist_ok=True)
    (project / ".git" / "info" / "exclude").write_text("broken.py\n")
    assert found() == [HERE]
    assert len(found("--no-respect-gitignore")) == 3
    (project / "keraslint.toml").write_text("respect-gitignore = false")
    assert len(found()) == 3
    assert found("--respect-gitignore") == [HERE]
    assert len(found(str(below))) == 1


def test_the_configured_format_goes_where_none_is_given(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "keraslint.toml").write_text("output-format = 'concise'")
    assert main(["check"]) == 1
    assert capsys.readouterr().out.startswith("broken.py:2:1: KER001 ")
    assert main(["check", "--output-format", "full"]) == 1
    assert capsys.readouterr().out.startswith("error KER001 ")


def test_show_obeys_the_configuration(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "keraslint.toml").write_text("extend-exclude = ['swapped.py', 'broken.py']")
    assert main(["show", "--config", "keras-version = '3.5'"]) == 0
    out = capsys.readouterr().out
    assert "clean.py" in out
    assert "Keras 3.5" in out
    assert "swapped.py" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--config", "nothing.toml"], "'nothing.toml' is neither a file nor KEY = VALUE"),
        (["--config", "severity = "], "--config: not TOML"),
        (
            ["--config", "severty = 'error'"],
            "no key is called 'severty'; the nearest is 'severity'",
        ),
        (["--config", "per_file_ignores = {}"], "the nearest is 'per-file-ignores'"),
        (["--config", "zzz = 1"], "known are select, "),
        (["--config", "force-exclude = 'yes'"], "force-exclude must be true or false"),
        (["--config", "respect-gitignore = 1"], "respect-gitignore must be true or false"),
        (["--config", "exclude = 'a'"], "exclude must be a list of strings"),
        (["--config", "output-format = 'xml'"], "must be one of full, concise"),
        (["--config", "output-format = 1"], "output-format must be a string"),
        (["--config", "ignore = ['KER9999']"], "ignore is wrong: no rule is called 'KER9999'"),
        (["--config", "bad/pyproject.toml"], "bad/pyproject.toml: no [tool.keraslint] in it"),
        (["--config", "a.toml", "--config", "b.toml"], "--config: one file at most, not a.toml and b.toml"),
        (["--config", "a.toml"], "a.toml: no key is called 'tool'"),
    ],
)
def test_misuse_is_one_line(
    arguments: list[str], said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "bad").mkdir()
    (project / "bad" / "pyproject.toml").write_text("[tool.ruff]")
    (project / "a.toml").write_text("[tool.keraslint]")
    (project / "b.toml").write_text("")
    for command in ("check", "show"):
        if command == "show" and "output-format" in arguments[-1]:
            continue
        assert main([command, "clean.py", *arguments]) == 2
        out, err = capsys.readouterr()
        assert not out
        assert said in err
        assert err.count("\n") == 1


def test_a_configuration_that_cannot_be_read_is_said(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "keraslint.toml").symlink_to("/proc/self/mem")
    assert main(["check"]) == 2
    assert "keraslint.toml: input/output error" in capsys.readouterr().err


def test_the_readme_names_every_key() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [key for key in KEYS if key not in text] == []
