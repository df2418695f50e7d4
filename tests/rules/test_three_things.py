"""A rule is a module, a page and a fixture folder; this holds the three against each other.

In a page each block of Python is preceded by a line that names the fixture which it repeats byte for byte:
``<!-- fixtures/<rule>/<case>/bad.py -->``. The README names its fixtures in the same way.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from keraslint.rules import registered
from keraslint.rules.__main__ import main, new

ROOT = Path(__file__).resolve().parent.parent.parent
SECTIONS = ("What it finds", "What Keras does", "Example", "Fix", "Limits", "Since")
# Folders of fixtures that belong to no rule.
SHARED = {"losses", "conformance", "example", "fuzzing", "recipes"}
BLOCK = re.compile(r"(?:<!-- (?P<fixture>fixtures/\S+) -->\n)?```python\n(?P<code>.*?)```", re.DOTALL)
NAMES = [found.rule.name for found in registered()]


def names_in(root: Path) -> tuple[set[str], set[str]]:
    """The rules that have a page, and those that have fixtures."""
    pages = {page.stem for page in (root / "rules").glob("*.md")}
    folders = {folder.name for folder in (root / "fixtures").iterdir() if folder.is_dir()}
    return pages, folders - SHARED


def test_every_rule_has_a_page_and_fixtures_and_no_others_have() -> None:
    pages, folders = names_in(ROOT)
    assert pages == set(NAMES)
    assert folders == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_its_sections(name: str) -> None:
    page = (ROOT / "rules" / f"{name}.md").read_text(encoding="utf-8")
    code = next(found.rule.code for found in registered() if found.rule.name == name)
    assert page.splitlines()[0] == f"# {code} {name}"
    assert tuple(re.findall(r"^## (.*)$", page, re.MULTILINE)) == SECTIONS


@pytest.mark.parametrize("document", [*(f"rules/{name}.md" for name in NAMES), "README.md"])
def test_python_in_documentation_is_a_fixture(document: str) -> None:
    for block in BLOCK.finditer((ROOT / document).read_text(encoding="utf-8")):
        assert block["fixture"], f"{document}: no comment names the fixture of this block:\n{block['code']}"
        assert (ROOT / block["fixture"]).read_text(encoding="utf-8") == block["code"]


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_has_a_quiet_case_and_a_loud_one(name: str) -> None:
    code = next(found.rule.code for found in registered() if found.rule.name == name)
    programs = {path: path.read_text(encoding="utf-8") for path in (ROOT / "fixtures" / name).rglob("*.py")}
    assert any(path.name == "good.py" for path in programs)
    assert any(path.name == "bad.py" and code in text for path, text in programs.items())


def test_summaries_are_one_sentence() -> None:
    for found in registered():
        assert found.summary.endswith("."), found.rule.module
        assert len(found.summary) < 160, found.rule.module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the scaffold and the test above need."""
    shutil.copytree(ROOT / "keraslint", tmp_path / "keraslint", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("rules", "fixtures"):
        (tmp_path / name).mkdir()
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    return tmp_path


def files(root: Path) -> set[str]:
    """Every file below, by its relative name."""
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_the_scaffold_writes_three_things_and_touches_nothing(checkout: Path) -> None:
    before = {name: (checkout / name).read_bytes() for name in files(checkout)}
    made = new("list-of-everything", "KER999", checkout)
    assert files(checkout) - set(before) == {
        "keraslint/rules/list_of_everything.py",
        "rules/list-of-everything.md",
        "fixtures/list-of-everything/first/bad.py",
    }
    assert [path.exists() for path in made] == [True, True, True]
    assert all((checkout / name).read_bytes() == data for name, data in before.items())


def test_what_the_scaffold_writes_is_a_rule(checkout: Path) -> None:
    new("list-of-everything", "KER999", checkout)
    listed = subprocess.run(
        [sys.executable, "-m", "keraslint", "rules"], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert "KER999  list-of-everything" in listed.stdout
    page = (checkout / "rules/list-of-everything.md").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^## (.*)$", page, re.MULTILINE)) == SECTIONS
    block = BLOCK.search(page)
    assert block is not None
    assert (checkout / block["fixture"]).read_text(encoding="utf-8") == block["code"]
    pages, folders = names_in(checkout)
    assert pages == folders == {"list-of-everything"}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["ListLoss"], "kebab-case"),
        (["list-of-everything", "--code", "KER1"], "three digits"),
        (["list-of-everything", "--code", "KER202"], "taken"),
        (["does-not-parse"], "there already"),
    ],
)
def test_the_scaffold_refuses_in_one_line(
    arguments: list[str], complaint: str, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["new", *arguments, "--root", str(checkout)])
    assert exit_.value.code == 2
    assert complaint in capsys.readouterr().err.splitlines()[-1]
