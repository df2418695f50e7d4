"""Lists, tuples, dicts and strings: elements, operators, subscripts, and assignment to several names."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from keraslint.inference import attributes, lite, results
from keraslint.inference.values import (
    Array,
    Branched,
    Choice,
    Const,
    Converted,
    Dict,
    History,
    Item,
    List,
    MetricsNames,
    Model,
    Origin,
    Ref,
    Result,
    Tensor,
    Tuple,
    Unknown,
    Value,
    Values,
)

if TYPE_CHECKING:
    from keraslint.inference.core import Run
    from keraslint.inference.values import Object

MAX_ITEMS = 4096
"""Elements of one container that are kept."""


def elements(run: Run, thing: Value | Object) -> tuple[tuple[Item, ...], Unknown | None]:
    """The elements that iterating over ``thing`` gives, and why there may be more."""
    match thing:
        case List(items=items, rest=rest) | Tuple(items=items, rest=rest):
            return items, rest
        case Dict(items=pairs, rest=rest):
            return tuple(Item(key, item.origin) for key, item in pairs), rest
        case Const(value=str() as text):
            nowhere = Origin(1, 0, 1, 0)
            return tuple(Item(Const(letter), nowhere) for letter in text), None
        case MetricsNames(step="enumerate"):
            return (Item(places(run, thing), Origin(1, 0, 1, 0)),), run.unknown("the names of all metrics")
        case Unknown():
            return (), thing
        case _:
            return (), run.unknown("the elements are not known")


def places(run: Run, thing: MetricsNames) -> Value:
    """One element of ``enumerate(model.metrics_names)``, which stands for all of them."""
    nowhere = Origin(1, 0, 1, 0)
    place, name = MetricsNames(thing.model, "place"), run.unknown("the name of a metric")
    return Tuple((Item(place, nowhere), Item(name, nowhere)))


def items_of(run: Run, value: Value) -> tuple[tuple[Item, ...], Unknown | None]:
    """As ``elements``, of a value; one that depends on a condition is not taken apart."""
    thing = run.object(value) if isinstance(value, Ref) else value
    if isinstance(thing, Branched | Choice):
        return (), run.unknown("the elements depend on a condition")
    return elements(run, thing)


def put(container: Dict, key: Value, item: Item) -> Dict:
    """``container[key] = item``; a key that is not known makes the rest unknown."""
    if not isinstance(key, Const):
        return replace(container, rest=Unknown("a key is not known"))
    kept = [(known, item if known.value == key.value else old) for known, old in container.items]
    if container.get(key) is None:
        kept.append((key, item))
    return replace(container, items=tuple(kept))


def update(run: Run, container: Dict, more: Value) -> Dict:
    """``{**container, **more}``."""
    thing = run.object(more) if isinstance(more, Ref) else more
    if not isinstance(thing, Dict):
        return replace(container, rest=run.unknown("it is extended by something that is not known"))
    for key, item in thing.items:
        container = put(container, key, item)
    return replace(container, rest=container.rest or thing.rest)


def operate(run: Run, node: ast.BinOp, left: Value, right: Value) -> Value:
    """``left`` operator ``right``."""
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return Tensor(None, run.origin(node))
    if isinstance(left, Const) and isinstance(right, Const):
        return _constants(run, node.op, left, right)
    if isinstance(left, Const) and isinstance(left.value, str) and isinstance(node.op, ast.Mod):
        return _format(run, left.value, right)
    if isinstance(node.op, ast.Add) and isinstance(left, Ref | Tuple):
        return run.each(left, lambda one: run.each(right, lambda two: joined(run, one, two)))
    if isinstance(node.op, ast.Mult) and isinstance(left, Const | Unknown) and isinstance(right, Ref | Tuple):
        left, right = right, left
    if isinstance(node.op, ast.Mult) and isinstance(right, Const) and isinstance(right.value, int):
        times = right.value
        return run.each(left, lambda one: repeated(run, one, times))
    if isinstance(node.op, ast.BitOr) and isinstance(left, Ref):
        return run.each(left, lambda one: _united(run, one, right))
    if isinstance(node.op, ast.Mult) and isinstance(left, Ref) and isinstance(right, Unknown):
        return run.each(left, lambda one: _many_times(run, one, right))
    if isinstance(left, Array) or isinstance(right, Array):
        return Array(run.origin(node))
    return run.unknown("an operation on something that is not known")


def _constants(run: Run, operator: ast.operator, left: Const, right: Const) -> Value:
    one, two = left.value, right.value
    if isinstance(one, str):
        if isinstance(operator, ast.Add) and isinstance(two, str):
            return Const(one + two)
        return (
            _format(run, one, right)
            if isinstance(operator, ast.Mod)
            else run.unknown("an operation on strings")
        )
    if not isinstance(one, int | float) or not isinstance(two, int | float):
        return run.unknown("an operation on constants")
    return _arithmetic(run, operator, one, two)


def _arithmetic(run: Run, operator: ast.operator, one: float, two: float) -> Value:
    match operator:
        case ast.Add():
            return Const(one + two)
        case ast.Sub():
            return Const(one - two)
        case ast.Mult():
            return Const(one * two)
        case ast.Div() if two:
            return Const(one / two)
        case ast.FloorDiv() if two:
            return Const(one // two)
        case ast.Mod() if two:
            return Const(one % two)
    return run.unknown("an operation on numbers")


def _format(run: Run, template: str, right: Value) -> Value:
    parts = [item.value for item in right.items] if isinstance(right, Tuple) else [right]
    constants = tuple(part.value for part in parts if isinstance(part, Const))
    if len(constants) != len(parts):
        return run.unknown("a string with parts that are not known")
    try:
        return Const(template % constants)
    except (TypeError, ValueError, OverflowError, MemoryError):
        return run.unknown("a format that does not fit")


def joined(run: Run, left: Value | Object, right: Value | Object) -> Value:
    """``left + right`` of two sequences."""
    items, rest = elements(run, left)
    more, unknown = elements(run, right)
    if not isinstance(left, List | Tuple):
        return run.unknown("an operation on something that is not known")
    if rest is not None and more:
        more, unknown = (), rest
    together = (items + more)[:MAX_ITEMS]
    made = rest or unknown
    return Tuple(together, made) if isinstance(left, Tuple) else run.new(List(together, made))


def repeated(run: Run, thing: Value | Object, times: int) -> Value:
    """``[x] * 3``."""
    match thing:
        case List(items=items, rest=None) if len(items) * times <= MAX_ITEMS:
            return run.new(List(items * times))
        case Tuple(items=items, rest=None) if len(items) * times <= MAX_ITEMS:
            return Tuple(items * times)
        case _:
            return run.unknown("a repetition of something that is not known")


def _united(run: Run, left: Value | Object, right: Value) -> Value:
    """``{**left, **right}``, written ``left | right``."""
    if not isinstance(left, Dict):
        return run.unknown("an operation on something that is not known")
    return run.split(right, lambda one: run.new(update(run, left, one)))


def _many_times(run: Run, thing: Value | Object, times: Unknown) -> Value:
    """``[x] * n``, where ``n`` is not known."""
    if not isinstance(thing, List):
        return run.unknown("a repetition of something that is not known")
    first = thing.items[0] if len(thing.items) == 1 else thing.several
    return run.new(List(rest=run.unknown(times.reason), several=first))


def pick(run: Run, value: Value, index: Value, origin: Origin) -> Value:
    """``value[index]``."""
    if isinstance(value, Result | Values):
        return results.index(run, value, index, origin)
    if isinstance(value, History):
        return results.monitored(run, value, index, origin)
    if isinstance(value, Converted):
        return lite.pick(run, value, index, origin)
    return run.each(value, lambda thing: _pick(run, thing, index, origin))


def _pick(run: Run, thing: Value | Object, index: Value, origin: Origin) -> Value:
    position = index.value if isinstance(index, Const) and not isinstance(index.value, bool) else None
    match thing:
        case Array() | Tensor():
            return Array(origin) if isinstance(thing, Array) else Tensor(None, origin)
        case List(items=items) | Tuple(items=items) if isinstance(position, int):
            if isinstance(thing, List) and thing.outputs_of is not None:
                results.outputs_used(run, thing.outputs_of, "index outputs", origin, index=position)
            if -len(items) <= position < len(items) and (position >= 0 or thing.rest is None):
                return items[position].value
        case Dict() if isinstance(index, Const):
            if thing.result is not None and isinstance(position, int):
                results.used(run, thing.result, "index", origin, index=position)
            item = thing.get(index)
            if item is not None:
                return item.value
        case Unknown(key=key) if isinstance(index, Const) and key:
            place = f"{key}[{position!r}]"
            return run.state.names.find((-1, place)) or Unknown(thing.reason, place)
        case Model():
            return run.unknown("a model is not indexed")
    return run.unknown("an element that is not known")


def cut(run: Run, value: Value, bounds: list[Value | None]) -> Value:
    """``value[lower:upper:step]``."""
    limits = [None if bound is None else bound.value if isinstance(bound, Const) else ... for bound in bounds]
    whole = [limit for limit in limits if limit is None or isinstance(limit, int)]
    known = len(whole) == len(limits)

    def slice_of(thing: Value | Object) -> Value:
        if isinstance(thing, Array):
            return thing
        if not known or not isinstance(thing, List | Tuple) or thing.rest is not None:
            return run.unknown("a slice of something that is not known")
        part = thing.items[slice(whole[0], whole[1], whole[2])]
        return Tuple(part) if isinstance(thing, Tuple) else run.new(List(part))

    return run.each(value, slice_of)


def assign(run: Run, target: ast.expr, value: Value, origin: Origin) -> None:
    """``target = value``: a name, several names, an attribute or an element."""
    match target:
        case ast.Name(id=name):
            run.bind(name, value)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            unpack(run, targets, value, origin)
        case ast.Starred(value=inner):
            assign(run, inner, value, origin)
        case ast.Attribute(value=holder, attr=name):
            run.split(run.evaluate(holder), lambda one: attributes.write(run, one, name, value))
        case ast.Subscript():
            _store(run, target, value, origin)


def _store(run: Run, target: ast.Subscript, value: Value, origin: Origin) -> None:
    holder, index = (
        run.evaluate(target.value),
        run.evaluate(target.slice) if not isinstance(target.slice, ast.Slice) else None,
    )

    def into(one: Value) -> Value:
        if isinstance(one, Ref):
            run.each(one, lambda thing: _stored(run, one, thing, index, Item(value, origin)))
        elif isinstance(one, Unknown) and one.key and isinstance(index, Const):
            run.state.names[-1, f"{one.key}[{index.value!r}]"] = value
        return Const(None)

    run.split(holder, into)


def removed(run: Run, target: ast.Subscript) -> None:
    """``del container[index]``."""
    holder = run.evaluate(target.value)
    index = Unknown("a slice") if isinstance(target.slice, ast.Slice) else run.evaluate(target.slice)

    def one(ref: Value) -> Value:
        if isinstance(ref, Ref):
            run.each(ref, lambda thing: _removed(run, ref, thing, index))
        return Const(None)

    run.split(holder, one)


def _removed(run: Run, ref: Ref, thing: Value | Object, index: Value) -> Value:
    why = run.unknown("an element was removed that is not known")
    position = index.value if isinstance(index, Const) else None
    match thing:
        case Dict(items=pairs) if isinstance(index, Const):
            left = tuple(pair for pair in pairs if pair[0].value != index.value)
            run.state.heap[ref.address] = replace(thing, items=left)
        case List(items=items, rest=None) if isinstance(position, int) and abs(position) < len(items):
            kept = list(items)
            del kept[position]
            run.state.heap[ref.address] = replace(thing, items=tuple(kept))
        case Dict():
            run.state.heap[ref.address] = Dict(rest=why)
        case List():
            run.state.heap[ref.address] = List(rest=why)
    return Const(None)


def _stored(run: Run, ref: Ref, thing: Value | Object, index: Value | None, item: Item) -> Value:
    match thing:
        case Dict():
            run.state.heap[ref.address] = put(thing, index or run.unknown("a key"), item)
        case List(items=items) if (
            isinstance(index, Const) and isinstance(index.value, int) and abs(index.value) < len(items)
        ):
            changed = list(items)
            changed[index.value] = item
            run.state.heap[ref.address] = replace(thing, items=tuple(changed))
        case List():
            run.state.heap[ref.address] = List(
                rest=run.unknown("an element was replaced at a place that is not known")
            )
    return Const(None)


def unpack(run: Run, targets: list[ast.expr], value: Value, origin: Origin) -> None:
    """``a, b = value``; an unpacking of a model's result is an event."""
    # A starred name takes any number of values.
    count = None if any(isinstance(target, ast.Starred) for target in targets) else len(targets)

    def apart(thing: Value | Object) -> Value:
        if isinstance(thing, Result | Values):
            results.unpacked(run, thing, count, origin)
            for target in targets:
                assign(run, target, Array(origin), origin)
            return thing
        if isinstance(thing, Dict) and thing.result is not None:
            results.used(run, thing.result, "unpack", origin, count=count)
        _unpack(run, targets, thing, origin)
        return Const(None)

    run.each(value, apart)


