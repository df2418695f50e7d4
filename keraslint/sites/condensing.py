"""Values without the conditions that change no structure.

Where the alternatives of a value differ in their leaves alone, the first stands for all: which of two losses
a head gets decides nothing about what is paired with what.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keraslint.inference.state import choice
from keraslint.inference.values import (
    Array,
    Choice,
    Compiled,
    Const,
    Function,
    Made,
    Partial,
    Snapshot,
    Symbol,
    Tensor,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.inference.values import Item, Value


def condensed(value: Value) -> Value:
    """``value`` with only those conditions left on which its structure depends."""
    match value:
        case Choice(test=test, text=text, then=then, other=other):
            one, two = condensed(then), condensed(other)
            joined = _joined(one, two)
            return choice(test, text, one, two) if joined is None else joined
        case Snapshot(items=items):
            return replace(value, items=tuple((key, _inside(item)) for key, item in items))
        case Compiled():
            return replace(
                value,
                loss=condensed_item(value.loss),
                loss_weights=condensed_item(value.loss_weights),
                metrics=condensed_item(value.metrics),
                weighted_metrics=condensed_item(value.weighted_metrics),
            )
        case _:
            return value


def condensed_item(item: Item | None) -> Item | None:
    """The same of an argument."""
    return None if item is None else item._replace(value=condensed(item.value))


def _inside(item: Item) -> Item:
    value = condensed(item.value)
    leaves = list(alternatives(value))
    if len(leaves) > 1 and all(_is_leaf(leaf) or isinstance(leaf, Unknown) for leaf in leaves):
        value = next(leaf for leaf in leaves if isinstance(leaf, Unknown))
    return item._replace(value=value)


def alternatives(value: Value) -> Iterator[Value]:
    """Everything that a value may be."""
    if isinstance(value, Choice):
        yield from alternatives(value.then)
        yield from alternatives(value.other)
    else:
        yield value


def _joined(one: Value, two: Value) -> Value | None:
    """One value for both, or None where their structure differs."""
    match one, two:
        case Snapshot(), Snapshot():
            return _containers(one, two)
        case Tensor(name=name), Tensor(name=other):
            by = one.by if one.by == two.by else None
            return replace(one, name=name if name == other else None, by=by)
        case _:
            return one if _is_leaf(one) and _is_leaf(two) else None


def _containers(one: Snapshot, two: Snapshot) -> Snapshot | None:
    if one.kind == two.kind and one.rest is not None and two.rest is not None:
        return replace(one, items=(), several=one.several or two.several)
    same = [key for key, _ in one.items] == [key for key, _ in two.items]
    if one.kind != two.kind or one.rest is not two.rest or not same:
        return None
    made = []
    for (key, item), (_, other) in zip(one.items, two.items, strict=True):
        value = _element(item.value, other.value)
        if value is None:
            return None
        made.append((key, item._replace(value=value)))
    return Snapshot(one.kind, tuple(made))


def _element(one: Value, two: Value) -> Value | None:
    """Inside a container what is not known is taken for a leaf."""
    if isinstance(one, Unknown) and (isinstance(two, Unknown) or _is_leaf(two)):
        return one
    if isinstance(two, Unknown) and _is_leaf(one):
        return two
    return _joined(one, two)


def _is_leaf(value: Value) -> bool:
    return isinstance(value, Tensor | Array | Const | Made | Symbol | Function | Partial) and value != Const(
        None
    )
