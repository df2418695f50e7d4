"""With a cache a run says what it says without one, whatever was edited and whatever befell the cache."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from keraslint.cli import main
from keraslint.documents import read_bytes
from keraslint.engine import Settings, check, checking, examining, processes, writing
from keraslint.engine.cache import Cache
from keraslint.engine.storing import UnfitError, decode, encode
from keraslint.engine.targets import targets
from keraslint.engine.whole import check_with_cache
from keraslint.findings import Finding, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).parents[2]
PROJECTS = sorted((ROOT / "tests" / "inference" / "projects").iterdir())
EVERYTHING = Settings(severity=Severity.INFO)

BUILDING = """\
import keras

def build():
    a = keras.Input((2,), name="a")
    one, two = keras.layers.Dense(1, name="one")(a), keras.layers.Dense(1, name="two")(a)
    return keras.Model(a, {"b": one, "a": two})
"""
TRAINING = """\
import keras
from building import build

model = build()
model.compile("sgd", loss=["mse", "mae"])
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Where the cache lies."""
    return tmp_path / "cache"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the working directory."""
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


def said(directory: Path | None, paths: Sequence[str] = (".",), settings: Settings = EVERYTHING) -> list[Any]:
    """Everything that a run says, to the last field; with a cache also once nothing has changed."""
    if directory is None:
        return [encode(one) for one in check(paths, settings)]
    first, second = (check_with_cache(paths, settings, read_bytes, str(directory), 1) for _ in range(2))
    assert [encode(one) for one in first] == [encode(one) for one in second]
    return [encode(one) for one in first]


def codes(said: list[Any]) -> list[str]:
    return [finding[0] for report in said for finding in report[1]]


def written(directory: Path) -> Path:
    """The entries of single documents; what whole runs said is forgotten."""
    for file in directory.glob("*.run.json"):
        file.unlink()
    (file,) = directory.iterdir()
    return file


def refuse(*_: object) -> NoReturn:
    message = "asked to judge what is known"
    raise AssertionError(message)


