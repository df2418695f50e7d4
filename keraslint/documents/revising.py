"""A module and its source enter, with the source as it is now; the module of that leaves, if little changed.

Of an edited file only the statements are parsed anew that the edit may have touched: an editor asks after
every key. The nodes of the others are shared between the two modules. What it leaves is, node for node and
place for place, what Python's own parser says; where that is not certain it leaves nothing.
"""

from __future__ import annotations

import ast
from itertools import takewhile

LEAST = 100
"""Lines below which parsing the whole is as fast."""


def revised(source: str, old: str, module: ast.Module) -> ast.Module | None:
    """The module of a source in view of an older one's; None where it has to be parsed as a whole."""
    if not _alike(source, old) or "\r" in source:
        return None
    lines, before = source.split("\n"), old.split("\n")
    if len(lines) < LEAST:
        return None
    above = _same(lines, before)
    first, head = _head(module.body, lines, above)
    last, tail = len(lines), list[ast.stmt]()
    if len(lines) == len(before):  # else what stands below has moved
        below = _same(lines[::-1], before[::-1])
        last, tail = _tail(module.body, lines, max(len(lines) - below, first))
    if not head and not tail:
        return None
    try:
        middle = ast.parse("\n" * first + "\n".join(lines[first:last]))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return ast.Module([*head, *middle.body, *tail], [])


def _alike(source: str, old: str) -> bool:
    """Whether one half is the same, as it is after an edit at one place; most pairs differ at once."""
    half = min(len(source), len(old)) // 2
    return source[:half] == old[:half] or source[-half:] == old[-half:]


def _same(some: list[str], others: list[str]) -> int:
    """How many lines are the same from the first."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(some, others, strict=False)))


def _head(body: list[ast.stmt], lines: list[str], above: int) -> tuple[int, list[ast.stmt]]:
    """The number of lines from the first that hold nothing but whole statements, and these statements.

    What follows them cannot belong to them if it parses by itself: ``else`` and what is indented do not.
    """
    ends = [one.end_lineno or one.lineno for one in body]
    count = sum(1 for _ in takewhile(lambda end: end <= above, ends))
    while count and not _ends(body, ends, lines, count):
        count -= 1
    return (ends[count - 1] if count else 0), body[:count]


def _ends(body: list[ast.stmt], ends: list[int], lines: list[str], count: int) -> bool:
    """Whether so many statements end with their line: the next begins below, and the line does not go on."""
    below = count == len(body) or _begins(body[count]) > ends[count - 1]
    return below and not lines[ends[count - 1] - 1].endswith("\\")


def _tail(body: list[ast.stmt], lines: list[str], from_line: int) -> tuple[int, list[ast.stmt]]:
    """The number of lines above the statements that begin on the next, and these statements."""
    count = sum(1 for _ in takewhile(lambda one: _begins(one) > from_line, reversed(body)))
    for at in range(len(body) - count, len(body)):
        begin = _begins(body[at])
        alone = at == 0 or (body[at - 1].end_lineno or 0) < begin
        if alone and not lines[begin - 2].endswith("\\"):
            return begin - 1, body[at:]
    return len(lines), []


def _begins(statement: ast.stmt) -> int:
    """The line on which a statement begins, that of its first decorator if it has one."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(one.lineno for one in decorators)])
