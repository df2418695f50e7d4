"""Patterns of .gitignore leave out what git leaves out."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from keraslint.documents import Exclusion, Policy, discover

if TYPE_CHECKING:
    from pathlib import Path

LINES = st.sampled_from((
    "*", "!*.py", "a", "!a", "a/", "!a/", "/a", "!/a/", "a/*", "!a/b.py", "**/b.py", "a/**",
    "!a/**/", "*.py", "b*", "!b.py", "a/b/", "/b/*.py", "!a/b/**", "?.py", "[ab].py", "[!a].py",
    "[^b]", "[a-b]/", "\\!a", "\\a", "#x", "  ", "a/ ", "a\\ ", "!a/*.py", "c/**/a.py", "*/b", "**",
    "**/", "a**", "[", "[]a].py", "[a\\]]", "[z-a]", "!", "/", "x.p[xy]",
))  # fmt: skip
FILES = st.lists(
    st.tuples(st.lists(st.sampled_from("abc"), max_size=3), st.sampled_from(("a.py", "b.py", "x.py"))),
    max_size=12,
)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not there to compare with")
@given(
    FILES, st.lists(LINES, max_size=5), st.lists(LINES, max_size=4), st.sampled_from(("a", "b", "a/b", "c"))
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_git_would_add_is_found(
    tmp_path: Path,
    files: list[tuple[list[str], str]],
    at_root: list[str],
    below: list[str],
    where: str,
) -> None:
    root = tmp_path / "repository"
    shutil.rmtree(root, ignore_errors=True)
    for directories, name in files:
        path = root.joinpath(*directories, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    for directory, lines in ((root, at_root), (root / where, below)):
        directory.mkdir(parents=True, exist_ok=True)
        (directory / ".gitignore").write_text("\n".join(lines))
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    command = ["git", "-c", "core.excludesFile=", "ls-files", "--others", "--exclude-standard", "*.py"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split()
    found = discover([str(root)], lambda _: Policy((Exclusion(str(root), (".git",)),)))
    assert {path.removeprefix(f"{root}/") for path in found} == set(listed)


@pytest.mark.parametrize(
    ("lines", "path", "covered"),
    [
        (["build"], "build/a.py", True),
        (["build"], "src/build/b/a.py", True),
        (["/build"], "src/build/a.py", False),
        (["tests/**"], "tests/a/b.py", True),
        (["*.py", "!a.py"], "b/a.py", False),
        (["b", "!a.py"], "b/a.py", True),
        (["*"], "../a.py", False),
        ([], "a.py", False),
    ],
)
def test_files_are_covered_with_the_directories_above(lines: list[str], path: str, covered: bool) -> None:
    assert Exclusion(".", tuple(lines)).covers(path) is covered


def test_a_directory_that_is_named_loses_the_lines_that_leave_it_out() -> None:
    both = Exclusion(".", ("build", "*.gen.py"))
    assert both.without("build") == Exclusion(".", ("*.gen.py",))
    assert both.without("src") == both
    assert Exclusion(".", ("*", "!src/")).without("src").lines == ("*", "!src/")
