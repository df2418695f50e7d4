"""The text of a code cell enters, Python with as many lines leaves: what only IPython reads is masked.

A magic is masked only where Python refuses its line, so that a ``%`` that continues an expression stays.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keraslint.documents.grammar import Flaw, parse

if TYPE_CHECKING:
    import ast

# Cell magics whose body is Python that runs in the notebook's own namespace.
PYTHON_CELL = re.compile(r"^%%(capture|debug|lprun|memit|mprun|prun|tensorflow_version|time|timeit)\b")
# The last line is automagic, which needs no percent sign.
MAGIC_LINE = re.compile(
    r"^\s*([%!?]|,\s*\w|;\s*\w|/\w)|^\s*[\w.]+\?{1,2}\s*$"
    r"|^\s*(cat|cd|conda|cp|env|head|less|ll|ls|mkdir|more|mv|pip|rm|rmdir|tail)\s+[^\s=]"
)
# IPython/core/magics/osm.py, ``env`` and ``set_env``: what stands behind the name is the value, with quotes.
ENVIRONMENT = re.compile(r"^(\s*)%?(?:set_)?env\s+(\w+)(?:\s*=\s*|\s+)(\S.*?)\s*$")
MAGIC_VALUE = re.compile(r"^(?P<kept>\s*[\w.,\s\[\]'\"]+=\s*)[%!]")


def indent(cell: str) -> int:
    """By how much IPython dedents a cell: the indentation of its first line, if no line has less."""
    widths = [len(line) - len(line.lstrip(" ")) for line in cell.split("\n") if line.strip()]
    return widths[0] if widths and widths[0] == min(widths) else 0


def plain(cell: str) -> tuple[str, ast.Module | Flaw]:
    """The masked text of the cell, dedented, and what Python makes of it."""
    margin = indent(cell)
    lines = [line[margin:] if line.strip() else "" for line in cell.split("\n")]
    head = next((number for number, line in enumerate(lines) if line.strip()), None)
    if head is not None and lines[head].startswith("%%"):
        if not PYTHON_CELL.match(lines[head]):
            lines = ["" for _ in lines]
        else:
            lines[head] = ""
    text, parsed = _unmagic(list(lines))
    if isinstance(parsed, Flaw) and _runs_unevenly(cell):
        return _unmagic(["" for _ in lines])
    return text, parsed


def _runs_unevenly(cell: str) -> bool:
    """Whether IPython reads a cell whose lines it does not all dedent; its columns are no longer the cell's.

    IPython/core/inputtransformer2.py, ``leading_indent``: the first line's indentation goes where it stands.
    """
    lines = cell.strip("\n").split("\n")
    space = lines[0][: len(lines[0]) - len(lines[0].lstrip(" "))]
    return bool(space) and not isinstance(_unmagic([line.removeprefix(space) for line in lines])[1], Flaw)


def _unmagic(lines: list[str]) -> tuple[str, ast.Module | Flaw]:
    text = "\n".join(lines)
    parsed = parse(text)
    while isinstance(parsed, Flaw):
        if not _mask(lines, parsed.line - 1) and not _mask_all(lines):
            break
        text = "\n".join(lines)
        parsed = parse(text)
    return text, parsed


def _mask(lines: list[str], number: int) -> bool:
    """Mask the magic on this line with its continuation lines; False where there is none."""
    line = lines[number] if number < len(lines) else ""
    if variable := ENVIRONMENT.match(line):
        space, name, value = variable.groups()
        masked = f'{space}__import__("os").environ[{name!r}] = {value!r}'
    elif MAGIC_LINE.match(line):
        masked = _filler(line)
    elif value := MAGIC_VALUE.match(line):
        masked = value["kept"] + "None"
    else:
        return False
    while lines[number].endswith("\\") and number + 1 < len(lines):
        lines[number], masked = masked, ""
        number += 1
    lines[number] = masked
    return True


def _mask_all(lines: list[str]) -> bool:
    """Python may stop elsewhere than at the magic that confuses it: then all of them go."""
    masked = [_mask(lines, number) for number in range(len(lines))]
    return any(masked)


def _filler(line: str) -> str:
    """A statement at the same indentation, so that a block which holds only magics stays a block."""
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}pass"
