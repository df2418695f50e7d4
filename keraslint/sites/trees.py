"""From values to the trees of a site: containers become branches, all else leaves with text and place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.inference import symbols
from keraslint.inference.losses import taken_apart
from keraslint.inference.values import (
    Array,
    Choice,
    Const,
    Function,
    Item,
    Made,
    Origin,
    Partial,
    Snapshot,
    Symbol,
    Tensor,
    Unknown,
)
from keraslint.sites.model import NOT_GIVEN, Given, Maker, Unread, Written
from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Location
    from keraslint.inference.values import Value
    from keraslint.sites.model import SitePart
    from keraslint.sites.places import Places
    from keraslint.tree import Path, Tree


def part(item: Item | None, places: Places) -> SitePart:
    """An argument of a call as a part of a site."""
    if item is None:
        return NOT_GIVEN
    return whole(item.value, item.origin, places)


def whole(value: Value, origin: Origin, places: Places) -> SitePart:
    """A value that was written at ``origin``; unread where it is not known what container it is."""
    location = places.location(origin)
    match value:
        case Const(value=None):
            return NOT_GIVEN
        case Snapshot():
            return _container(value, origin, places)
    reason = _unreadable(value)
    return Given(_tree(value, origin, places), location) if reason is None else Unread(reason, location)


def _unreadable(value: Value) -> str | None:
    """Why a value that is no container is not a leaf either."""
    match value:
        case Unknown(reason=reason):
            return reason
        case Choice():
            return "it depends on a condition"
        case Symbol(name=symbol) if symbol.partition(".")[0] not in symbols.HARMLESS:
            return f"'{symbol}' is not a file of the project"
        case Tensor() | Array() | Const() | Made() | Function() | Partial() | Symbol():
            return None
        case _:
            return "it is neither a container nor anything that Keras pairs"


def _container(value: Snapshot, origin: Origin, places: Places) -> SitePart:
    tree, rest, location = _tree(value, origin, places), _rest(value), places.location(origin)
    if rest is not None:
        return Unread(rest.reason, location, tree)
    return Given(tree, location, tuple(_entries(value, places)))


def batch(item: Item | None, places: Places) -> SitePart:
    """What one step of a source gives: its containers tell enough where their length does not matter."""
    read = part(item, places)
    if isinstance(read, Unread) and read.partly is not None:
        return Given(read.partly, read.location)
    return read


def _rest(value: Value) -> Unknown | None:
    """Why a container may hold more than is known, it or one inside."""
    if not isinstance(value, Snapshot):
        return None
    inner = (_rest(item.value) for _, item in value.items)
    return value.rest or next((rest for rest in inner if rest is not None), None)


def _entries(value: Value, places: Places, path: Path = ()) -> Iterator[tuple[Path, Location]]:
    """Where each entry of a container was written, at every depth."""
    if isinstance(value, Snapshot):
        for key, item in value.items:
            yield (*path, key), places.location(item.origin)
            yield from _entries(item.value, places, (*path, key))


def _tree(value: Value, origin: Origin, places: Places) -> Tree[Written]:
    if isinstance(value, Snapshot):
        more = ((len(value.items), value.several),) if value.several is not None else ()
        items = ((key, _tree(item.value, item.origin, places)) for key, item in (*value.items, *more))
        return Branch(value.kind, tuple(items), value.rest is not None)
    return Leaf(_written(value, origin, places))


def _written(value: Value, origin: Origin, places: Places) -> Written:
    constant = value.value if isinstance(value, Const) else None
    return Written(
        text=places.text(origin),
        location=places.location(origin),
        name=_name(value),
        value=constant
        if isinstance(constant, float | int | str) and not isinstance(constant, bool)
        else None,
        is_none=value == Const(None),
        made=_made(value, places),
        takes=taken_apart(value) if isinstance(value, Function) else (),
        maker=_maker(value),
    )


def _maker(value: Value) -> Maker | None:
    match value:
        case Tensor(by=Made() as by) | Array(by=Made() as by) | (Made() as by):
            return Maker(by.symbol, by.options)
        case Symbol(name=symbol):
            return Maker(symbol)
        case _:
            return None


def _made(value: Value, places: Places) -> Location | None:
    """The call that made a tensor or a metric; of other things Keras makes metrics of its own."""
    match value:
        case Tensor(origin=origin):
            return places.location(origin)
        case Made(symbol=symbol, origin=origin) if symbol.startswith("keras.metrics."):
            return places.location(origin)
        case _:
            return None


def _name(value: Value) -> str | None:
    match value.function if isinstance(value, Partial) else value:
        case Tensor(name=name):
            return name
        case Const(value=str() as text):
            return text
        case Made(symbol=symbol, name=name):
            return name or symbol.rpartition(".")[2]
        case Symbol(name=symbol) if symbol.partition(".")[0] in symbols.HARMLESS:
            return symbol.rpartition(".")[2]
        case Function(node=node):
            return getattr(node, "name", "<lambda>")
        case _:
            return None
