"""Snapshots: a value as it is now, with nothing left in it that can change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from keraslint.inference import classes
from keraslint.inference.core import Arguments
from keraslint.inference.events import ModelSeen
from keraslint.inference.state import choice, simplify
from keraslint.inference.values import (
    Array,
    Branched,
    Choice,
    Dict,
    Instance,
    Item,
    List,
    Made,
    Model,
    Ref,
    Snapshot,
    Symbol,
    Tensor,
    Tuple,
    Unknown,
)

if TYPE_CHECKING:
    import ast

    from keraslint.inference.core import Run
    from keraslint.inference.values import Class, Object, Value

MAX_NESTING = 16
"""Containers inside containers that are taken apart."""


def freeze(run: Run, value: Value, depth: int = 0) -> Value:
    """``value`` with its containers as snapshots, choices kept."""
    if depth > MAX_NESTING:
        return Unknown(f"it is nested deeper than {MAX_NESTING}")
    value = simplify(value, run.state.assumed)
    match value:
        case Choice(test=test, text=text, then=then, other=other):
            return choice(test, text, freeze(run, then, depth), freeze(run, other, depth))
        case Ref():
            return _object(run, run.object(value), depth)
        case Tuple(items=items, rest=rest):
            return _sequence(run, "tuple", items, depth, rest=rest)
        case _:
            return value


def taken(value: Value, assumed: dict[str, bool]) -> Value:
    """A snapshot as it is under some conditions, in its containers too."""
    value = simplify(value, assumed)
    match value:
        case Snapshot(items=items):
            held = ((key, item._replace(value=taken(item.value, assumed))) for key, item in items)
            return replace(value, items=tuple(held))
        case _:
            return value


def frozen(run: Run, item: Item | None) -> Item | None:
    """An argument as it is now."""
    return None if item is None else _item(run, item, 0)


def _item(run: Run, item: Item, depth: int) -> Item:
    return Item(freeze(run, item.value, depth + 1), item.origin)


def _object(run: Run, thing: Object, depth: int) -> Value:
    match thing:
        case Branched(test=test, text=text, then=then, other=other):
            return choice(test, text, _object(run, then, depth), _object(run, other, depth))
        case List(items=items, rest=rest, several=several):
            made = _sequence(run, "list", items, depth, rest=rest)
            return made if several is None else replace(made, several=_item(run, several, depth))
        case Dict():
            return _mapping(run, thing, depth)
        case Instance(cls=cls) if not BUILTIN.isdisjoint(_symbols(cls)):
            return Unknown(f"class {cls.node.name} is a container of its own")
        case Instance(cls=cls, name=name):
            return Made(cls.node.name, name, cls.origin)
        case Model(name=name, origin=origin):
            return Made("keras.Model", name, origin)


BUILTIN = frozenset({"typing.NamedTuple", "builtins.tuple", "builtins.list", "builtins.dict"})


def _symbols(cls: Class) -> set[str]:
    return {base.name for base in classes.lineage(cls) if isinstance(base, Symbol)}


def _sequence(
    run: Run, kind: Literal["list", "tuple"], items: tuple[Item, ...], depth: int, *, rest: Unknown | None
) -> Snapshot:
    return Snapshot(kind, tuple((place, _item(run, item, depth)) for place, item in enumerate(items)), rest)


def _mapping(run: Run, mapping: Dict, depth: int) -> Value:
    made = []
    for key, item in mapping.items:
        if not isinstance(key.value, str | int) or isinstance(key.value, bool):
            return Unknown("a key is neither a string nor a number")
        made.append((key.value, _item(run, item, depth)))
    return Snapshot("ordered_dict" if mapping.ordered else "dict", tuple(made), mapping.rest)


def seen(run: Run, ref: Ref, node: ast.expr | None = None) -> ModelSeen | None:
    """The model as it stands now: what its ``call`` returns, for a subclassed one. None if it is no model."""
    model = run.object(ref)
    if not isinstance(model, Model):
        return None
    return look(run, ref, model, node)


def look(run: Run, ref: Ref, model: Model, node: ast.expr | None) -> ModelSeen:
    """The model as it stands now: the outputs it was given, its last layer's, or what ``call`` returns."""
    outputs = model.outputs
    if outputs is None and model.kind == "sequential":
        outputs = last_output(run, model, node)
    elif outputs is None:
        outputs = called(run, ref, model, node)
    outputs = taken(outputs, run.state.assumed)
    compiled = None if model.compiled is None else simplify(model.compiled, run.state.assumed)
    inputs = None if model.inputs is None else taken(model.inputs, run.state.assumed)
    return ModelSeen(model.origin, model.kind, outputs, compiled, model.custom, model.outputs_at, inputs)


def layer_name(run: Run, value: Value | None) -> str | None:
    """The name that a layer was given."""
    thing = run.object(value) if isinstance(value, Ref) else value
    return thing.name if isinstance(thing, Made | Instance | Model) else None


def called(run: Run, ref: Ref, model: Model, node: ast.expr | None) -> Value:
    """What the ``call`` method of a subclassed model returns for some data."""
    method = None if model.cls is None else classes.find(model.cls, "call")
    if method is None:
        return run.unknown("the model has no 'call' method that can be seen")
    return probed(run, classes.bind(method, ref), node)


def probed(run: Run, method: Value, node: ast.expr | None) -> Value:
    """What a ``call`` method returns for data of which nothing is known; without effect on the state."""
    if node is None or run.probing:
        return run.unknown("what 'call' returns is not known")
    run.probing = True
    before = run.state.copy()
    data = Item(run.unknown("the data that 'call' gets"), run.origin(node))
    result = freeze(run, run.call(method, Arguments((data,)), node))
    run.state = before
    run.probing = False
    return result


def last_output(run: Run, model: Model, node: ast.expr | None) -> Value:
    """The output of a Sequential: one tensor of a Keras layer, of an own layer what ``call`` gives."""
    last = model.layers[-1] if model.layers else None
    thing = run.object(last) if isinstance(last, Ref) else last
    method = classes.find(thing.cls, "call") if isinstance(thing, Instance) else None
    if method is None or not isinstance(last, Ref):
        return Tensor(layer_name(run, last), model.origin, last if isinstance(last, Made) else None)
    value = probed(run, classes.bind(method, last), node)
    return Tensor(layer_name(run, last), model.origin) if isinstance(value, Tensor | Array) else value
