"""A call of ``fit`` enters; the callback leaves that saves the whole model for whoever is not seen."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from keraslint.rewriting.consumers import last

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.sites.sources import Source


def saved_by_callbacks(source: Source, call: ast.Call) -> ast.Call | None:
    """A ``ModelCheckpoint`` among the callbacks of a ``fit`` that saves more than weights."""
    given = [keyword.value for keyword in call.keywords if keyword.arg == "callbacks"]
    for value in _resolved(source, given):
        for one in ast.walk(value):
            if isinstance(one, ast.Call) and last(one.func) == "ModelCheckpoint" and not _weights_only(one):
                return one
    return None


def _weights_only(call: ast.Call) -> bool:
    return any(
        keyword.arg == "save_weights_only"
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is True
        for keyword in call.keywords
    )


def _resolved(source: Source, values: Sequence[ast.expr], depth: int = 0) -> Iterator[ast.expr]:
    """Expressions, and what the names in them were last assigned above them, a few steps back."""
    yield from values
    for value in values if depth < MAX_RESOLVED else ():
        names = {one.id for one in ast.walk(value) if isinstance(one, ast.Name)}
        yield from _resolved(source, [*_assigned(source, names, value.lineno)], depth + 1)


MAX_RESOLVED = 2
"""A list of callbacks, and a callback in it."""


def _assigned(source: Source, names: set[str], line: int) -> Iterator[ast.expr]:
    last: dict[str, ast.expr] = {}
    for statement in ast.walk(source.tree):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]) if name in names and statement.lineno < line:
                if name not in last or last[name].lineno < statement.lineno:
                    last[name] = statement.value
    yield from last.values()
