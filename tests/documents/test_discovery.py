"""Which files are found under the paths that are given."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from keraslint.documents import EXCLUDED, Exclusion, Policy, discover

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a bit of everything, which is also the working directory."""
    for name in (
        "b.py", "a.ipynb", "notes.txt", "src/z.py", "src/deep/y.py", ".venv/x.py", "node_modules/w.py",
        "src/__pycache__/v.py", ".hidden/u.py", "build/t.py", "made/s.py", "made/kept/r.py",
    ):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*paths: str, exclude: tuple[str, ...] = EXCLUDED) -> list[str]:
    return [
        path.replace(os.sep, "/") for path in discover(paths, lambda _: Policy((Exclusion(".", exclude),)))
    ]


@pytest.mark.usefixtures("tree")
def test_sources_are_found_in_order_and_the_usual_rest_is_not() -> None:
    assert found(".") == [
        "a.ipynb", "b.py", ".hidden/u.py", "made/s.py", "made/kept/r.py", "src/z.py", "src/deep/y.py",
    ]  # fmt: skip


@pytest.mark.usefixtures("tree")
def test_a_file_that_is_named_is_found_whatever_it_is() -> None:
    assert found("notes.txt", ".venv/x.py", "b.py", "./b.py", ".")[:3] == ["notes.txt", ".venv/x.py", "b.py"]
    assert found("b.py", ".").count("b.py") == 1


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        (("src",), {"a.ipynb", "b.py", ".hidden/u.py", "build/t.py", "made/s.py", "made/kept/r.py"}),
        (
            ("**/y.py", "*.ipynb", ".*", "node_modules"),
            {"b.py", "src/z.py", "build/t.py", "made/s.py", "made/kept/r.py"},
        ),
        (("/made/s.py", "src/*", ".*", "build/", "node_modules/"), {"a.ipynb", "b.py", "made/kept/r.py"}),
    ],
)
def test_patterns_exclude(patterns: tuple[str, ...], left: set[str]) -> None:
    assert (
        set(found(".", exclude=patterns)) - {".venv/x.py", "src/__pycache__/v.py", "node_modules/w.py"}
        == left
    )


def test_gitignore_is_honoured_inside_a_repository_only_above(tree: Path) -> None:
    (tree / ".gitignore").write_text("made/*\n!made/kept/\nb.py\n")
    (tree / "src/.gitignore").write_text("!b.py\ndeep\n")
    (tree / "src/b.py").write_text("")
    assert found(".") == ["a.ipynb", ".hidden/u.py", "made/kept/r.py", "src/b.py", "src/z.py"]
    assert found("src/deep") == ["src/deep/y.py"]
    (tree / ".git").mkdir()
    (tree / "made/b.py").write_text("")
    assert found("made") == ["made/kept/r.py"]


@pytest.mark.parametrize("patterns", [EXCLUDED, ("/build/", "z*"), ("build", "made/*")])
def test_a_directory_that_is_named_is_walked_although_it_is_excluded(
    tree: Path, patterns: tuple[str, ...]
) -> None:
    (tree / ".git").mkdir()
    (tree / ".gitignore").write_text("build/\n*.ipynb\n")
    (tree / "build/n.ipynb").write_text("")
    assert found("build", exclude=patterns) == ["build/t.py"]


def test_links_to_directories_are_not_followed(tree: Path) -> None:
    (tree / "src/loop").symlink_to(tree)
    (tree / "src/self").symlink_to("self")
    (tree / "src/self.py").symlink_to("self.py")
    (tree / "src/nowhere.py").symlink_to("nothing.py")
    (tree / "src/link.py").symlink_to(tree / "b.py")
    os.mkfifo(tree / "src/pipe.py")
    (tree / "src/directory.py").mkdir()
    assert found("src") == ["src/link.py", "src/z.py", "src/deep/y.py"]


def test_a_link_that_is_named_is_followed(tree: Path) -> None:
    (tree / "link").symlink_to(tree / "src")
    assert found("link") == ["link/z.py", "link/deep/y.py"]


@pytest.mark.usefixtures("tree")
def test_order_does_not_depend_on_the_file_system(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = found(".")
    scan = os.scandir

    class Backwards:
        def __init__(self, path: str) -> None:
            self.entries = sorted(scan(path), key=lambda entry: entry.name, reverse=True)

        def __enter__(self) -> list[os.DirEntry[str]]:
            return self.entries

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(os, "scandir", Backwards)
    assert found(".") == expected
