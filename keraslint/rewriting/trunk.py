"""The outputs of a model enter; how many of its first layers certainly come before any head leaves.

Keras orders layers by their distance from the outputs and, at one distance, as it meets them going down from
the outputs in their order. Heads that all stand on one tensor change places with each other alone, and
everything below them keeps its number.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from keraslint.tree import Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.sites.model import Written
    from keraslint.sites.sources import Source, Sources
    from keraslint.tree import Branch


def layers_below(outputs: Branch[Written], sources: Sources) -> int:
    """At least so many layers lie below every head; 0 where the heads do not stand on one tensor."""
    found: set[tuple[str, ast.stmt]] = set()
    source = None
    for leaf in outputs.children:
        made = leaf.value.made if isinstance(leaf, Leaf) else None
        source = None if made is None else sources.source(made.document)
        call = None if source is None or made is None else source.node(made)
        below = None if source is None or not isinstance(call, ast.Call) else _single(source, call)
        if source is None or below is None:
            return 0
        found.add((source.path, below))
    if len(found) != 1 or source is None:
        return 0
    return len(set(_layers(source, next(iter(found))[1])))


def _single(source: Source, call: ast.Call) -> ast.stmt | None:
    """The assignment of the one tensor that a layer is called on."""
    match call:
        case ast.Call(func=ast.Call(), args=[ast.Name(id=name)]):
            return _assignment(source, call, name)
        case _:
            return None


def _assignment(source: Source, node: ast.AST, name: str) -> ast.stmt | None:
    """The last assignment of a name before an expression, among the statements of its block."""
    block: list[ast.stmt] = []
    for above in source.above(node):
        if isinstance(above, ast.Module | ast.FunctionDef):
            block = above.body
            break
        if isinstance(above, ast.If | ast.For | ast.While | ast.With | ast.Try | ast.Lambda):
            return None
    line = getattr(node, "lineno", 0)
    found: ast.stmt | None = None
    for statement in block:
        if statement.lineno >= line:
            break
        stores = [one for one in ast.walk(statement) if isinstance(one, ast.Name) and one.id == name]
        if any(isinstance(one.ctx, ast.Store) for one in stores):
            found = statement
    return found if isinstance(found, ast.Assign) and isinstance(found.targets[0], ast.Name) else None


def _layers(source: Source, statement: ast.stmt, depth: int = 0) -> Iterator[ast.stmt]:
    """The statements below a tensor that each make one layer: ``x = Dense(8)(y)``, ``y = Input(...)``."""
    value = statement.value if isinstance(statement, ast.Assign) else None
    match value:
        case ast.Call(func=ast.Call(), args=[ast.Name() | ast.List() | ast.Tuple() as given]):
            yield statement
        case ast.Call(func=ast.Name(id="Input") | ast.Attribute(attr="Input")):
            yield statement
            return
        case _:
            return
    names = [given] if isinstance(given, ast.Name) else given.elts
    for one in names if depth < MAX_LAYERS else ():
        below = _assignment(source, statement, one.id) if isinstance(one, ast.Name) else None
        if below is not None:
            yield from _layers(source, below, depth + 1)


MAX_LAYERS = 200
"""Layers on top of each other that are counted."""
