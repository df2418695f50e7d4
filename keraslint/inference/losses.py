"""A function of the program enters; how it takes its second parameter, the prediction, apart leaves.

What it computes is not looked at.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.inference.values import Function

PREDICTION = 1
"""``loss(y_true, y_pred)``: the place of the prediction among the parameters."""


def taken_apart(function: Function) -> tuple[str | int, ...]:
    """The keys, or the places of several outputs, that a loss function takes out of its prediction.

    A number alone may well be a sample of the batch; two names that the prediction is unpacked into, or the
    places 0 and 1 both read, are not. Empty where the name is bound to something else in between.
    """
    spec = function.node.args
    names = [one.arg for one in (*spec.posonlyargs, *spec.args)]
    place = PREDICTION + (function.bound is not None)
    if place >= len(names):
        return ()
    name = names[place]
    inside = list(ast.walk(function.node))
    if any(isinstance(node, ast.Name) and node.id == name and _is_bound(node) for node in inside):
        return ()
    taken = [entry for node in inside for entry in _taken(node, name)]
    keys = tuple(dict.fromkeys(entry for entry in taken if isinstance(entry, str)))
    places = tuple(sorted({entry for entry in taken if isinstance(entry, int)}))
    return keys or (places if len(places) > 1 and places == tuple(range(len(places))) else ())


def _is_bound(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store | ast.Del)


def _taken(node: ast.AST, name: str) -> Iterator[str | int]:
    match node:
        case ast.Subscript(value=ast.Name(id=found), slice=ast.Constant(value=str() | int() as key)) if (
            found == name
        ):
            yield key
        case ast.Assign(targets=[ast.Tuple(elts=parts) | ast.List(elts=parts)], value=ast.Name(id=found)) if (
            found == name and not any(isinstance(part, ast.Starred) for part in parts)
        ):
            yield from range(len(parts))
