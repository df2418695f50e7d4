"""Keras models: how they are made, called, compiled, fed and asked, and the events this gives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from keraslint.inference import classes, sequences, symbols
from keraslint.inference.core import Arguments
from keraslint.inference.events import CompileEvent, DataEvent, ModelSeen
from keraslint.inference.snapshot import freeze, frozen, look
from keraslint.inference.state import choice
from keraslint.inference.values import (
    Array,
    Choice,
    Class,
    Compiled,
    Const,
    Dict,
    Instance,
    Item,
    List,
    Made,
    Model,
    Ref,
    Result,
    Snapshot,
    Super,
    Tensor,
    Tuple,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from keraslint.inference.core import Run
    from keraslint.pairing import Call, Feed

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
    if outputs is None:
        reason = arguments.rest or run.unknown("the model is made without 'outputs'")
        return run.new(Model("functional", run.origin(node), reason, name))
    return run.new(Model("functional", run.origin(node), freeze(run, outputs.value), name, outputs.origin))


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
        case Snapshot(kind="dict", items=pairs) | Snapshot(kind="ordered_dict", items=pairs):
            held = tuple(
                (Const(key), Item(thawed(run, item.value, name, ref, node), run.origin(node)))
                for key, item in pairs
            )
            return run.new(Dict(held, result=Result("predict", ref, node, run.origin(node))))
        case Snapshot(items=pairs):
            return run.new(
                List(
                    tuple(
                        Item(thawed(run, item.value, name, ref, node), run.origin(node)) for _, item in pairs
                    )
                )
            )
        case Unknown():
            return value
        case _:
            return Tensor(name, run.origin(node))


def call_method(run: Run, ref: Ref, name: str, arguments: Arguments, node: ast.expr) -> Value:
    """A method of a model."""
    model = run.object(ref)
    handler = METHODS.get(name)
    if not isinstance(model, Model) or handler is None:
        return run.unknown(f"what '{name}' of a model returns")
    return handler(run, ref, model, arguments, node)


def _compile(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
    def part(name: str, position: int | None = None) -> Item | None:
        item = frozen(run, arguments.get(name, position))
        if item is None and arguments.rest is not None:
            return Item(arguments.rest, run.origin(node))
        return None if item is None or item.value == Const(None) else item

    # optimizer and loss come first everywhere; the third is metrics in Keras 2 and loss_weights in Keras 3.
    third = len(arguments.positional) > 2  # noqa: PLR2004
    unclear = Item(
        Unknown("the third positional argument of compile differs between Keras 2 and 3"), run.origin(node)
    )
    compiled = Compiled(
        run.origin(node),
        loss=part("loss", 1),
        loss_weights=unclear if third else part("loss_weights"),
        metrics=unclear if third else part("metrics"),
        weighted_metrics=part("weighted_metrics"),
    )
    run.state.heap[ref.address] = replace(model, compiled=compiled)
    if not run.expecting and not run.probing:
        model_seen = replace(look(run, ref, model, node), compiled=compiled)
        run.events.append(CompileEvent(model_seen, run.origin(node), run.given()))
    return Const(None)


def _feed(call: Call, positions: tuple[int, int], result: str | None) -> Handler:
    """A method that takes data: where ``y`` and ``sample_weight`` stand among its positional arguments."""

    def handler(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
        if not run.expecting and not run.probing:
            _fed(run, call, positions, look(run, ref, model, node), arguments, node)
        as_dict = arguments.get("return_dict") is not None
        return (
            run.unknown("a history") if result is None else Result(call, ref, node, run.origin(node), as_dict)
        )

    return handler


def _fed(
    run: Run, call: Call, positions: tuple[int, int], model: ModelSeen, arguments: Arguments, node: ast.expr
) -> None:
    data = arguments.get("x", 0) or arguments.get("generator")
    targets = frozen(run, arguments.get("y", positions[0]))
    weights = frozen(run, arguments.get("sample_weight", positions[1]))
    if targets is None or targets.value == Const(None):
        targets = _inside(run, data, arguments, node)
    class_weight = arguments.get("class_weight")
    given = class_weight is not None and class_weight.value != Const(None)
    feed: Feed = "arrays"
    run.events.append(
        DataEvent(model, call, run.origin(node), run.given(), targets, _present(weights), given, feed)
    )
    validation = arguments.get("validation_data")
    if validation is not None:
        _validated(run, model, validation, node)


def _present(item: Item | None) -> Item | None:
    return None if item is None or item.value == Const(None) else item


def _inside(run: Run, data: Item | None, arguments: Arguments, node: ast.expr) -> Item | None:
    """Targets that were not given apart: none beside an array, else somewhere in what was given."""
    if data is not None and isinstance(data.value, Array) and arguments.rest is None:
        return None
    return Item(Unknown("the targets come with the data, which is not followed"), run.origin(node))


def _validated(run: Run, model: ModelSeen, validation: Item, node: ast.expr) -> None:
    def one(value: Value) -> Value:
        if isinstance(value, Tuple) and value.rest is None and len(value.items) in {2, 3}:
            targets = frozen(run, value.items[1])
            weights = frozen(run, value.items[2]) if len(value.items) == 3 else None  # noqa: PLR2004
            run.events.append(
                DataEvent(
                    model,
                    "evaluate",
                    run.origin(node),
                    run.given(),
                    targets,
                    _present(weights),
                    validation=True,
                )
            )
        return Const(None)

    run.split(validation.value, one)


def _predict(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
    del model, arguments
    return Result("predict", ref, node, run.origin(node))


def _add(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
    del node
    layer = arguments.get("layer", 0)
    if layer is not None and model.kind == "sequential":
        run.state.heap[ref.address] = replace(model, layers=(*model.layers, layer.value))
    return Const(None)


def _get_layer(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
    del ref, model
    return Made("keras.layers.Layer", text_of(arguments.get("name", 0)), run.origin(node))


def _silent(run: Run, ref: Ref, model: Model, arguments: Arguments, node: ast.expr) -> Value:
    del run, ref, model, arguments, node
    return Const(None)


# Positions of y and sample_weight: keras/src/trainers/trainer.py, the same in Keras 2 (engine/training.py).
METHODS: dict[str, Handler] = {
    "__call__": apply,
    "compile": _compile,
    "fit": _feed("fit", (1, 10), None),
    "evaluate": _feed("evaluate", (1, 4), "evaluate"),
    "train_on_batch": _feed("train_on_batch", (1, 2), "train_on_batch"),
    "test_on_batch": _feed("test_on_batch", (1, 2), "test_on_batch"),
    "predict": _predict,
    "predict_on_batch": _predict,
    "add": _add,
    "get_layer": _get_layer,
    "summary": _silent,
    "save": _silent,
    "save_weights": _silent,
}


def super_call(run: Run, above: Super, name: str, arguments: Arguments, node: ast.expr) -> Value:
    """``super().name(...)`` where the program's own classes end and Keras begins."""
    thing = run.object(above.bound) if isinstance(above.bound, Ref) else None
    if not isinstance(thing, Model | Instance) or not isinstance(above.bound, Ref):
        return run.unknown("super() of a class that is not followed")
    if name == "__init__":
        return _initialised(run, above.bound, thing, above.owner, arguments)
    if name == "__setattr__":
        return Const(None)
    return (
        call_method(run, above.bound, name, arguments, node)
        if isinstance(thing, Model)
        else run.unknown("a base class")
    )


def _initialised(run: Run, ref: Ref, thing: Model | Instance, owner: Class, arguments: Arguments) -> Value:
    name = text_of(arguments.get("name")) or thing.name
    if isinstance(thing, Instance):
        run.state.heap[ref.address] = replace(thing, name=name)
        return Const(None)
    outputs = arguments.get("outputs", 1)
    if outputs is None or thing.kind == "sequential":
        run.state.heap[ref.address] = replace(thing, name=name)
        return Const(None)
    value: Value = freeze(run, outputs.value)
    if classes.find(owner, "call") is not None:
        value = run.unknown("'call' is overridden in a functional model")
    run.state.heap[ref.address] = replace(
        thing, kind="functional", outputs=value, name=name, outputs_at=outputs.origin
    )
    return Const(None)
