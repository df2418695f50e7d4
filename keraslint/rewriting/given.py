"""The name of a layer enters; what of it callers give leaves: those of the function that shows the outputs.

By names alone, in one document. What a helper inside of that function is given comes from its calls there.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, Union

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.sites.sources import Source

Function: TypeAlias = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

MAX_STEPS = 12
"""Assignments and parameters followed from a name."""


@dataclass(frozen=True)
class Callers:
    """Those who call the functions ``around`` the outputs."""

    source: Source
    around: frozenset[ast.AST]

    def give(self, node: ast.expr, steps: int = 0) -> str:
        """What they give that an expression is made of; empty where it is the same whoever calls."""
        names = (one for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load))
        return next(filter(None, (self._give(name, steps) for name in names)), "")

    def _give(self, name: ast.Name, steps: int) -> str:
        functions = (one for one in self.source.above(name) if isinstance(one, FUNCTIONS))
        function = next((one for one in functions if _binds(one, name.id)), None)
        if function is None:  # of the module itself
            return ""
        if steps > MAX_STEPS:
            return _said(self.source, name, function)
        made = [self._made(store, steps) for store in _stores(function, name.id)]
        given = self._parameter(name, function, steps) if name.id in _parameters(function) else ""
        return next(filter(None, (*made, given)), "")

    def _made(self, store: ast.Name, steps: int) -> str:
        """The same of what a name is assigned."""
        inner: ast.AST = store
        for outer in self.source.above(store):
            match outer:
                case ast.Assign(value=value) | ast.AugAssign(value=value) | ast.NamedExpr(value=value):
                    return self.give(value, steps + 1)
                case ast.For(iter=value) | ast.comprehension(iter=value):
                    return self.give(_element(inner, store, value), steps + 1)
                case ast.stmt():
                    return f"'{store.id}'"
            inner = outer
        return f"'{store.id}'"

    def _parameter(self, name: ast.Name, function: Function, steps: int) -> str:
        """The same of what a function is given by its calls in the document."""
        said = _said(self.source, name, function)
        if function in self.around or isinstance(function, ast.Lambda):
            return said
        uses = [one for one in ast.walk(self.source.tree) if _refers(one, function.name)]
        calls = [(self.source.parents.get(use), use) for use in uses]
        given = [
            _argument(function, call, name.id)
            for call, use in calls
            if isinstance(call, ast.Call) and call.func is use
        ]
        if not given or len(given) < len(uses):
            return said
        return next(filter(None, (said if one is None else self.give(one, steps + 1) for one in given)), "")


def _said(source: Source, name: ast.Name, function: Function) -> str:
    whole: ast.expr = name
    for outer in source.above(name):
        if not isinstance(outer, ast.Attribute):
            break
        whole = outer
    called = "a lambda" if isinstance(function, ast.Lambda) else f"'{function.name}'"
    return f"'{ast.unparse(whole)}', which {called} is given"


def _parameters(function: Function) -> list[str]:
    return [one.arg for one in ast.walk(function.args) if isinstance(one, ast.arg)]


def _stores(function: Function, name: str) -> Iterator[ast.Name]:
    for one in ast.walk(function):
        if isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Store):
            yield one


def _binds(function: Function, name: str) -> bool:
    return name in _parameters(function) or any(_stores(function, name))


def _element(target: ast.AST, store: ast.Name, over: ast.expr) -> ast.expr:
    """What of ``zip(a, b)`` or ``enumerate(a)`` a name in the target of a loop takes."""
    match target, over:
        case ast.Tuple(elts=names), ast.Call(func=ast.Name(id="zip"), args=parts) if store in names:
            return parts[names.index(store)] if len(parts) == len(names) else over
        case ast.Tuple(elts=[number, _]), ast.Call(func=ast.Name(id="enumerate")) if number is store:
            return ast.Constant(0)
        case _:
            return over


def _refers(node: ast.AST, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (
        isinstance(node, ast.Attribute) and node.attr == name
    )


def _argument(function: ast.FunctionDef | ast.AsyncFunctionDef, call: ast.Call, name: str) -> ast.expr | None:
    """What a call passes as a parameter, or its default."""
    spread = any(isinstance(one, ast.Starred) for one in call.args)
    if spread or any(one.arg is None for one in call.keywords):
        return None
    parameters = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    bound = isinstance(call.func, ast.Attribute) and parameters[:1] in (["self"], ["cls"])
    passed = dict(zip(parameters[bound:], call.args, strict=False))
    passed |= {one.arg: one.value for one in call.keywords if one.arg is not None}
    defaults = dict(zip(reversed(parameters), reversed(function.args.defaults), strict=False))
    keywords = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    defaults |= {one.arg: value for one, value in keywords if value is not None}
    return passed.get(name, defaults.get(name))
