"""What is parsed anew of an edited file makes the module that Python's parser makes of the whole."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given, reject, settings, strategies as st

from keraslint.documents import revising
from keraslint.documents.revising import revised

PIECES = (
    *(
        "x = 1\n",
        "x = 1;\n",
        "x = 1; y = 2\n",
        "x = 1 \\\n",
        "\n",
        "# what\n",
        "    # deep\n",
        "\\\n",
        "# c\\\n",
    ),
    *("if x:\n    y = 1\n", "if x: y = 1\n", "else:\n    y = 2\n", "elif z: y = 3\n", "    y = 4\n", "+ 2\n"),
    *(
        "@one\n",
        "@(\n    one)\n",
        "def f(a):\n    return a\n",
        "class A:\n    b = 1\n\n    def c(self): pass\n",
    ),
    *("async def g():\n    await h\n", "try:\n    a\n", "finally:\n    b\n", "except E: b\n", "@ \\\n one\n"),
    *(
        '"""one\n',
        'two"""\n',
        'f"{x}"\n',
        "x = (\n",
        "    1,\n",
        ")\n",
        ".y\n",
        "'a' \\\n'b'\n",
        "\x0cx = 2\n",
    ),
    *(
        "match x:\n    case 1: y = 2\n",
        "case = 1\n",
        "for i in x:\n\tpass\n",
        "lambda: (yield)\n",
        "x = 'ä'; z\n",
    ),
)
LINES = st.lists(st.sampled_from(PIECES), max_size=4)


def same(source: str, old: str) -> bool:
    """Whether something was made of the older module; it is then what the parser makes."""
    made = revised(source, old, ast.parse(old))
    if made is not None:
        assert ast.dump(made, include_attributes=True) == ast.dump(ast.parse(source), include_attributes=True)
    return made is not None


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revising, "LEAST", 0)


@settings(max_examples=200)
@given(LINES, LINES, LINES, LINES)
def test_an_edited_module_is_that_of_the_parser(
    above: list[str], old: list[str], new: list[str], below: list[str]
) -> None:
    """Whatever stood there, stands there now, and stands around it: also where neither parses by itself."""
    before = "".join([*above, *old, *below])
    try:
        ast.parse(before)
    except SyntaxError:
        reject()
    same("".join([*above, *new, *below]), before)


FILES = sorted(Path("fixtures/example").rglob("*.py")) + sorted(Path("keraslint/sites").glob("*.py"))


@pytest.mark.filterwarnings("ignore:invalid escape")
@given(st.data())
def test_an_edited_file_is_that_of_the_parser(data: st.DataObject) -> None:
    """Of real files, from which some characters were cut and to which others were added."""
    old = data.draw(st.sampled_from(FILES)).read_text(encoding="utf-8")
    at = data.draw(st.integers(0, len(old)))
    gone = data.draw(st.integers(0, 30))
    same(old[:at] + data.draw(st.text("ab1 =():\n\"'\\#,", max_size=8)) + old[at + gone :], old)


def test_most_of_it_is_shared() -> None:
    """The nodes of untouched statements are those of the older module; below a new line they move."""
    old = "".join(f"def f{n}(x):\n    return x + {n}\n\n\n" for n in range(40))
    module = ast.parse(old)
    within = revised(old.replace("+ 20\n", "+ 21\n"), old, module)
    assert within is not None
    assert [one is other for one, other in zip(within.body, module.body, strict=True)].count(False) == 1
    longer = revised(old.replace("+ 20\n", "+ 20\n\n"), old, module)
    assert longer is not None
    assert [one is other for one, other in zip(longer.body, module.body, strict=True)].count(True) == 21


@pytest.mark.parametrize("source", ["x = 1\ny = (\n", "x = 1\r\ny = 2\r\n", ""])
def test_what_is_not_certain_is_parsed_as_a_whole(source: str) -> None:
    """What does not parse, what has other ends of lines, what has nothing in common."""
    old = "x = 1\ny = 2\n"
    assert revised(source, old, ast.parse(old)) is None
