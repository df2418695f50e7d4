"""Keras models: how they are made, called, compiled, fed and asked, and the events this gives."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeAlias

from keraslint.inference import classes, sequences, symbols
from keraslint.inference.core import Arguments
from keraslint.inference.events import OldEvent
from keraslint.inference.snapshot import freeze, look
from keraslint.inference.state import choice
from keraslint.inference.values import (
    Choice,
    Const,
    Dict,
    Item,
    List,
    Model,
    Ref,
    Result,
    Snapshot,
    Tensor,
    Tuple,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keraslint.inference.core import Run
    from keraslint.inference.values import Origin

    Handler: TypeAlias = Callable[[Run, Ref, Model, Arguments, ast.expr], Value]


def text_of(item: Item | None) -> str | None:
    """The string that an argument is, if it is one."""
    value = None if item is None else item.value
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


def make(run: Run, symbol: str, arguments: Arguments, node: ast.expr) -> Value:
    """``keras.Model(inputs, outputs)`` and ``keras.Sequential(layers)``."""
    name = text_of(arguments.get("name"))
    if symbol == symbols.SEQUENTIAL:
        layers = arguments.get("layers", 0)
        given = () if layers is None else _layers(run, layers.value)
        return run.new(Model("sequential", run.origin(node), name=name, layers=given))
    outputs = arguments.get("outputs", 1) or arguments.get("output")
    value: Value = arguments.rest or run.unknown("the model is made without 'outputs'")
    at = None if outputs is None else outputs.origin
    if outputs is not None:
        value = freeze(run, outputs.value)
    declared = arguments.get("inputs", 0) or arguments.get("input")
    inputs = None if declared is None else freeze(run, declared.value)
    ref = run.new(Model("functional", run.origin(node), value, name, at, inputs=inputs))
    if not run.silent() and not run.expecting:
        made = Model("functional", run.origin(node), value, name, at, inputs=inputs)
        for what, origin in _told(run, arguments, (declared, outputs), node):
            run.events.append(OldEvent(look(run, ref, made, node), what, origin))
    return ref


def _told(
    run: Run, arguments: Arguments, given: tuple[Item | None, Item | None], node: ast.expr
) -> Iterator[tuple[str, Origin]]:
    """What is to be said of how a model is made, and where."""
    if arguments.get("output") or arguments.get("input"):
        yield "Model", run.origin(node)
    for item in given:
        if item is not None and _is_values(item, node):
            yield "values", item.origin
    inputs = given[0]
    thing = run.object(inputs.value) if inputs is not None and isinstance(inputs.value, Ref) else None
    if inputs is not None and isinstance(thing, List) and thing.sorted_of is not None:
        yield "inputs", inputs.origin


def _is_values(item: Item, node: ast.expr) -> bool:
    """Whether an argument is written ``d.values()``, of a dict whose values are known."""
    given = [*node.args, *(keyword.value for keyword in node.keywords)] if isinstance(node, ast.Call) else []
    here = [one for one in given if (one.lineno, one.col_offset) == (item.origin.line, item.origin.column)]
    match here:
        case [ast.Call(func=ast.Attribute(attr="values"), args=[], keywords=[])]:
            return isinstance(item.value, Tuple)
        case _:
            return False


def _layers(run: Run, value: Value) -> tuple[Value, ...]:
    items, rest = sequences.items_of(run, value)
    return (*(item.value for item in items), *(() if rest is None else (rest,)))


def apply(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
    """Calling a model on tensors or data."""
    if model.cls is not None and model.outputs is None and model.kind == "subclass":
        method = classes.find(model.cls, "call")
        return (
            run.unknown("the model shows no 'call'")
            if method is None
            else run.call(classes.bind(method, ref), arguments, node)
        )
    return thawed(run, look(run, ref, model, node).outputs, model.name, ref, node)


def thawed(run: Run, value: Value, name: str | None, ref: Ref, node: ast.expr) -> Value:
    """What calling a model gives: its outputs' structure, its tensors named after the model."""
    match value:
        case Choice(test=test, text=text, then=then, other=other):
            return choice(test, text, thawed(run, then, name, ref, node), thawed(run, other, name, ref, node))
        case Snapshot(kind="dict" | "ordered_dict", items=pairs, rest=rest):
            held = tuple(
                (Const(key), Item(thawed(run, item.value, name, ref, node), run.origin(node)))
                for key, item in pairs
            )
            return run.new(Dict(held, rest, result=Result("predict", ref, node, run.origin(node))))
        case Snapshot(items=pairs, rest=rest):
            return run.new(
                List(
                    tuple(
                        Item(thawed(run, item.value, name, ref, node), run.origin(node)) for _, item in pairs
                    ),
                    rest,
                )
            )
        case Unknown():
            return value
        case _:
            return Tensor(name, run.origin(node))
