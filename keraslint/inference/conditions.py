"""Conditions: which way an ``if`` goes, or the key by which equal conditions are recognised later."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from keraslint.inference.core import expression
from keraslint.inference.values import (
    Array,
    Class,
    Const,
    Dict,
    Function,
    List,
    Made,
    Model,
    Partial,
    Ref,
    Symbol,
    Tensor,
    Tuple,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from keraslint.inference.core import Run

MAX_TEXT = 60
"""Characters of a condition's source that are shown."""


def branch(run: Run, test: ast.expr, then: Callable[[], Value], other: Callable[[], Value]) -> Value:
    """Run ``then`` or ``other`` or, where ``test`` is not known, both, tied to the condition."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return branch(run, test.operand, other, then)
    return run.split(run.evaluate(test), lambda value: _decide(run, test, value, then, other))


def _decide(
    run: Run, test: ast.expr, value: Value, then: Callable[[], Value], other: Callable[[], Value]
) -> Value:
    truth = truthiness(run, value)
    if truth is not None:
        return then() if truth else other()
    key = value.key if isinstance(value, Unknown) and value.key else run.unknown("a condition").key
    return run.fork(key, _shown(run, test), then, other)


def _shown(run: Run, test: ast.expr, instead: ast.expr | None = None) -> str:
    """The text of a condition, or of another ``instead`` that goes with it."""
    key = test, instead is None
    if key not in run.shown:
        text = " ".join(ast.unparse(instead or test).split())
        run.shown[key] = text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 3] + "..."
    return run.shown[key]


def truthiness(run: Run, value: Value) -> bool | None:
    """Whether ``value`` counts as true, None where that is not known."""
    match value:
        case Const(value=constant):
            return bool(constant)
        case Tuple(items=items, rest=None):
            return bool(items)
        case Ref():
            thing = run.object(value)
            if isinstance(thing, List | Dict):
                return bool(thing.items) or (None if thing.rest else False)
            return True if isinstance(thing, Model) else None
        case Tensor() | Symbol() | Made() | Function() | Class():
            return True
        case Unknown(key=key) if key.startswith("len("):
            # A program that trains has data: labels, classes, files.
            return True
        case _:
            return None


NEVER_NONE = (Tuple, Ref, Tensor, Array, Symbol, Made, Function, Partial, Class)


@expression(ast.Compare)
def compare(run: Run, node: ast.Compare) -> Value:
    """A comparison: decided between constants, else a condition named by what it compares."""
    left = run.evaluate(node.left)
    if len(node.ops) != 1:
        return run.unknown("a chained comparison")
    right = run.evaluate(node.comparators[0])
    operator = node.ops[0]
    opposite = OPPOSITE.get(type(operator))
    positive = operator if opposite is None else opposite

    def decide(one: Value, two: Value) -> Value:
        value = _compare(run, positive, one, two)
        return value if opposite is None else _negated(run, node, value, positive)

    return run.split(left, lambda one: run.split(right, lambda two: decide(one, two)))


OPPOSITE: dict[type[ast.cmpop], ast.cmpop] = {ast.IsNot: ast.Is(), ast.NotEq: ast.Eq(), ast.NotIn: ast.In()}


def _compare(run: Run, operator: ast.cmpop, left: Value, right: Value) -> Value:
    if isinstance(left, NEVER_NONE) and right == Const(None) and isinstance(operator, ast.Is | ast.Eq):
        return Const(value=False)
    if isinstance(left, Symbol) and isinstance(right, Symbol) and isinstance(operator, ast.Is | ast.Eq):
        decided = _types(left, right)
        if decided is not None:
            return Const(decided)
    if isinstance(left, Const) and isinstance(right, Const):
        decided = _constants(operator, left, right)
        if decided is not None:
            return Const(decided)
    if isinstance(operator, ast.In) and isinstance(left, Const):
        decided = _contained(run, left, right)
        if decided is not None:
            return Const(decided)
    one, two = _key(left), _key(right)
    return run.unknown("a comparison", f"({one} {type(operator).__name__} {two})" if one and two else "")


def _negated(run: Run, node: ast.Compare, value: Value, positive: ast.cmpop) -> Value:
    """What ``!=`` gives, as the opposite of ``value``, which ``==`` would give."""
    if isinstance(value, Const):
        return Const(not value.value)
    key = _key(value)
    if not key:
        return run.unknown("a negated condition")
    text = _shown(run, node, ast.Compare(node.left, [positive], node.comparators))
    return run.fork(key, text, lambda: Const(value=False), lambda: Const(value=True))


def _types(left: Symbol, right: Symbol) -> bool | None:
    """Whether two classes are one: of Python's own it is known that they are not the same."""
    own = all(symbol.name.startswith(("builtins.", "collections.")) for symbol in (left, right))
    return True if left.name == right.name else (False if own else None)


def _key(value: Value) -> str:
    if isinstance(value, Unknown):
        return value.key
    return repr(value.value) if isinstance(value, Const) else ""


def _constants(operator: ast.cmpop, left: Const, right: Const) -> bool | None:
    one, two = left.value, right.value
    if isinstance(operator, ast.Eq):
        return one == two
    if isinstance(operator, ast.Is):
        return one is two or one == two
    if isinstance(one, str) and isinstance(two, str) and isinstance(operator, ast.In):
        return one in two
    if isinstance(one, int | float) and isinstance(two, int | float):
        return _ordered(operator, one, two)
    return None


def _ordered(operator: ast.cmpop, left: float, right: float) -> bool | None:
    match operator:
        case ast.Lt():
            return left < right
        case ast.LtE():
            return left <= right
        case ast.Gt():
            return left > right
        case ast.GtE():
            return left >= right
    return None


def _contained(run: Run, needle: Const, container: Value) -> bool | None:
    thing = run.object(container) if isinstance(container, Ref) else container
    match thing:
        case List(items=items, rest=rest) | Tuple(items=items, rest=rest):
            values = [item.value for item in items]
        case Dict(items=pairs, rest=rest):
            values = [key for key, _ in pairs]
        case _:
            return None
    if any(value == needle for value in values):
        return True
    return False if rest is None and all(isinstance(value, Const) for value in values) else None


@expression(ast.BoolOp)
def boolean(run: Run, node: ast.BoolOp) -> Value:
    """``and`` and ``or``, with Python's short circuit."""
    first, *others = node.values
    rest = others[0] if len(others) == 1 else ast.copy_location(ast.BoolOp(node.op, others), node)
    value = run.evaluate(first)

    def short(one: Value) -> Value:
        if isinstance(node.op, ast.And):
            return _decide(run, first, one, lambda: run.evaluate(rest), lambda: one)
        return _decide(run, first, one, lambda: one, lambda: run.evaluate(rest))

    return run.split(value, short)


@expression(ast.UnaryOp)
def unary(run: Run, node: ast.UnaryOp) -> Value:
    """``not x``, ``-1``."""
    if isinstance(node.op, ast.Not):
        return branch(run, node, lambda: Const(value=True), lambda: Const(value=False))
    value = run.evaluate(node.operand)
    if isinstance(value, Const) and isinstance(value.value, int | float) and isinstance(node.op, ast.USub):
        return Const(-value.value)
    return value if isinstance(value, Tensor | Array) else run.unknown("an operation on an unknown number")


@expression(ast.IfExp)
def conditional(run: Run, node: ast.IfExp) -> Value:
    """``a if test else b``."""
    return branch(run, node.test, lambda: run.evaluate(node.body), lambda: run.evaluate(node.orelse))
