"""Expressions that are not calls: constants, names, containers, operators, attributes, subscripts."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from keraslint.inference import attributes, modules, sequences, symbols
from keraslint.inference.core import MAX_UNROLLED, expression
from keraslint.inference.snapshot import freeze
from keraslint.inference.values import (
    Batches,
    Const,
    Dict,
    Function,
    Item,
    List,
    Symbol,
    Tuple,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from keraslint.inference.core import Run
    from keraslint.inference.values import Object


@expression(ast.Constant)
def constant(_: Run, node: ast.Constant) -> Value:
    """A literal."""
    return Const(node.value)


@expression(ast.Name)
def name(run: Run, node: ast.Name) -> Value:
    """A name: of the program, of a star import, of Python."""
    value = run.lookup(node.id)
    if value is not None:
        return modules.resolved(run, value)
    symbol = symbols.from_star(node.id, run.holdings.stars.get(run.module(), []))
    if symbol is not None:
        return Symbol(symbol)
    if node.id in PYTHON:
        return Symbol(f"builtins.{node.id}")
    return Unknown(f"'{node.id}' is not assigned in this file", f"name {node.id}")


PYTHON = frozenset(dir(builtins))


@expression(ast.JoinedStr)
def fstring(run: Run, node: ast.JoinedStr) -> Value:
    """An f-string of known parts."""
    parts = [
        run.evaluate(part.value if isinstance(part, ast.FormattedValue) else part) for part in node.values
    ]
    plain = all(
        not isinstance(part, ast.FormattedValue) or (part.format_spec is None and part.conversion == -1)
        for part in node.values
    )
    if plain and all(isinstance(part, Const) for part in parts):
        return Const("".join(str(part.value) for part in parts if isinstance(part, Const)))
    return run.unknown("a string with parts that are not known")


@expression(ast.List, ast.Tuple)
def display(run: Run, node: ast.List | ast.Tuple) -> Value:
    """``[a, *b]`` and ``(a, b)``."""
    items: list[Item] = []
    rest: Unknown | None = None
    for element in node.elts:
        if not isinstance(element, ast.Starred):
            items.append(Item(run.evaluate(element), run.origin(element)))
            continue
        inner, unknown = sequences.items_of(run, run.evaluate(element.value))
        items.extend(inner)
        rest = rest or unknown
    if isinstance(node, ast.Tuple):
        return Tuple(tuple(items), rest)
    return run.new(List(tuple(items), rest))


@expression(ast.Dict)
def dictionary(run: Run, node: ast.Dict) -> Value:
    """``{"a": x, **more}``."""
    made: Dict = Dict()
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            made = sequences.update(run, made, run.evaluate(value))
        else:
            made = sequences.put(made, run.evaluate(key), Item(run.evaluate(value), run.origin(value)))
    return run.new(made)


@expression(ast.Lambda)
def function(run: Run, node: ast.Lambda) -> Value:
    """A lambda."""
    return Function(node, run.frame)


@expression(ast.NamedExpr)
def walrus(run: Run, node: ast.NamedExpr) -> Value:
    """``name := value``."""
    value = run.evaluate(node.value)
    run.bind(node.target.id, value)
    return value


@expression(ast.Await)
def awaited(run: Run, node: ast.Await) -> Value:
    """``await x``: nothing is known of it."""
    run.evaluate(node.value)
    return run.unknown("an awaited value")


@expression(ast.BinOp)
def operation(run: Run, node: ast.BinOp) -> Value:
    """An operator: on tensors, arrays, lists, strings and numbers."""
    left, right = run.evaluate(node.left), run.evaluate(node.right)
    return run.split(left, lambda one: run.split(right, lambda two: sequences.operate(run, node, one, two)))


@expression(ast.Attribute)
def attribute(run: Run, node: ast.Attribute) -> Value:
    """``x.name``."""
    return run.split(run.evaluate(node.value), lambda value: attributes.read(run, value, node.attr, node))


@expression(ast.Subscript)
def subscript(run: Run, node: ast.Subscript) -> Value:
    """``x[index]``."""
    value = run.evaluate(node.value)
    if isinstance(node.slice, ast.Slice):
        bounds = [
            None if part is None else run.evaluate(part)
            for part in (node.slice.lower, node.slice.upper, node.slice.step)
        ]
        return run.split(value, lambda one: sequences.cut(run, one, bounds))
    index = run.evaluate(node.slice)
    return run.split(
        value, lambda one: run.split(index, lambda two: sequences.pick(run, one, two, run.origin(node)))
    )


@expression(ast.ListComp, ast.GeneratorExp)
def comprehension(run: Run, node: ast.ListComp | ast.GeneratorExp) -> Value:
    """``[f(x) for x in known]``, unrolled; a condition that is not known makes the rest unknown."""

    def collect(done: tuple[Item, ...], rest: Unknown | None) -> Value:
        if isinstance(node, ast.GeneratorExp):
            return Tuple(done, rest)
        several = None if rest is None else _one_of_many(run, node)
        return run.new(List(done, rest, several))

    def body(done: list[Item]) -> None:
        done.append(Item(run.evaluate(node.elt), run.origin(node.elt)))

    return scoped(run, lambda: unrolled(run, node.generators, body, collect))


def _one_of_many(run: Run, node: ast.ListComp | ast.GeneratorExp) -> Item:
    """What a comprehension makes of an element that is not known."""
    for generator in node.generators:
        element = run.unknown("an element of a sequence that is not known")
        sequences.assign(run, generator.target, element, run.origin(generator.target))
    return Item(run.evaluate(node.elt), run.origin(node.elt))


@expression(ast.DictComp)
def dict_comprehension(run: Run, node: ast.DictComp) -> Value:
    """``{k: f(k) for k in known}``, unrolled."""

    def collect(done: tuple[Item, ...], rest: Unknown | None) -> Value:
        made = Dict(rest=rest)
        for pair in done:
            if isinstance(pair.value, Tuple):
                made = sequences.put(made, pair.value.items[0].value, pair.value.items[1])
        return run.new(made)

    def body(done: list[Item]) -> None:
        key = Item(run.evaluate(node.key), run.origin(node.key))
        done.append(Item(Tuple((key, Item(run.evaluate(node.value), run.origin(node.value)))), key.origin))

    return scoped(run, lambda: unrolled(run, node.generators, body, collect))


def scoped(run: Run, function: Callable[[], Value]) -> Value:
    """Run ``function`` in a scope of its own."""
    outer = run.enter()
    try:
        return function()
    finally:
        run.forget(run.frame)
        run.frame = outer


def unrolled(
    run: Run,
    generators: list[ast.comprehension],
    body: Callable[[list[Item]], None],
    collect: Callable[[tuple[Item, ...], Unknown | None], Value],
) -> Value:
    """What a comprehension makes: ``body`` run for every element, in each way the first iterable may be."""

    def over(thing: Value | Object) -> Value:
        items, rest = sequences.elements(run, thing)
        done: list[Item] = []
        rest = _loop(run, generators, items, body, done) or rest
        return collect(tuple(done), rest)

    return run.each(run.evaluate(generators[0].iter), over)


def _loop(
    run: Run,
    generators: list[ast.comprehension],
    items: tuple[Item, ...],
    body: Callable[[list[Item]], None],
    done: list[Item],
) -> Unknown | None:
    if len(items) > MAX_UNROLLED:
        return Unknown(f"a comprehension over more than {MAX_UNROLLED} elements")
    first, *others = generators
    for item in items:
        sequences.assign(run, first.target, item.value, item.origin)
        verdicts = [run.evaluate(test) for test in first.ifs]
        if not all(isinstance(verdict, Const) for verdict in verdicts):
            return Unknown("a comprehension with a condition that is not known")
        if not all(verdict.value for verdict in verdicts if isinstance(verdict, Const)):
            continue
        if not others:
            body(done)
            continue
        inner, rest = sequences.items_of(run, run.evaluate(others[0].iter))
        rest = _loop(run, others, inner, body, done) or rest
        if rest is not None:
            return rest
    return None


@expression(ast.Yield)
def yielded(run: Run, node: ast.Yield) -> Value:
    """``yield x``: one batch of a generator."""
    value = Const(None) if node.value is None else run.evaluate(node.value)
    batch = Item(freeze(run, value), run.origin(node.value or node))
    run.frames[run.function_frame()].yielded.append((dict(run.state.assumed), batch))
    return run.unknown("what is sent to a generator")


@expression(ast.YieldFrom)
def delegated(run: Run, node: ast.YieldFrom) -> Value:
    """``yield from source``: the batches of another generator."""
    value = run.evaluate(node.value)
    element = value.element if isinstance(value, Batches) else run.unknown("what is yielded is not known")
    run.frames[run.function_frame()].yielded.append(
        (dict(run.state.assumed), Item(element, run.origin(node)))
    )
    return run.unknown("what a generator returns")


@expression(ast.Set, ast.SetComp)
def unordered(run: Run, _: ast.Set | ast.SetComp) -> Value:
    """A set has no order to pair by."""
    return run.unknown("a set")
