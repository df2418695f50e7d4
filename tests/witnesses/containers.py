"""Containers of a running program enter, trees as they were written leave."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Callable

    from keraslint.tree import Kind, Path, Tree


def tree_of(thing: Any) -> Tree[Any]:
    """The tree of a list, tuple or dict; anything else is a leaf."""
    if isinstance(thing, dict):
        mapping: Kind = "ordered_dict" if isinstance(thing, OrderedDict) else "dict"
        return Branch(mapping, tuple((key, tree_of(child)) for key, child in thing.items()))
    if isinstance(thing, (list, tuple)):
        sequence: Kind = "list" if isinstance(thing, list) else "tuple"
        return Branch(sequence, tuple((key, tree_of(child)) for key, child in enumerate(thing)))
    return Leaf(thing)


def replace_leaves(thing: Any, function: Callable[[Path, Any], Any], path: Path = ()) -> Any:
    """The same containers with each leaf but None replaced by ``function(path, leaf)``."""
    if isinstance(thing, dict):
        return type(thing)(
            (key, replace_leaves(child, function, (*path, key))) for key, child in thing.items()
        )
    if isinstance(thing, (list, tuple)):
        return type(thing)(replace_leaves(child, function, (*path, key)) for key, child in enumerate(thing))
    return thing if thing is None else function(path, thing)
