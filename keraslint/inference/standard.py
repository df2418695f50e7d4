"""Calls of Python's builtins and standard library, as far as they matter here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.inference import classes, data, results, sequences, types
from keraslint.inference.core import Arguments
from keraslint.inference.values import (
    Batches,
    Const,
    Dict,
    Instance,
    Item,
    List,
    MetricsNames,
    Partial,
    Ref,
    Result,
    Tuple,
    Unknown,
    Value,
    Values,
)

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from keraslint.inference.core import Run
    from keraslint.inference.values import Object


def _range(run: Run, arguments: Arguments, node: ast.expr) -> Value:
    bounds = [item.value.value for item in arguments.positional if isinstance(item.value, Const)]
    whole = [bound for bound in bounds if isinstance(bound, int)]
    if arguments.rest is not None or len(whole) != len(arguments.positional):
        return Tuple((), run.unknown("a range that is not known"))
    try:
        numbers = range(*whole)
    except (TypeError, ValueError):
        return Tuple((), run.unknown("a range that raises"))
    if len(numbers) > sequences.MAX_ITEMS:
        return Tuple((), run.unknown(f"a range of more than {sequences.MAX_ITEMS}"))
    return Tuple(tuple(Item(Const(number), run.origin(node)) for number in numbers))


def _sized(run: Run, arguments: Arguments, _: ast.expr) -> Value:
    given = arguments.get("obj", 0)

    def one(thing: Value | Object) -> Value:
        match thing:
            case List(items=items, rest=None) | Tuple(items=items, rest=None):
                return Const(len(items))
            case Dict(items=pairs, rest=None):
                return Const(len(pairs))
            case Const(value=str() as text):
                return Const(len(text))
            case Unknown(key=key) if key:
                return Unknown("a length that is not known", f"len({key})")
        return run.unknown("a length that is not known")

    return run.unknown("a length") if given is None else run.each(given.value, one)


def _zip(run: Run, arguments: Arguments, node: ast.expr) -> Value:
    values = [item.value for item in arguments.positional]
    named = next((one for one in values if isinstance(one, MetricsNames) and one.step == "names"), None)
    result = next((value for value in values if isinstance(value, Result)), None)
    if named is not None and result is not None and result.call != "predict":
        results.used(run, result, "zip metrics_names", run.origin(node))
    columns = [sequences.items_of(run, value) for value in values]
    things = [run.object(value) if isinstance(value, Ref) else value for value in values]
    pairs = zip(things, (items for items, _ in columns), strict=True)
    results.zipped(run, tuple(pairs), run.origin(node))
    if arguments.rest is not None or any(rest is not None for _, rest in columns):
        return Tuple((), run.unknown("a zip of something that is not known"))
    rows = zip(*(items for items, _ in columns), strict=False)
    return Tuple(tuple(Item(Tuple(tuple(row)), row[0].origin) for row in rows))


def _enumerate(run: Run, arguments: Arguments, node: ast.expr) -> Value:
    given, start = arguments.get("iterable", 0), arguments.get("start", 1)
    first = start.value.value if start is not None and isinstance(start.value, Const) else 0
    if given is None or not isinstance(first, int):
        return run.unknown("an enumeration that is not known")
    if isinstance(given.value, MetricsNames) and first == 0:
        return MetricsNames(given.value.model, "enumerate")
    items, rest = sequences.items_of(run, given.value)
    origin = run.origin(node)
    rows = (
        Item(Tuple((Item(Const(place), origin), item)), item.origin)
        for place, item in enumerate(items, first)
    )
    return Tuple(tuple(rows), rest)


def _listed(kind: str) -> Callable[[Run, Arguments, ast.expr], Value]:
    def handler(run: Run, arguments: Arguments, _: ast.expr) -> Value:
        given = arguments.get("iterable", 0)

        def one(thing: Value | Object) -> Value:
            if isinstance(thing, Result):
                return run.unknown(f"the elements of what '{thing.call}' returns")
            if isinstance(thing, Values):
                return thing if kind != "reversed" else run.unknown("predictions in reverse")
            items, rest = sequences.elements(run, thing)
            ordered = items[::-1] if kind == "reversed" and rest is None else items
            return Tuple(ordered, rest) if kind != "list" else run.new(List(ordered, rest))

        if given is None:
            return Tuple((), arguments.rest) if kind != "list" else run.new(List(rest=arguments.rest))
        return run.each(given.value, one)

    return handler


def _sorted(run: Run, arguments: Arguments, _: ast.expr) -> Value:
    given = arguments.get("iterable", 0)
    items, rest = (
        ((), run.unknown("nothing to sort")) if given is None else sequences.items_of(run, given.value)
    )
    keys = [
        item.value.value
        for item in items
        if isinstance(item.value, Const) and isinstance(item.value.value, str)
    ]
    if rest is not None or len(keys) != len(items) or arguments.get("key") or arguments.get("reverse"):
        return run.new(List(rest=run.unknown("a sorted sequence that is not known")))
    order = sorted(range(len(items)), key=lambda place: keys[place])
    return run.new(List(tuple(items[place] for place in order)))


def _dict(run: Run, arguments: Arguments, _: ast.expr) -> Value:
    return run.new(_mapping(run, arguments))


def _from_keys(run: Run, arguments: Arguments, _: ast.expr) -> Value:
    keys, value = arguments.get("iterable", 0), arguments.get("value", 1)
    if keys is None or value is None:
        return run.unknown("a dict of nothing")

    def one(thing: Value | Object) -> Value:
        items, rest = sequences.elements(run, thing)
        mapped = Dict(rest=rest)
        for item in items:
            mapped = sequences.put(mapped, item.value, value)
        return run.new(mapped)

    return run.each(keys.value, one)


def _ordered_dict(run: Run, arguments: Arguments, _: ast.expr) -> Value:
    made_dict = _mapping(run, arguments)
    return run.new(Dict(made_dict.items, made_dict.rest, ordered=True))


def _mapping(run: Run, arguments: Arguments) -> Dict:
    mapped = Dict(rest=arguments.rest)
    if arguments.positional:
        value = arguments.positional[0].value
        thing = run.object(value) if isinstance(value, Ref) else value
        mapped = (
            sequences.update(run, mapped, value)
            if isinstance(thing, Dict)
            else _from_pairs(run, mapped, value)
        )
    for name, item in arguments.keywords:
        mapped = sequences.put(mapped, Const(name), item)
    return mapped


def _from_pairs(run: Run, mapped: Dict, value: Value) -> Dict:
    items, rest = sequences.items_of(run, value)
    for item in items:
        pair, unknown = sequences.items_of(run, item.value)
        if unknown is not None or len(pair) != 2:  # noqa: PLR2004
            return Dict(rest=run.unknown("a dict made of something that is not known"))
        mapped = sequences.put(mapped, pair[0].value, pair[1])
    return Dict(mapped.items, mapped.rest or rest)


def _text(run: Run, arguments: Arguments, _: ast.expr) -> Value:
    given = arguments.get("object", 0)
    if given is None or not isinstance(given.value, Const):
        return run.unknown("a string that is not known")
    return Const(str(given.value.value))


def _next(run: Run, arguments: Arguments, _: ast.expr) -> Value:
    given = arguments.get("iterator", 0)
    if given is None:
        return run.unknown("the next element of nothing")

    def one(value: Value) -> Value:
        if isinstance(value, Batches):
            return data.thaw(run, value.element)
        return run.unknown("the next element of something that is not known")

    return run.split(given.value, one)


def _iter(run: Run, arguments: Arguments, node: ast.expr) -> Value:
    given = arguments.get("object", 0)
    if given is None:
        return run.unknown("an iterator")
    thing = run.object(given.value) if isinstance(given.value, Ref) else None
    method = classes.find(thing.cls, "__iter__") if isinstance(thing, Instance) else None
    if method is None:
        return given.value
    return run.call(classes.bind(method, given.value), Arguments(), node)


def _map(run: Run, arguments: Arguments, node: ast.expr) -> Value:
    if not arguments.positional or arguments.rest is not None:
        return run.unknown("a map of something that is not known")
    function, *given = arguments.positional
    columns = [sequences.items_of(run, item.value) for item in given]
    rest = next((unknown for _, unknown in columns if unknown is not None), None)
    rows = zip(*(items for items, _ in columns), strict=False)
    made = tuple(Item(run.call(function.value, Arguments(tuple(row)), node), row[0].origin) for row in rows)
    return Tuple(made, rest)


def _filter(run: Run, arguments: Arguments, node: ast.expr) -> Value:
    if len(arguments.positional) != 2:  # noqa: PLR2004
        return run.unknown("a filter of something that is not known")
    function, given = (item.value for item in arguments.positional)
    items, rest = sequences.items_of(run, given)
    plain = function == Const(None)
    kept = [item.value if plain else run.call(function, Arguments((item,)), node) for item in items]
    if not all(isinstance(one, Const) for one in kept):
        return Tuple((), run.unknown("a filter with a condition that is not known"))
    held = zip(items, kept, strict=True)
    return Tuple(tuple(item for item, one in held if isinstance(one, Const) and one.value), rest)


def _partial(run: Run, arguments: Arguments, _: ast.expr) -> Value:
    if not arguments.positional or arguments.rest is not None:
        return run.unknown("a partial function of something that is not known")
    function, *given = arguments.positional
    return Partial(function.value, tuple(given), arguments.keywords)


def _print(_: Run, __: Arguments, ___: ast.expr) -> Value:
    return Const(None)


KNOWN: dict[str, Callable[[Run, Arguments, ast.expr], Value]] = {
    "builtins.range": _range,
    "builtins.len": _sized,
    "builtins.zip": _zip,
    "builtins.enumerate": _enumerate,
    "builtins.list": _listed("list"),
    "builtins.tuple": _listed("tuple"),
    "builtins.reversed": _listed("reversed"),
    "builtins.sorted": _sorted,
    "builtins.dict": _dict,
    "builtins.dict.fromkeys": _from_keys,
    "collections.OrderedDict": _ordered_dict,
    "builtins.str": _text,
    "builtins.isinstance": types.is_instance,
    "builtins.type": types.type_of,
    "builtins.hasattr": types.has,
    "builtins.print": _print,
    "builtins.next": _next,
    "builtins.iter": _iter,
    "builtins.map": _map,
    "builtins.filter": _filter,
    "functools.partial": _partial,
}
