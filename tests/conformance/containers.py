"""Written structures as Python containers, and what Keras returns as JSON."""

from __future__ import annotations

import json
from collections import OrderedDict, namedtuple
from typing import TYPE_CHECKING, Any

from keraslint.pairing.cases import structure
from keraslint.tree import Leaf, leaves

if TYPE_CHECKING:
    from collections.abc import Callable

    from keraslint.tree import Tree

Json = Any


def build(tree: Tree[Any], leaf: Callable[[Any], object]) -> Any:
    """The containers of a tree, with ``leaf(value)`` at every leaf but a written ``None``."""
    if isinstance(tree, Leaf):
        return None if tree.value is None else leaf(tree.value)
    children = [build(child, leaf) for child in tree.children]
    if tree.kind == "list":
        return children
    if tree.kind == "tuple":
        return tuple(children)
    if tree.kind == "namedtuple":
        return namedtuple("NT", [str(key) for key in tree.keys])(*children)  # noqa: PYI024 - made at run time
    pairs = zip(tree.keys, children, strict=True)
    return OrderedDict(pairs) if tree.kind == "ordered_dict" else dict(pairs)


def build_spec(spec: Json, leaf: Callable[[Any], object]) -> Any:
    """``build`` for a structure as a case has it."""
    return build(structure(spec), leaf)


def letters_in(spec: Json) -> list[str]:
    """Every leaf that is not ``None``, in written order."""
    return [str(value) for _, value in leaves(structure(spec)) if value is not None]


def describe(value: object, leaf: Callable[[Any], Json]) -> Json:
    """A returned structure in the notation of the cases, with the order of its keys."""
    if isinstance(value, dict):
        mark = {"OrderedDict": "$od", "dict": "$d"}.get(type(value).__name__, f"${type(value).__name__}")
        return {mark: [[str(key), describe(child, leaf)] for key, child in value.items()]}
    if isinstance(value, tuple):
        children = [describe(child, leaf) for child in value]
        return {"$t": children} if type(value) is tuple else {"$t": children, "$type": type(value).__name__}
    if isinstance(value, list):
        return [describe(child, leaf) for child in value]
    return leaf(value)


def compact(value: Json) -> str:
    """One line of JSON."""
    return json.dumps(value)
