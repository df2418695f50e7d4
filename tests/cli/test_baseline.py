"""The baseline: what is known does not fail, what is new does, and what is gone is said."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from keraslint.cli import main
from tests.cli.conftest import CLEAN, SWAPPED

FILE = "keraslint-baseline.json"


@pytest.fixture(autouse=True)
def known(project: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project whose findings are in its baseline, which its configuration names."""
    (project / "keraslint.toml").write_text(f"baseline = '{FILE}'")
    assert main(["baseline"]) == 0
    assert capsys.readouterr().out == f"{FILE}: 2 known (2 new, 0 gone)\n"
    return project


def test_what_is_known_does_not_fail(known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == ("No findings in 3 files. 2 known from the baseline.\n", "")
    assert main(["check", "--no-baseline"]) == 1
    (known / "keraslint.toml").unlink()
    assert main(["check"]) == 1
    assert main(["check", "--baseline", FILE]) == 0


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("import keras\n", "import keras\n\n# a line more\n", 0),
        ('["mse", "mae"]', "[\n    'mse',\n    'mae',\n]", 0),
        ("keras.Model(i,", "keras.Model(\n    i,", 0),
        ("model", "net", 0),
        ('["mse", "mae"]', '["mae", "mse"]', 1),
        ('"sgd", loss=["mse", "mae"]', '"sgd", loss=["mse", "mae"], loss_weights=[1.0, 2.0]', 1),
        ('name="z"', 'name="y"', 1),
        ('{"z": z, "a": a}', '{"z": z, "b": a}', 1),
    ],
)
def test_a_finding_is_known_by_what_it_is_about_and_not_by_its_line(
    old: str, new: str, status: int, known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (known / "swapped.py").write_text(SWAPPED.replace(old, new))
    assert main(["check"]) == status
    assert ("KER202 is found in swapped.py no more" in capsys.readouterr().err) is bool(status)


def test_another_one_of_the_same_kind_is_new(known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    last = SWAPPED.splitlines(keepends=True)[-1]
    (known / "swapped.py").write_text(SWAPPED + last)
    assert main(["check", "--output-format", "concise"]) == 1
    out = capsys.readouterr().out
    assert out.count("KER202") == 1
    assert "known from the baseline" in out


def test_stale_entries_are_said_and_renewed(known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (known / "swapped.py").write_text(CLEAN)
    (known / "broken.py").unlink()
    assert main(["check"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        f"keraslint: {FILE}: KER001 is found in broken.py no more; `keraslint baseline` renews it",
        f"keraslint: {FILE}: KER202 is found in swapped.py no more; `keraslint baseline` renews it",
    ]
    assert main(["baseline"]) == 0
    assert capsys.readouterr().out == f"{FILE}: 0 known (0 new, 2 gone)\n"
    assert main(["check"]) == 0
    assert not capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["clean.py"], ["--select", "KER1"], ["--keras-version", "2.15", "--select", "KER803"]]
)
def test_nothing_is_said_of_what_was_not_asked(
    arguments: list[str], known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (known / "swapped.py").write_text(CLEAN)
    assert main(["check", *arguments]) == 0
    assert not capsys.readouterr().err


def test_what_is_found_through_another_file_is_not_said_to_be_gone(
    known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = SWAPPED.splitlines(keepends=True)
    body = "".join(f"    {line}" for line in lines[2:])
    (known / "net.py").write_text(f"{lines[0]}\ndef build():\n{body}    return model\n")
    (known / "train.py").write_text(
        "from net import build\n\nmodel = build()\nmodel.fit(x, {'z': z, 'a': a})\n"
    )
    (known / "pyproject.toml").write_text("")
    assert main(["baseline"]) == 0
    for paths in (["."], ["net.py"], ["train.py"], ["net.py", "train.py"]):
        assert main(["check", *paths]) == 0
        assert not capsys.readouterr().err


def test_entries_of_files_that_were_not_read_stay(known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["baseline", "clean.py"]) == 0
    assert "2 known (0 new, 0 gone)" in capsys.readouterr().out
    (known / "swapped.py").unlink()
    assert main(["baseline", "clean.py"]) == 0
    assert "1 known (0 new, 1 gone)" in capsys.readouterr().out


def test_paths_are_relative_to_the_baseline(
    known: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (known / "below").mkdir()
    monkeypatch.chdir(known / "below")
    assert main(["check", ".."]) == 0
    assert main(["check", str(known / "swapped.py")]) == 0
    assert not capsys.readouterr().err
    assert [row["path"] for row in json.loads((known / FILE).read_text())["findings"]] == [
        "broken.py",
        "swapped.py",
    ]


def test_each_project_has_its_own(known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (known / "below").mkdir()
    (known / "below" / "swapped.py").write_text(SWAPPED)
    (known / "below" / "keraslint.toml").write_text("baseline = 'known.json'")
    assert main(["baseline"]) == 0
    assert sorted(capsys.readouterr().out.splitlines()) == [
        "below/known.json: 1 known (1 new, 0 gone)",
        f"{FILE}: 2 known (0 new, 0 gone)",
    ]
    assert main(["check"]) == 0


def test_where_no_file_is_configured_it_stands_beside_the_configuration(
    known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (known / FILE).unlink()
    (known / "keraslint.toml").write_text("")
    assert main(["baseline"]) == 0
    assert "baseline = " in capsys.readouterr().out
    assert (known / FILE).exists()
    assert main(["baseline", "--baseline", "other.json", "--ignore", "KER001"]) == 0
    assert capsys.readouterr().out == "other.json: 1 known (1 new, 0 gone)\n"


def test_a_finding_in_a_notebook_is_known_in_whichever_cell(known: Path) -> None:
    def notebook(*sources: str) -> str:
        return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources]})

    (known / "net.ipynb").write_text(notebook(SWAPPED))
    assert main(["baseline"]) == 0
    (known / "net.ipynb").write_text(notebook("a = 1", SWAPPED))
    assert main(["check"]) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file or directory; `keraslint baseline` writes it"),
        ("{", "not a baseline: Expecting"),
        ("[" * 100_000, "not a baseline"),
        ("[]", "not a baseline of format 1"),
        ('{"format": 2, "findings": []}', "not a baseline of format 1"),
        ('{"format": 1, "findings": [{}]}', "an entry must hold rule, path, fingerprint, message"),
        ('{"format": 1, "findings": [1]}', "an entry must hold"),
    ],
)
def test_a_bad_baseline_is_one_line(
    content: str | None, said: str, known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (known / FILE).unlink()
    if content is not None:
        (known / FILE).write_text(content)
    assert main(["check"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith(f"keraslint: {FILE}: ")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-"], "standard input has no place in a baseline"),
        (["nothing.py"], "nothing.py: no such file"),
        (["--baseline", "no/where.json"], "no/where.json: cannot be written: no such file or directory"),
        (["--select", "KER9999"], "no rule is called"),
    ],
)
def test_misuse_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["baseline", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_run_with_a_defect_writes_nothing(
    known: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (known / FILE).read_bytes()
    os.mkfifo(known / "pipe.py")
    assert main(["baseline", "pipe.py", "swapped.py"]) == 2
    (known / "pipe.py").unlink()
    monkeypatch.setattr("keraslint.sites.find", lambda *_: 1 / 0)
    assert main(["baseline", "--verbose"]) == 2
    assert "Traceback" in capsys.readouterr().err
    assert (known / FILE).read_bytes() == before
    assert [path.name for path in known.iterdir() if path.name.startswith("tmp")] == []


def test_a_diff_is_that_of_what_is_new(known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--diff"]) == 0
    assert not capsys.readouterr().out
    (known / "new.py").write_text(SWAPPED)
    assert main(["check", "--diff"]) == 1
    out = capsys.readouterr().out
    assert "+++ b/new.py" in out
    assert "swapped.py" not in out
    assert main(["check", "--diff", "--no-baseline"]) == 1
    assert "+++ b/swapped.py" in capsys.readouterr().out
    (known / "keraslint.toml").unlink()
    assert main(["check", "--diff", "--baseline", FILE, "swapped.py"]) == 0


@pytest.mark.skipif(os.name == "nt", reason="permissions are those of POSIX")
def test_others_may_read_it_as_any_new_file(known: Path) -> None:
    (known / "plain").touch()
    assert (known / FILE).stat().st_mode == (known / "plain").stat().st_mode
    (known / FILE).chmod(0o640)
    assert main(["baseline"]) == 0
    assert (known / FILE).stat().st_mode & 0o777 == 0o640
    assert [path.name for path in known.iterdir() if "part" in path.name] == []
