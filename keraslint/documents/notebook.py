"""The bytes of an .ipynb file enter; one plain source with an index of its code cells leaves.

Cells that are not Python are left out of the source, and said.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from keraslint.documents import located_json
from keraslint.documents.grammar import Flaw
from keraslint.documents.magics import indent, plain
from keraslint.documents.model import Cell, Document, Failure

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class _CodeCell:
    number: int
    text: str
    raw_lines: tuple[int, ...]


def read_notebook(path: str, data: bytes) -> Document | Failure:
    """Join the code cells of a notebook into one source."""
    text = _text(path, data)
    if isinstance(text, Failure):
        return text
    content = _content(path, text)
    if isinstance(content, Failure):
        return content
    if (language := _language(content)) != "python":
        return Document(path, f"# a notebook for {language}")
    return _joined(path, _code_cells(content, text))


def _text(path: str, data: bytes) -> str | Failure:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Failure(path, line, 1, f"byte 0x{data[error.start]:02x} is not UTF-8, as a notebook must be")


def _content(path: str, text: str) -> dict[str, Any] | Failure:
    try:
        content = located_json.loads(text)
    except json.JSONDecodeError as error:
        return Failure(path, error.lineno, error.colno, f"not a notebook: {error.msg} (damaged JSON)")
    except RecursionError:
        return Failure(path, 1, 1, "not a notebook: JSON nested too deeply")
    except ValueError:  # sys.get_int_max_str_digits()
        return Failure(path, 1, 1, "not a notebook: JSON with a number of too many digits")
    if not isinstance(content, dict) or not isinstance(_cells(content), list):
        return Failure(path, 1, 1, "not a notebook: JSON without a list of cells")
    return content


def _cells(content: dict[str, Any]) -> Any:  # noqa: ANN401 (any JSON)
    """The cells; formats before 4 keep them in worksheets."""
    if "cells" in content:
        return content["cells"]
    sheets = content.get("worksheets")
    if not isinstance(sheets, list):
        return None
    return [cell for sheet in sheets if isinstance(sheet, dict) for cell in sheet.get("cells", ())]


def _language(content: dict[str, Any]) -> str:
    metadata = content.get("metadata")
    for part, key in (("language_info", "name"), ("kernelspec", "language")):
        found = metadata.get(part) if isinstance(metadata, dict) else None
        if isinstance(found, dict) and isinstance(found.get(key), str):
            return "python" if found[key].lower().startswith(("python", "ipython")) else str(found[key])
    return "python"


def sources(text: str) -> dict[int, tuple[located_json.At, ...]]:
    """The strings that make up each code cell of a notebook that can be read, by the cell's number."""
    return dict(_sources(located_json.loads(text)))


def _sources(content: dict[str, Any]) -> Iterator[tuple[int, tuple[located_json.At, ...]]]:
    for number, cell in enumerate(_cells(content), 1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source", cell.get("input", ""))
            parts = source if isinstance(source, list) else [source]
            yield number, tuple(part for part in parts if isinstance(part, located_json.At))


def _code_cells(content: dict[str, Any], text: str) -> Iterator[_CodeCell]:
    starts = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]
    for number, pieces in _sources(content):
        rows = [bisect_right(starts, piece.offset) for piece in pieces]
        yield _code_cell(number, [piece.replace("\r\n", "\n").replace("\r", "\n") for piece in pieces], rows)


def _code_cell(number: int, pieces: list[str], rows: list[int]) -> _CodeCell:
    """Usually a piece is one line of the cell; a line stands where the piece stands in which it begins."""
    text = "".join(pieces)
    begins = [0, *accumulate(len(piece) for piece in pieces[:-1])]
    lines = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]
    raw = (rows[bisect_right(begins, at) - 1] if rows else 1 for at in lines)
    return _CodeCell(number, text, tuple(raw))


def _joined(path: str, cells: Iterator[_CodeCell]) -> Document:
    lines: list[str] = []
    index: list[Cell] = []
    failures: list[Failure] = []
    for cell in cells:
        first = len(lines) + 1
        text, parsed = plain(cell.text)
        if isinstance(parsed, Flaw):
            failures.append(Failure(path, first + parsed.line - 1, parsed.column, parsed.reason))
            text = "\n" * cell.text.count("\n")
        lines += text.split("\n")
        index.append(Cell(cell.number, first, cell.raw_lines, indent(cell.text)))
    return Document(path, "\n".join([*lines, ""]), tuple(index), tuple(failures))