def test_every_fixture_is_reported_the_same_and_judged_once(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    plain = said(None, ["fixtures"])
    assert said(directory, ["fixtures"]) == plain
    assert len(codes(plain)) > 50
    monkeypatch.setattr(processes, "examine", refuse)
    monkeypatch.setattr("keraslint.syntax.concrete.read", refuse)
    assert written(directory)
    assert said(directory, ["fixtures"]) == plain


def test_where_nothing_changed_the_engine_is_not_asked(
    project: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "training.py").write_text(TRAINING)
    (project / "building.py").write_text(BUILDING)
    plain = said(directory, [str(project)])
    monkeypatch.setattr(checking, "run_over", refuse)
    assert said(directory, [str(project)]) == plain


def edits(project: Path) -> Iterator[Callable[[], object]]:
    """Each file of a project changed, made unreadable for Python, taken away, and put back."""
    for file in sorted(project.rglob("*.py")):
        before = file.read_bytes()
        after = before.replace(b'"mse"', b'"mae"').replace(b"outputs", b"results") + b"\nchanged = 1\n"
        yield partial(file.write_bytes, after)
        yield partial(file.write_bytes, before + b"\n)\n")
        yield file.unlink
        yield partial(file.write_bytes, before)


@pytest.mark.parametrize("source", PROJECTS, ids=lambda path: path.name)
def test_an_edit_is_seen_wherever_it_matters(source: Path, project: Path, directory: Path) -> None:
    shutil.copytree(source, project, dirs_exist_ok=True)
    assert said(directory) == said(None)
    for edit in edits(project):
        edit()
        assert said(directory) == said(None)


def test_what_was_looked_for_and_not_there_may_come(project: Path, directory: Path) -> None:
    (project / "training.py").write_text(TRAINING)
    assert codes(said(directory)) == []
    (project / "building.py").write_text(BUILDING)
    found = said(directory)
    assert found == said(None)
    assert len(codes(found)) == 1
    (project / "building").mkdir()
    (project / "building" / "__init__.py").write_text(BUILDING.replace('{"b": one, "a": two}', "one"))
    assert said(directory) == said(None) != found


def test_other_settings_ask_anew(project: Path, directory: Path) -> None:
    (project / "training.py").write_text(TRAINING.replace("from building import build", BUILDING))
    others = [
        replace(EVERYTHING, versions=targets(["3.3"])),
        replace(EVERYTHING, ignore=("KER1",)),
        replace(EVERYTHING, per_file_ignores=(("training.py", ("KER",)),)),
        replace(EVERYTHING, severity=Severity.ERROR),
    ]
    for settings in (EVERYTHING, *others, *reversed(others), EVERYTHING):
        assert said(directory, settings=settings) == said(None, settings=settings)


def test_files_go_by_the_names_that_they_are_asked_for_by(project: Path, directory: Path) -> None:
    (project / "training.py").write_text(TRAINING)
    (project / "building.py").write_text(BUILDING)
    for paths in (["."], ["training.py"], [str(project)], [str(project / "training.py"), "building.py"]):
        assert said(directory, paths) == said(None, paths)


def sealed(stamp: bytes, content: object) -> bytes:
    text = json.dumps(content).encode()
    return b"\n".join((stamp, hashlib.blake2b(text).hexdigest().encode(), text))


def test_a_broken_or_foreign_cache_is_as_none(project: Path, directory: Path) -> None:
    (project / "training.py").write_text(TRAINING)
    (project / "building.py").write_text(BUILDING)
    plain = said(directory)
    file = written(directory)
    whole = file.read_bytes()
    stamp, _, text = whole.split(b"\n", 2)
    content = json.loads(text)
    values: list[Any] = [None, [], 3, ["x"] * 7, [[]] * 7, [None, 1]]
    odd = [dict.fromkeys(content[0], value) for value in values]
    others: list[Any] = [None, {}, [], [[], [], []], [{}, {}, {}], "[" * 9]
    broken = [
        b"",
        b"\x80\x04\x95",
        whole[:-9],
        whole.replace(b"KER", b"KAR"),
        whole.replace(stamp, b"keraslint 0.0.1"),
        *(sealed(stamp, one) for one in others),
        *(sealed(stamp, [entries, content[1], content[2]]) for entries in odd),
        *(sealed(stamp, [content[0], entries, content[2]]) for entries in odd),
        sealed(stamp, [content[0], content[1], []]),
        b"\n".join((stamp, b"", b"[" * 100_000)),
    ]
    for data in broken:
        written(directory).write_bytes(data)
        assert said(directory) == plain
    whole_run = next(directory.glob("*.run.json"))
    stamp, _, text = whole_run.read_bytes().split(b"\n", 2)
    before, needed, places, reports = json.loads(text)
    odd_runs: list[Any] = [
        [{}, needed, places, reports],
        [before, [], places, reports],
        [before, {"nowhere.py": "0"}, places, reports],
        [before, needed, {"nowhere.py": True}, reports],
        [before, needed, places, [["training.py", 1]]],
        [before, needed, places, 1],
    ]
    for content in odd_runs:
        whole_run.write_bytes(sealed(stamp, content))
        assert said(directory) == plain
    written(directory).unlink()
    file.mkdir()
    assert said(directory) == plain


def test_a_renewed_program_asks_anew(project: Path, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "training.py").write_text(BUILDING + "build().compile(loss=['mse', 'mae'])\n")
    plain = said(directory)
    monkeypatch.setattr(writing, "stamp", lambda: "another")
    judged: list[str] = []
    examine = examining.examine

    def remembering(path: str, *more: Any) -> Any:
        judged.append(path)
        return examine(path, *more)

    monkeypatch.setattr(processes, "examine", remembering)
    assert said(directory) == plain
    assert judged == ["training.py"]


def test_two_runs_at_once_do_not_disturb_each_other(project: Path, directory: Path) -> None:
    (project / "one.py").write_text(BUILDING + "build().compile(loss=['mse', 'mae'])\n")
    (project / "two.py").write_text(BUILDING + "build().compile(loss=['mae', 'mse'])\n")
    said(directory)
    file = str(written(directory))
    caches = [Cache(writing.read(file)), Cache(writing.read(file))]
    for cache, path in zip(caches, ("one.py", "two.py"), strict=True):
        (project / path).write_text((project / path).read_text() + "\n")
        check([path], EVERYTHING, cache=cache)
    for cache in reversed(caches):
        assert cache.is_changed
        writing.write(file, cache.content())
    assert said(directory) == said(None)
    assert {file.suffix for file in directory.iterdir()} == {".json"}


def test_what_no_run_has_used_for_long_is_removed(project: Path, directory: Path) -> None:
    (project / "training.py").write_text(TRAINING)
    said(directory)
    old = [directory / name for name in (f"{'0' * 32}.json", f"{'1' * 32}.run.json", "tmpabc.new")]
    other = [directory / name for name in ("notes.json", f"{'2' * 32}.json")]
    used = list(directory.iterdir())
    for file in (*old, *other):
        file.write_text("")
    for file in (*old, other[0], *used):
        os.utime(file, (0, 0))
    said(directory)  # what is used counts as new
    (project / "training.py").write_text(TRAINING + "\n")
    said(directory)
    assert not any(file.exists() for file in old)
    assert all(file.exists() for file in (*other, *used))


@pytest.mark.parametrize("call", ["mkstemp", "replace", "fdopen", "makedirs"])
def test_a_cache_that_cannot_be_written_costs_nothing_else(
    call: str, project: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "training.py").write_text(TRAINING)
    (project / "building.py").write_text(BUILDING)
    plain = said(None)
    said(directory)
    before = written(directory).read_bytes()
    (project / "training.py").write_text(TRAINING + "\n")

    def full(*_: object, **__: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"keraslint.engine.writing.{'tempfile' if call == 'mkstemp' else 'os'}.{call}", full)
    assert said(directory) == plain
    assert written(directory).read_bytes() == before


def test_a_crash_is_not_remembered(project: Path, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "training.py").write_text(BUILDING + "build().compile(loss=['mse', 'mae'])\n")
    with monkeypatch.context() as patch:
        patch.setattr("keraslint.sites.find", refuse)
        assert "asked to judge" in str(said(directory))
    assert said(directory) == said(None)


def test_the_command_line_keeps_it_where_it_is_told(
    project: Path, directory: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "training.py").write_text(BUILDING + "build().compile(loss=['mse', 'mae'])\n")
    monkeypatch.setenv("KERASLINT_CACHE_DIR", str(directory / "named"))
    assert main(["check", "--no-cache", "."]) == 1
    assert not directory.exists()
    assert main(["check", "--cache-dir", str(directory), "."]) == 1
    written(directory)
    assert main(["check", "."]) == 1
    assert len(list((directory / "named").iterdir())) == 2
    first, second, third = capsys.readouterr().out.split("Found")[:3]
    assert first.split() == second.split()[-len(first.split()) :] == third.split()[-len(first.split()) :]


def test_only_what_is_asked_for_is_built() -> None:
    report = Report("x.py")
    assert decode(Report, json.loads(json.dumps(encode(report)))) == report
    wrong: list[Any] = [None, {}, [], ["x.py"], ["x.py", [], [], [], 1], ["x.py", [[]], [], [], []]]
    for data in wrong:
        with pytest.raises(UnfitError):
            decode(Report, data)
    with pytest.raises(UnfitError):
        decode(Finding, "os.system")
    with pytest.raises(TypeError):
        encode({1})
