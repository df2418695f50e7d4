"""Notebooks: one plain source whose every line is found again in its cell and in the file."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest

from keraslint.documents import Document, Failure, decode


def notebook(*cells: str | list[str], language: str | None = "python", **more: Any) -> bytes:
    """The bytes of a notebook with these code cells, as Jupyter writes it."""
    metadata = {"language_info": {"name": language}} if language else {}
    content = {
        "cells": [
            {
                "cell_type": "code",
                "metadata": {},
                "outputs": [],
                "source": lines(cell) if isinstance(cell, str) else cell,
            }
            for cell in cells
        ],
        "metadata": metadata,
        "nbformat": 4,
        **more,
    }
    return json.dumps(content, indent=1).encode()


def lines(cell: str) -> list[str]:
    """The source of a cell as Jupyter stores it."""
    return cell.splitlines(keepends=True)


def read(data: bytes) -> Document:
    """Decode a notebook that can be."""
    document = decode("n.ipynb", data)
    assert isinstance(document, Document)
    return document


MASKED: dict[str, tuple[str, str]] = {
    "line magic": ("%matplotlib inline\na = 1", "pass\na = 1"),
    "shell": ("!pip install keras\na = 1", "pass\na = 1"),
    "shell with quotes": ('a = 1\n!echo "it\'s"', "a = 1\npass"),
    "shell with brackets": ("!echo (\na = 1", "pass\na = 1"),
    "in a block": ("if a:\n    !pip install b\nc = 1", "if a:\n    pass\nc = 1"),
    "in a try": (
        "try:\n  %tensorflow_version 2.x\nexcept Exception:\n  pass",
        "try:\n  pass\nexcept Exception:\n  pass",
    ),
    "continued": ("!pip install \\\n  keras\na = 1", "pass\n\na = 1"),
    "assigned": ("files = !ls\nn = %time f()", "files = None\nn = None"),
    "help": ("model.fit?\na = 1", "pass\na = 1"),
    "help before": ("?model\na = 1", "pass\na = 1"),
    "automagic": ("ls ./data\na = 1", "pass\na = 1"),
    "cell magic over Python": ("%%time\na = 1", "\na = 1"),
    "cell magic over another language": ("%%bash\necho (\nls", "\n\n"),
    "file": ("%%writefile x.py\na = 1", "\n"),
    "remainder stays": ("a = (b\n  % c)\n!ls", "a = (b\n  % c)\npass"),
    "string stays": ("a = '''\n!ls\n'''\n!ls", "a = '''\n!ls\n'''\npass"),
    "indented": ("  a = 1\n  b = 2", "a = 1\nb = 2"),
    "await": ("await a", "await a"),
}


@pytest.mark.parametrize("case", MASKED)
def test_what_only_ipython_reads_is_masked(case: str) -> None:
    cell, expected = MASKED[case]
    document = read(notebook(cell))
    assert document.source == expected + "\n"
    assert not document.failures
    ast.parse(document.source)


def test_lines_are_found_in_their_cells_and_in_the_file() -> None:
    data = notebook("a = 1\nb = 2\n", "c = 3", ["d = ", "4\n", "e = 5"])
    document = read(data)
    raw = data.decode().split("\n")
    for number, text in enumerate(document.source.rstrip("\n").split("\n"), 1):
        cell = document.cell_at(number)
        assert cell is not None
        if text:
            assert text.split()[0] in raw[cell.raw_lines[number - cell.first] - 1]
    assert [(cell.number, cell.first, len(cell.raw_lines)) for cell in document.cells] == [
        (1, 1, 3),
        (2, 4, 1),
        (3, 5, 2),
    ]


def test_a_source_that_is_one_string_stands_on_one_line() -> None:
    content = {
        "cells": [{"cell_type": "markdown", "source": "x"}, {"cell_type": "code", "source": "a = 1\nb = 2"}]
    }
    (cell,) = read(json.dumps(content, indent=1).encode()).cells
    assert cell.number == 2
    assert cell.raw_lines[0] == cell.raw_lines[1] > 1


def test_a_cell_that_is_not_python_is_left_out_and_said() -> None:
    document = read(notebook("a = 1", "b = = 2\nc", "d = 4"))
    assert document.source == "a = 1\n\n\nd = 4\n"
    (failure,) = document.failures
    assert (failure.line, failure.column) == (2, 5)
    assert "invalid syntax" in failure.reason


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (notebook("a = 1", "b = 2")[:150], 13, "damaged JSON"),
        (b"", 1, "damaged JSON"),
        (b"[1, 2]", 1, "without a list of cells"),
        (b'{"cells": 3}', 1, "without a list of cells"),
        (b'{"cells": []}\n\xff', 2, "not UTF-8"),
        (b"[" * 100_000, 1, "nested too deeply"),
    ],
)
def test_a_damaged_notebook_has_a_line_and_a_reason(data: bytes, line: int, reason: str) -> None:
    failure = decode("n.ipynb", data)
    assert isinstance(failure, Failure)
    assert (failure.line, reason in failure.reason) == (line, True), failure


def test_a_notebook_of_another_language_holds_nothing() -> None:
    document = read(notebook("x <- 1", language="R"))
    assert not document.cells
    assert not document.failures


@pytest.mark.parametrize(
    "content",
    [
        {"worksheets": [{"cells": [{"cell_type": "code", "input": ["a = 1\n"], "language": "python"}]}]},
        {"cells": [{"cell_type": "code", "source": ["a = 1\n"]}], "metadata": None},
        {"cells": [None, 3, {"cell_type": "code"}, {"cell_type": "code", "source": [1, "a = 1\n"]}]},
    ],
)
def test_old_and_odd_notebooks(content: dict[str, Any]) -> None:
    assert "a = 1" in read(json.dumps(content).encode()).source


def test_a_cell_that_ipython_dedents_in_part_is_no_error() -> None:
    cell = {"cell_type": "code", "source": " x = [1,\n      2]\nprint(x)"}
    document = decode("a.ipynb", json.dumps({"cells": [cell]}).encode())
    assert isinstance(document, Document)
    assert document.failures == ()
    assert document.source.strip() == ""
