"""Shards share out the files, and together say what a run over all of them says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from keraslint.cli import main
from keraslint.engine.sharding import Shard, parse

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
BUILDING = """\
import keras

def build():
    a = keras.Input((2,), name="a")
    one, two = keras.layers.Dense(1, name="one")(a), keras.layers.Dense(1, name="two")(a)
    return keras.Model(a, {"b": one, "a": two})
"""
GIVEN = """\
def train(model):
    model.compile("sgd", loss=["mse", "mae"])
    model.fit(x, y)
"""
CALLING = "from building import build\nfrom given import train\ntrain(build())\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which what is found shows only across files."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("building", BUILDING), ("given", GIVEN), ("calling", CALLING)):
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """What a command says."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["check", "--isolated", "--severity", "info", *arguments])
        return (status, *capsys.readouterr())

    return run


@given(st.lists(st.text("abc", min_size=1), unique=True), st.integers(1, 9))
def test_every_file_is_in_one_shard(paths: list[str], count: int) -> None:
    shares = [Shard(number, count).of(paths) for number in range(1, count + 1)]
    assert sorted(path for share in shares for path in share) == sorted(paths)
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2"])
def test_a_shard_that_there_is_not(text: str, said: Callable[..., tuple[int, str, str]]) -> None:
    status, out, complaint = said("--shard", text, str(ROOT / "fixtures/example"))
    assert (status, out) == (2, "")
    assert complaint.endswith(f"--shard {text}: write which part of how many, as in 2/4\n")


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_the_fixtures_in_shards(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: Callable[..., tuple[int, str, str]]
) -> None:
    monkeypatch.chdir(ROOT / "fixtures")
    paths = [one.name for one in sorted(Path().iterdir())[:25] if one.is_dir()]
    options = ("--output-format", form, *paths)
    whole = said("--no-cache", *options)
    alone = [said("--shard", f"{number}/3", "--parts", str(tmp_path), *options) for number in (1, 2, 3)]
    assert said("--parts", str(tmp_path), *options) == whole
    if form == "json":
        each = [row for _, out, _ in alone for row in json.loads(out)]
        assert sorted(map(str, each)) == sorted(map(str, json.loads(whole[1])))


def test_what_shows_across_shards_is_found_where_they_meet(
    project: Path, said: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = said("--no-cache", ".")
    assert whole[0] == 1
    for number in range(1, 4):
        assert said("--shard", f"{number}/3", "--parts", "parts", ".")[0] == 0
    assert said("--parts", "parts", ".") == whole
    elsewhere = project.parent / "elsewhere"
    shutil.copytree(project, elsewhere)
    monkeypatch.chdir(elsewhere)
    monkeypatch.setattr("keraslint.engine.processes.examine", _only_calling)
    assert said("--parts", "parts", ".") == whole


def _only_calling(path: str, *more: object) -> object:
    from keraslint.engine.examining import examine

    assert path == "calling.py"
    return examine(path, *more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("harm", "complaint"),
    [
        (lambda parts: (parts / "2-of-3.shard.json").unlink(), "parts: shard 2 is missing"),
        (lambda parts: [one.unlink() for one in parts.iterdir()], "parts: no shards are in it"),
        (shutil.rmtree, "parts: no such file or directory"),
        (lambda parts: (parts / "1-of-3.shard.json").write_text("["), "1-of-3.shard.json: not a shard"),
        (lambda parts: (parts / "1-of-3.shard.json").write_text("[]"), "not a shard of keraslint"),
        (
            lambda parts: (parts / "1-of-4.shard.json").write_text(
                (parts / "1-of-3.shard.json").read_text().replace('"shard":[1,3]', '"shard":[1,4]')
            ),
            "parts: shards of several runs are in it",
        ),
        (
            lambda parts: (parts / "1-of-3.shard.json").write_text(
                (parts / "1-of-3.shard.json").read_text().replace('"paths":["."]', '"paths":["src"]')
            ),
            "made for paths ['src'], not ['.']",
        ),
    ],
)
@pytest.mark.usefixtures("project")
def test_shards_that_do_not_belong_together(
    harm: Callable[[Path], object], complaint: str, said: Callable[..., tuple[int, str, str]]
) -> None:
    for number in range(1, 4):
        said("--shard", f"{number}/3", "--parts", "parts", ".")
    harm(Path("parts"))
    status, out, heard = said("--parts", "parts", ".")
    assert (status, out) == (2, "")
    assert complaint in heard
    assert heard.count("\n") == 1


def test_what_a_shard_holds_is_only_believed_of_what_it_read(
    project: Path, said: Callable[..., tuple[int, str, str]]
) -> None:
    for number in range(1, 4):
        said("--shard", f"{number}/3", "--parts", "parts", ".")
    (project / "building.py").write_text(
        BUILDING.replace('"b"', '"one"').replace('{"one": one, "a": two}', "one")
    )
    assert said("--parts", "parts", ".") == said("--no-cache", ".")


def test_a_shard_is_written_as_it_is_parsed() -> None:
    assert parse("2/4") == Shard(2, 4)