def _unpack(run: Run, targets: list[ast.expr], thing: Value | Object, origin: Origin) -> None:
    items, rest = elements(run, thing)
    starred = next((place for place, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
    if rest is None and starred is not None and len(items) >= len(targets) - 1:
        after = len(items) - (len(targets) - starred - 1)
        middle = run.new(List(items[starred:after]))
        items = (*items[:starred], Item(middle, origin), *items[after:])
    for place, target in enumerate(targets):
        known = rest is None and place < len(items)
        assign(run, target, items[place].value if known else _part(run, thing, place), origin)


def _part(run: Run, thing: Value | Object, place: int) -> Value:
    if isinstance(thing, Unknown):
        return Unknown(thing.reason, f"{thing.key}[{place}]") if thing.key else run.unknown(thing.reason)
    return Array(thing.origin) if isinstance(thing, Array) else run.unknown("an element that is not known")


def extended(run: Run, value: Value, added: Value) -> bool:
    """``value += added`` in place, where ``value`` is a list; whether it was one."""
    if not isinstance(value, Ref) or not isinstance(run.object(value), List | Branched):
        return False
    extend(run, value, added)
    return True


def extend(run: Run, ref: Ref, added: Value) -> None:
    """Append the elements of ``added`` to the list of ``ref``."""

    def one(thing: Value | Object) -> Value:
        def two(more: Value | Object) -> Value:
            if isinstance(thing, List):
                items, rest = elements(run, more)
                kept = () if thing.rest is not None else items
                run.state.heap[ref.address] = List((*thing.items, *kept)[:MAX_ITEMS], thing.rest or rest)
            return Const(None)

        return run.each(added, two)

    run.each(ref, one)
