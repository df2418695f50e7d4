"""Attributes: reading and writing ``x.name``."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from keraslint.inference import classes, data, modules, symbols
from keraslint.inference.core import Arguments
from keraslint.inference.snapshot import seen
from keraslint.inference.values import (
    Array,
    Batches,
    Class,
    Const,
    Converted,
    Function,
    History,
    Instance,
    Item,
    List,
    Made,
    Method,
    MetricsNames,
    Model,
    Module,
    Ref,
    Result,
    Snapshot,
    Super,
    Symbol,
    Tensor,
    Tuple,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from keraslint.inference.core import Run
    from keraslint.tree import Key


def read(run: Run, value: Value, name: str, node: ast.Attribute) -> Value:
    """``value.name``."""
    match value:
        case Symbol(name=symbol):
            return Symbol(symbols.canonical(f"{symbol}.{name}"))
        case Module(path=path):
            return modules.member(run, path, name)
        case Ref():
            return _of_object(run, value, name, node)
        case Class():
            why = f"class {value.node.name} has no '{name}' that can be seen"
            return classes.find(value, name) or run.unknown(why)
        case Super(owner=owner, bound=bound):
            return _of_super(run, owner, bound, name)
        case Unknown(reason=reason, key=key) if key:
            return run.state.names.find((-1, f"{key}.{name}")) or Unknown(reason, f"{key}.{name}")
        case _:
            return _of_plain(run, value, name, node)


def _of_plain(run: Run, value: Value, name: str, node: ast.Attribute) -> Value:
    match value:
        case Made(symbol=symbol, name=layer) if name == "output" and symbols.is_layer(symbol):
            return Tensor(layer, run.origin(node))
        case Array() if name == "T":
            return value
        case History(origin=origin) if name == "history":
            return History(origin, is_dict=True)
        case Tuple() | Const() | Array() | Tensor() | Made() | Result() | Batches() | Converted():
            return Method(value, name)
        case MetricsNames(step="names"):
            return Method(value, name)
        case _:
            return run.unknown("an attribute of something that is not known")


def _of_object(run: Run, ref: Ref, name: str, node: ast.Attribute) -> Value:
    thing = run.object(ref)
    if isinstance(thing, Instance | Model):
        held = dict(thing.attributes).get(name)
        if held is not None:
            return held
        if thing.cls is not None:
            found = classes.find(thing.cls, name)
            if found is not None:
                return _from_class(run, found, ref, node)
    if isinstance(thing, Model):
        return _of_model(run, ref, thing, name, node)
    if isinstance(thing, Instance) and not classes.is_layer(thing.cls):
        base = classes.unknown_base(thing.cls)
        why = "does not assign it" if base is None else f"has the base '{base}', which is not read"
        return Unknown(f"'{name}': class {thing.cls.node.name} {why}", f"@{ref.address}.{name}")
    return Method(ref, name)


def _from_class(run: Run, found: Value, ref: Ref, node: ast.Attribute) -> Value:
    bound = classes.bind(found, ref)
    if isinstance(bound, Function) and _is_property(bound):
        return run.call(bound, Arguments(), node)
    return bound


def _is_property(function: Function) -> bool:
    node = function.node
    return not isinstance(node, ast.Lambda) and not PROPERTIES.isdisjoint(classes.decorators(node))


PROPERTIES = frozenset({"property", "cached_property"})


def _of_super(run: Run, owner: Class, bound: Value, name: str) -> Value:
    thing = run.object(bound) if isinstance(bound, Ref) else None
    cls = thing.cls if isinstance(thing, Instance | Model) and thing.cls is not None else owner
    found = classes.find(cls, name, after=owner)
    return Method(Super(owner, bound), name) if found is None else classes.bind(found, bound)


def _of_model(run: Run, ref: Ref, model: Model, name: str, node: ast.Attribute) -> Value:
    if name in {"output", "outputs", "output_names"}:
        return _outputs(run, ref, name, node)
    if name in {"input", "inputs"} and model.kind == "functional" and model.inputs is not None:
        return _inputs(run, ref, name, model.inputs)
    match name:
        case "metrics_names":
            return MetricsNames(ref)
        case "name" if model.name is not None:
            return Const(model.name)
        case (
            "input" | "inputs" | "layers" | "history" | "optimizer" | "input_shape" | "output_shape" | "loss"
        ):
            return Unknown(f"the model's '{name}' is not followed", f"@{ref.address}.{name}")
        case _:
            return Method(ref, name)


def _inputs(run: Run, ref: Ref, name: str, inputs: Value) -> Value:
    """``input`` as it was given, ``inputs`` as a list, sorted by the keys of a dict like the outputs."""
    match inputs:
        case _ if name == "input":
            return data.thaw(run, inputs)
        case Tensor(origin=origin):
            return run.new(List((Item(inputs, origin),)))
        case Snapshot(items=pairs, rest=None) if all(isinstance(item.value, Tensor) for _, item in pairs):
            if inputs.kind in {"list", "tuple"}:
                return run.new(List(tuple(item for _, item in pairs)))
            ordered = sorted(pairs, key=lambda pair: str(pair[0]))
            moved = ref if ordered != [*pairs] else None
            return run.new(List(tuple(item for _, item in ordered), sorted_of=moved))
        case _:
            return run.unknown("the inputs of the model are not known")


def _outputs(run: Run, ref: Ref, name: str, node: ast.Attribute) -> Value:
    model = seen(run, ref, node)
    outputs = run.unknown("the outputs of the model are not known") if model is None else model.outputs
    if name == "output":
        return data.thaw(run, outputs)
    if isinstance(outputs, Tensor):
        return _names_or_heads(run, name, ((0, Item(outputs, run.origin(node))),), None, node, ref)
    if not isinstance(outputs, Snapshot):
        return outputs if isinstance(outputs, Unknown) else run.unknown("the outputs depend on a condition")
    if outputs.kind in {"list", "tuple"}:
        return _names_or_heads(run, name, outputs.items, outputs.rest, node, ref)
    # keras/src/ops/function.py flattens the outputs with its tree, which sorts the keys of a dict.
    pairs = tuple(sorted(outputs.items, key=lambda pair: str(pair[0])))
    return _names_or_heads(run, name, pairs, outputs.rest, node, ref)


def _names_or_heads(
    run: Run,
    name: str,
    pairs: tuple[tuple[Key, Item], ...],
    rest: Unknown | None,
    node: ast.Attribute,
    ref: Ref,
) -> Value:
    """``outputs`` or ``output_names``; the latter are the layers' names in a list, the keys in a dict."""
    if any(isinstance(item.value, Snapshot) for _, item in pairs):
        return run.unknown("the outputs of the model are nested")
    if name == "outputs":
        return run.new(List(tuple(item for _, item in pairs), rest, outputs_of=ref))
    names = [key if isinstance(key, str) else getattr(item.value, "name", None) for key, item in pairs]
    if None in names:
        return run.unknown("a head has no name that is known")
    return run.new(List(tuple(Item(Const(known), run.origin(node)) for known in names), rest))


def write(run: Run, value: Value, name: str, what: Value) -> Value:
    """``value.name = what``."""
    if isinstance(value, Unknown) and value.key:
        run.state.names[-1, f"{value.key}.{name}"] = what
    thing = run.object(value) if isinstance(value, Ref) else None
    if isinstance(value, Ref) and isinstance(thing, Instance | Model):
        attributes = {**dict(thing.attributes), name: what}
        run.state.heap[value.address] = replace(thing, attributes=tuple(attributes.items()))
    return what
