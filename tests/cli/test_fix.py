"""``keraslint fix``: what goes where, exit statuses, and that nothing is written unless it is asked for."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from keraslint.cli import main
from keraslint.cli.fix import readable
from keraslint.fixing import journal
from tests.cli.conftest import CLEAN, SWAPPED

KEPT = '{"a": "mse", "z": "mae"}'
MEANT = '{"z": "mse", "a": "mae"}'
LIST = '["mse", "mae"]'


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with one program that is swapped and one that is not."""
    for variable in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "swapped.py").write_text(SWAPPED)
    (tmp_path / "clean.py").write_text(CLEAN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_diff_is_shown_and_patch_understands_it(capsys: pytest.CaptureFixture[str], inside: Path) -> None:
    assert main(["fix"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("--- a/swapped.py\n+++ b/swapped.py\n@@ ")
    assert "swapped.py:7:27: KER202 safe fix: Keep " in err
    assert "swapped.py:7:27: KER202 unsafe fix, with --unsafe-fixes: Train " in err
    assert err.endswith(
        "1 fix to make (--write makes them), 1 more with --unsafe-fixes; 0 findings would be left.\n"
    )
    assert (inside / "swapped.py").read_text() == SWAPPED
    if shutil.which("patch"):
        subprocess.run(["patch", "-p1", "--quiet"], input=out, text=True, check=True)
        assert (inside / "swapped.py").read_text() == SWAPPED.replace(LIST, KEPT)
        assert main(["fix"]) == 0
        assert not capsys.readouterr().out


@pytest.mark.skipif(shutil.which("patch") is None, reason="there is no patch to try the diff with")
@pytest.mark.parametrize("name", ["x.py", "Ж.py"])
@pytest.mark.parametrize(
    "look",
    [
        ("utf-8", "# é", "\n"),
        ("utf-8", "", "\r\n"),
        ("utf-8-sig", "# é", "\n"),
        ("latin-1", "# coding: latin-1", "\n"),
        ("latin-1", "# coding: latin-1", "\r\n"),
    ],
)
def test_a_patch_makes_what_write_makes(
    look: tuple[str, str, str], name: str, inside: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    encoding, first, end = look
    if name != "x.py" and encoding == "latin-1":
        pytest.skip("a name that the contents could not have is written out")
    data = f"{first}\n{SWAPPED}".replace('"z"', '"é"').replace("\n", end).encode(encoding)
    (inside / name).write_bytes(data)
    main(["fix", name])
    diff = capsysbinary.readouterr().out
    main(["fix", name, "--write"])
    after = (inside / name).read_bytes()
    (inside / name).write_bytes(data)
    subprocess.run(["patch", "-p1", "--quiet", "--binary"], input=diff, check=True)
    assert (inside / name).read_bytes() == after != data


def test_a_terminal_gets_nothing_to_obey() -> None:
    assert readable("+a\x1b[2J\tb\r\n-c\n") == "+a\\x1b[2J    b\\r\n-c\n"
    assert not readable("")


@pytest.mark.parametrize(("options", "losses"), [([], KEPT), (["--unsafe-fixes"], MEANT)])
def test_files_are_written(
    options: list[str], losses: str, capsys: pytest.CaptureFixture[str], inside: Path
) -> None:
    assert main(["fix", "--write", *options, "."]) == 0
    out, err = capsys.readouterr()
    assert (inside / "swapped.py").read_text() == SWAPPED.replace(LIST, losses)
    assert out.endswith("1 fix made; 0 findings left.\n")
    assert "before, " in out
    assert not err
    assert main(["check"]) == 0
    assert main(["fix", "--write"]) == 0
    assert (inside / "swapped.py").read_text() == SWAPPED.replace(LIST, losses)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["swapped.py"], 1),
        (["swapped.py", "--exit-zero"], 0),
        (["clean.py"], 0),
        (["swapped.py", "--select", "KER6"], 0),
        (["swapped.py", "--ignore", "list-loss-for-dict-outputs"], 0),
        (["swapped.py", "--severity", "error", "--output-format", "concise"], 1),
    ],
)
def test_exit_status(arguments: list[str], status: int) -> None:
    assert main(["fix", *arguments]) == status


def test_what_is_left_is_a_finding(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (inside / "broken.py").write_text("import keras\nprint model.compile\n")
    assert main(["fix", "--write"]) == 1
    assert "1 finding left" in capsys.readouterr().out


def test_json_has_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "--output-format", "json"]) == 1
    content = json.loads(capsys.readouterr().out)
    assert (content["written"], content["remaining"]) == (False, [])
    assert [file["filename"] for file in content["files"]] == ["swapped.py"]
    assert content["files"][0]["diff"].startswith("--- a/swapped.py\n")
    made, offered = content["fixes"]
    assert (made["status"], made["fix"]["applicability"]) == ("applied", "safe")
    assert (offered["status"], offered["fix"]["applicability"]) == ("offered", "unsafe")
    assert [row["loss"] for row in made["before"][0]["rows"]] == ["[1] mae", "[0] mse"]
    assert [row["loss"] for row in made["after"][0]["rows"]] == ["z: mae", "a: mse"]
    assert made["finding"]["code"] == "KER202"


