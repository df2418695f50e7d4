"""From values to the trees of a site: containers become branches, all else leaves with text and place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.inference import symbols
from keraslint.inference.values import (
    Array,
    Choice,
    Const,
    Function,
    Item,
    Made,
    Origin,
    Snapshot,
    Symbol,
    Tensor,
    Unknown,
)
from keraslint.sites.model import NOT_GIVEN, Given, Unread, Written
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
        case Unknown(reason=reason):
            return Unread(reason, location)
        case Choice():
            return Unread("it depends on a condition", location)
        case Const(value=None):
            return NOT_GIVEN
        case Symbol(name=symbol) if symbol.partition(".")[0] not in symbols.HARMLESS:
            return Unread(f"'{symbol}' is not a file of the project", location)
        case Snapshot() | Tensor() | Array() | Const() | Made() | Function() | Symbol():
            return Given(_tree(value, origin, places), location, tuple(_entries(value, places)))
        case _:
            return Unread("it is neither a container nor anything that Keras pairs", location)


def _entries(value: Value, places: Places, path: Path = ()) -> Iterator[tuple[Path, Location]]:
    """Where each entry of a container was written, at every depth."""
    if isinstance(value, Snapshot):
        for key, item in value.items:
            yield (*path, key), places.location(item.origin)
            yield from _entries(item.value, places, (*path, key))


def _tree(value: Value, origin: Origin, places: Places) -> Tree[Written]:
    if isinstance(value, Snapshot):
        return Branch(
            value.kind, tuple((key, _tree(item.value, item.origin, places)) for key, item in value.items)
        )
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
    )


def _name(value: Value) -> str | None:
    match value:
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
