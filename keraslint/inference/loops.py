"""Loops that run an unknown number of times: what is known after them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keraslint.inference.values import (
    Array,
    Branched,
    Dict,
    Instance,
    List,
    Model,
    Ref,
    Tensor,
    Unknown,
)

if TYPE_CHECKING:
    from keraslint.inference.core import Run
    from keraslint.inference.state import State
    from keraslint.inference.values import Object, Value


def after_unknown_loop(run: Run, before: State, once: State, line: str) -> State:
    """The state after a loop, given the one before it and the one after its body ran once."""
    if not once.live:
        return before
    why = f"it is changed in a loop ({line}) that is not unrolled"
    after = once.copy()
    after.assumed = {key: held for key, held in once.assumed.items() if before.assumed.get(key) == held}
    for key in once.names.written:
        after.names[key] = _name(run, before, once, key, why)
    for address in once.heap.written:
        after.heap[address] = _object(run, before.heap.find(address), once.heap[address], why)
    return after


def _name(run: Run, before: State, once: State, key: tuple[int, str], why: str) -> Value:
    """What a name may be after the loop; ``a = a + [b]`` makes a new list of it in each round."""
    old, new = before.names.find(key), once.names[key]
    if not isinstance(old, Ref) or not isinstance(new, Ref) or old == new:
        return _value(run, old, new, why)
    first, second = before.heap.find(old.address), once.heap.find(new.address)
    if isinstance(first, List) and isinstance(second, List):
        return run.new(_longer(run, first, second, why))
    return _value(run, old, new, why)


def _value(run: Run, before: Value | None, after: Value, why: str) -> Value:
    if before is None or before is after or before == after:
        return after
    match before, after:
        case Tensor(name=one), Tensor(name=two):
            return after if one == two else replace(after, name=None)
        case Array(), Array():
            return after
        case Unknown(), Unknown():
            return after
    return run.unknown(why)


def _object(run: Run, before: Object | None, after: Object, why: str) -> Object:
    if before is None or before is after or before == after:
        return after
    match before, after:
        case List(), List():
            return _longer(run, before, after, why)
        case ((List() | Branched()), (List() | Branched())):
            return List(rest=run.unknown(why))
        case Dict(items=pairs), Dict() if after.items[: len(pairs)] == pairs:
            return replace(before, rest=run.unknown(why))
        case Instance(), Instance():
            return replace(after, attributes=_attributes(run, before.attributes, after.attributes, why))
        case Model(), Model():
            return _model(run, before, after, why)
    return Dict(rest=run.unknown(why)) if isinstance(after, Dict) else after


def _longer(run: Run, before: List, after: List, why: str) -> List:
    """A list that grows by what one round adds; of several additions alike the first stands for all."""
    count = len(before.items)
    if after.items[:count] != before.items:
        return List(rest=run.unknown(why))
    added = after.items[count:]
    alike = {type(item.value) for item in added} if before.rest is None else set()
    return List(before.items, run.unknown(why), added[0] if len(alike) == 1 else before.several)


def _model(run: Run, before: Model, after: Model, why: str) -> Model:
    changed = before.compiled is not None and before.compiled != after.compiled
    return replace(
        after,
        attributes=_attributes(run, before.attributes, after.attributes, why),
        compiled=run.unknown(why) if changed else after.compiled,
        layers=after.layers,
    )


def _attributes(
    run: Run, before: tuple[tuple[str, Value], ...], after: tuple[tuple[str, Value], ...], why: str
) -> tuple[tuple[str, Value], ...]:
    known = dict(before)
    return tuple((name, _value(run, known.get(name), value, why)) for name, value in after)
