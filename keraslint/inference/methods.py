"""Methods of lists, dicts, strings, arrays and layers, called on what is known of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keraslint.inference import data, inheritance, lite, sequences, training
from keraslint.inference.core import Arguments, calling
from keraslint.inference.values import (
    Array,
    Batches,
    Const,
    Converted,
    Dict,
    Instance,
    Item,
    List,
    Made,
    Method,
    MetricsNames,
    Model,
    Origin,
    Ref,
    Result,
    Super,
    Tensor,
    Tuple,
    Values,
)

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from keraslint.inference.core import Run
    from keraslint.inference.values import Constant, Object, Value


@calling(Method)
def method(run: Run, callee: Method, arguments: Arguments, node: ast.expr) -> Value:
    """``receiver.name(arguments)``."""
    match callee.receiver:
        case Ref() as ref:
            return run.each(ref, lambda thing: _of_object(run, ref, thing, callee.name, arguments, node))
        case Super() as above:
            return inheritance.super_call(run, above, callee.name, arguments, node)
        case Const(value=str() as text):
            return _of_string(run, text, callee.name, arguments)
        case Tuple() | MetricsNames() as names:
            return _of_names(run, names, callee.name, arguments)
        case Array() | Tensor() as one:
            return _of_array(run, one, callee.name, node)
        case Batches() as source:
            return data.method(run, source, callee.name, arguments, node)
        case Made() as made:
            return _of_made(run, made, callee.name, arguments, node)
        case Converted() as converted:
            return lite.method(run, converted, callee.name)
        case Result(call="predict") as result if callee.name == "values":
            return Values(result)
        case _:
            return run.unknown(f"what '{callee.name}' returns is not known")


def _of_names(run: Run, names: Tuple | MetricsNames, name: str, arguments: Arguments) -> Value:
    given = arguments.get("value", 0)
    wanted = given.value if given is not None and name == "index" else None
    if isinstance(names, MetricsNames) and isinstance(wanted, Const) and isinstance(wanted.value, str):
        return MetricsNames(names.model, "place", wanted.value)
    return _of_sequence(run, name)


def _of_made(run: Run, made: Made, name: str, arguments: Arguments, node: ast.expr) -> Value:
    if made.symbol.endswith(".ImageDataGenerator") and name.startswith("flow"):
        return data.flow(run, name, arguments, node)
    if made.symbol.startswith("keras.losses."):
        return Array(run.origin(node))
    if name == "__call__":
        return run.call(made, arguments, node)
    return run.unknown(f"what '{name}' of a '{made.symbol}' returns is not known")


def _of_object(
    run: Run, ref: Ref, thing: Value | Object, name: str, arguments: Arguments, node: ast.expr
) -> Value:
    match thing:
        case Model():
            return training.call_method(run, ref, name, arguments, node)
        case List():
            handler = LIST_METHODS.get(name)
            return _of_sequence(run, name) if handler is None else handler(run, ref, thing, arguments)
        case Dict():
            dict_handler = DICT_METHODS.get(name)
            return (
                run.unknown(f"'{name}' of a dict")
                if dict_handler is None
                else dict_handler(run, ref, thing, arguments)
            )
        case Instance():
            return run.unknown(f"class {thing.cls.node.name} shows no '{name}'")
        case _:
            return run.unknown(f"what '{name}' returns is not known")


def _append(run: Run, ref: Ref, thing: List, arguments: Arguments) -> Value:
    item = arguments.get("object", 0)
    if item is not None and thing.rest is None and len(thing.items) < sequences.MAX_ITEMS:
        run.state.heap[ref.address] = replace(thing, items=(*thing.items, item))
    return Const(None)


def _extend(run: Run, ref: Ref, _: List, arguments: Arguments) -> Value:
    item = arguments.get("iterable", 0)
    if item is not None:
        sequences.extend(run, ref, item.value)
    return Const(None)


def _insert(run: Run, ref: Ref, thing: List, arguments: Arguments) -> Value:
    place, item = arguments.get("index", 0), arguments.get("object", 1)
    known = place is not None and isinstance(place.value, Const) and isinstance(place.value.value, int)
    if thing.rest is not None or item is None or place is None or not known:
        run.state.heap[ref.address] = List(
            rest=run.unknown("an element was inserted at a place that is not known")
        )
        return Const(None)
    items = list(thing.items)
    items.insert(place.value.value, item)  # type: ignore[union-attr,arg-type]
    run.state.heap[ref.address] = List(tuple(items))
    return Const(None)


def _pop(run: Run, ref: Ref, thing: List, arguments: Arguments) -> Value:
    place = arguments.get("index", 0)
    index = -1 if place is None else place.value.value if isinstance(place.value, Const) else None
    if (
        thing.rest is not None
        or not isinstance(index, int)
        or not -len(thing.items) <= index < len(thing.items)
    ):
        run.state.heap[ref.address] = List(rest=run.unknown("an element was removed that is not known"))
        return run.unknown("an element that is not known")
    items = list(thing.items)
    item = items.pop(index)
    run.state.heap[ref.address] = List(tuple(items))
    return item.value


def _copy(run: Run, _: Ref, thing: List | Dict, __: Arguments) -> Value:
    return run.new(thing)


def _reverse(run: Run, ref: Ref, thing: List, _: Arguments) -> Value:
    run.state.heap[ref.address] = replace(thing, items=thing.items[::-1])
    return Const(None)


def _changed(run: Run, ref: Ref, _: List | Dict, __: Arguments) -> Value:
    why = run.unknown("it is changed in a way that is not followed")
    run.state.heap[ref.address] = Dict(rest=why) if isinstance(_, Dict) else List(rest=why)
    return run.unknown("an element that is not known")


LIST_METHODS: dict[str, Callable[[Run, Ref, List, Arguments], Value]] = {
    "append": _append,
    "extend": _extend,
    "insert": _insert,
    "pop": _pop,
    "copy": _copy,
    "reverse": _reverse,
    "remove": _changed,
    "clear": _changed,
    "sort": _changed,
}


def _update(run: Run, ref: Ref, thing: Dict, arguments: Arguments) -> Value:
    made = thing
    if arguments.positional:
        made = sequences.update(run, made, arguments.positional[0].value)
    for name, item in arguments.keywords:
        made = sequences.put(made, Const(name), item)
    run.state.heap[ref.address] = replace(made, rest=made.rest or arguments.rest)
    return Const(None)


def _get(run: Run, _: Ref, thing: Dict, arguments: Arguments) -> Value:
    key = arguments.get("key", 0)
    default = arguments.get("default", 1)
    if key is None or not isinstance(key.value, Const):
        return run.unknown("an element that is not known")
    item = thing.get(key.value)
    if item is not None:
        return item.value
    if thing.rest is not None:
        return thing.rest
    return Const(None) if default is None else default.value


def _popped(run: Run, ref: Ref, thing: Dict, arguments: Arguments) -> Value:
    value = _get(run, ref, thing, arguments)
    key = arguments.get("key", 0)
    if key is None or not isinstance(key.value, Const):
        return _changed(run, ref, thing, arguments)
    left = tuple(pair for pair in thing.items if pair[0].value != key.value.value)
    run.state.heap[ref.address] = replace(thing, items=left)
    return value


def _keys(_: Run, __: Ref, thing: Dict, ___: Arguments) -> Value:
    return Tuple(tuple(Item(key, item.origin) for key, item in thing.items), thing.rest)


def _values(_: Run, __: Ref, thing: Dict, ___: Arguments) -> Value:
    return Tuple(tuple(item for _, item in thing.items), thing.rest)


def _pairs(_: Run, __: Ref, thing: Dict, ___: Arguments) -> Value:
    pairs = (Item(Tuple((Item(key, item.origin), item)), item.origin) for key, item in thing.items)
    return Tuple(tuple(pairs), thing.rest)


def _setdefault(run: Run, ref: Ref, thing: Dict, arguments: Arguments) -> Value:
    key, default = arguments.get("key", 0), arguments.get("default", 1)
    if key is None or default is None or not isinstance(key.value, Const) or thing.rest is not None:
        return _changed(run, ref, thing, arguments)
    held = thing.get(key.value)
    if held is None:
        run.state.heap[ref.address] = sequences.put(thing, key.value, default)
    return default.value if held is None else held.value


DICT_METHODS: dict[str, Callable[[Run, Ref, Dict, Arguments], Value]] = {
    "update": _update,
    "get": _get,
    "pop": _popped,
    "keys": _keys,
    "values": _values,
    "items": _pairs,
    "copy": _copy,
    "setdefault": _setdefault,
    "popitem": _changed,
    "clear": _changed,
}


def _of_sequence(run: Run, name: str) -> Value:
    return run.unknown(f"what '{name}' of a sequence returns")


PURE_STRING_METHODS = frozenset(
    {"lower", "upper", "strip", "replace", "title", "capitalize", "format", "rstrip", "lstrip"}
)


def _of_string(run: Run, text: str, name: str, arguments: Arguments) -> Value:
    constants = [item.value.value for item in arguments.positional if isinstance(item.value, Const)]
    named = {key: item.value.value for key, item in arguments.keywords if isinstance(item.value, Const)}
    complete = len(constants) == len(arguments.positional) and len(named) == len(arguments.keywords)
    if name == "join":
        return _join(run, text, arguments)
    if name == "split" and not arguments.keywords and len(constants) == len(arguments.positional):
        return _split(run, text, constants)
    if name not in PURE_STRING_METHODS or not complete or arguments.rest is not None:
        return run.unknown("a string that is not known")
    try:
        return Const(getattr(text, name)(*constants, **named))
    except (TypeError, ValueError, IndexError, KeyError, AttributeError):
        return run.unknown("a format that does not fit")


def _join(run: Run, text: str, arguments: Arguments) -> Value:
    item = arguments.get("iterable", 0)
    if item is None:
        return run.unknown("a string that is not known")
    items, rest = sequences.items_of(run, item.value)
    parts = [
        part.value.value
        for part in items
        if isinstance(part.value, Const) and isinstance(part.value.value, str)
    ]
    return (
        Const(text.join(parts))
        if rest is None and len(parts) == len(items)
        else run.unknown("a string that is not known")
    )


def _split(run: Run, text: str, separators: list[Constant]) -> Value:
    origin = Origin(1, 0, 1, 0)
    match separators:
        case []:
            parts = text.split()
        case [str(separator)] if separator:
            parts = text.split(separator)
        case _:
            return run.unknown("a string that is not known")
    return run.new(List(tuple(Item(Const(part), origin) for part in parts)))


ARRAY_METHODS = frozenset(
    {
        "reshape",
        "astype",
        "copy",
        "flatten",
        "ravel",
        "transpose",
        "squeeze",
        "numpy",
        "mean",
        "sum",
        "max",
        "min",
        "argmax",
        "clip",
        "round",
        "repeat",
        "swapaxes",
        "dot",
        "cumsum",
    }
)


def _of_array(run: Run, data: Array | Tensor, name: str, node: ast.expr) -> Value:
    if isinstance(data, Array) and name in ARRAY_METHODS:
        return Array(run.origin(node), data.by if name in {"astype", "copy"} else None)
    return run.unknown(f"what '{name}' of an array returns")