def test_check_says_what_is_fixable(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--output-format", "concise"])
    out = capsys.readouterr().out
    assert "swapped.py:7:27: KER202 [*] Keras gives" in out
    assert out.endswith("\n[*] 1 fixable with `keraslint fix`.\n")
    main(["check", "clean.py"])
    assert "fixable" not in capsys.readouterr().out


@pytest.mark.parametrize("write", [False, True])
def test_standard_input(
    write: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], inside: Path
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(SWAPPED.encode())))
    options = ["--write"] if write else []
    assert main(["fix", "-", "--stdin-filename", "src/swapped.py", *options]) == (0 if write else 1)
    out, err = capsys.readouterr()
    assert out == SWAPPED.replace(LIST, KEPT) if write else out.startswith("--- a/src/swapped.py\n")
    assert "src/swapped.py:7:27: KER202" in err
    assert not (inside / "src").exists()


def test_refusals_are_a_line_each_and_nothing_is_written(
    inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.py", "b.py"):
        (inside / name).write_text(SWAPPED)
        (inside / name).chmod(0o444)
    assert main(["fix", "--write"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err == "".join(
        f"keraslint: nothing was written: {name} is read-only\n" for name in ("a.py", "b.py")
    )
    assert (inside / "swapped.py").read_text() == SWAPPED
    (inside / "a.py").unlink()
    os.link(inside / "swapped.py", inside / "a.py")
    assert main(["fix", "--write", "a.py"]) == 2
    assert "a.py has 2 names (hard links)" in capsys.readouterr().err


def test_a_file_that_leads_elsewhere_is_refused(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (inside / "given").mkdir()
    (inside / "given" / "link.py").symlink_to("../swapped.py")
    assert main(["fix", "--write", "given"]) == 2
    assert "outside of the paths that were given" in capsys.readouterr().err
    assert main(["fix", "--write", "."]) == 0
    assert (inside / "given" / "link.py").is_symlink()
    assert (inside / "swapped.py").read_text() == SWAPPED.replace(LIST, KEPT)


def test_the_next_run_finishes_what_was_interrupted(
    inside: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ten files are being written when the process is killed, once before they are ready and once after."""
    for ready, said in ((False, "undid"), (True, "completed")):
        for number in range(10):
            (inside / f"{number}.py").write_text(SWAPPED)
        child = os.fork()
        if child == 0:
            kill_at_the_fifth(ready=ready)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
        assert (inside / journal.NAME).exists()
        monkeypatch.chdir(inside)
        main(["fix", "3.py", "--output-format", "concise"])
        assert f"keraslint: {said} an interrupted fix of 1" in capsys.readouterr().err
        texts = {(inside / f"{number}.py").read_text() for number in range(10)}
        assert texts == {SWAPPED.replace(LIST, KEPT) if ready else SWAPPED}
        assert [path.name for path in inside.iterdir() if path.name.startswith(".")] == []
        (inside / "swapped.py").write_text(SWAPPED)


def kill_at_the_fifth(*, ready: bool) -> None:
    """Run ``fix --write`` and be killed at the fifth file that is prepared, or renamed."""
    import signal

    name, count = ("replace" if ready else "chmod"), [5]
    real = getattr(os, name)

    def killing(*arguments: object) -> object:
        count[0] -= 1
        if count[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments)

    try:
        setattr(os, name, killing)
        main(["fix", "--write", "."])
    finally:
        os._exit(1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fix", "nothing.py"], "nothing.py: no such file or directory"),
        (["fix", "--style", "list"], "'dict', 'nested'"),
        (["fix", "--select", "KER999"], "no rule is called 'KER999'"),
        (["fix", "--output-format", "xml"], "'full', 'concise', 'json'"),
    ],
)
def test_misuse_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert not out
    assert said in err
    assert err.count("\n") == 1


def test_nothing_to_fix_is_said(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (inside / "empty").mkdir()
    assert main(["fix", "empty"]) == 0
    assert "no Python files or notebooks under empty" in capsys.readouterr().err
