"""Containers of a running program enter, trees as they were written leave."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from keraslint.tree import SEQUENCES, Branch, Leaf, sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from keraslint.tree import Kind, Path, Tree


def tree_of(thing: Any) -> Tree[Any]:
    """The tree of a list, tuple, namedtuple or dict; anything else is a leaf."""
    if isinstance(thing, dict):
        kind: Kind = "ordered_dict" if isinstance(thing, OrderedDict) else "dict"
        return Branch(kind, tuple((key, tree_of(child)) for key, child in thing.items()))
    if isinstance(thing, tuple) and hasattr(thing, "_fields"):
        return Branch("namedtuple", tuple((key, tree_of(getattr(thing, key))) for key in thing._fields))
    if isinstance(thing, (list, tuple)):
        return sequence("tuple" if isinstance(thing, tuple) else "list", [tree_of(one) for one in thing])
    return Leaf(thing)


def thing_of(tree: Tree[Any]) -> Any:
    """The dicts and lists that a tree stands for; the fields of a namedtuple become keys."""
    if isinstance(tree, Leaf):
        return tree.value
    children = [(key, thing_of(child)) for key, child in tree.items]
    return [child for _, child in children] if tree.kind in SEQUENCES else dict(children)


def mapped(thing: Any, function: Callable[[Path, Any], Any], path: Path = ()) -> Any:
    """The same containers with each leaf replaced by ``function(path, leaf)``."""
    if isinstance(thing, dict):
        made = OrderedDict if isinstance(thing, OrderedDict) else dict
        return made((key, mapped(child, function, (*path, key))) for key, child in thing.items())
    if isinstance(thing, tuple) and hasattr(thing, "_fields"):
        fields = zip(thing._fields, thing, strict=True)
        return type(thing)(*(mapped(child, function, (*path, key)) for key, child in fields))
    if isinstance(thing, (list, tuple)):
        made_of = tuple if isinstance(thing, tuple) else list
        return made_of(mapped(child, function, (*path, index)) for index, child in enumerate(thing))
    return function(path, thing)


def shown(path: tuple[Any, ...]) -> str:
    """``price``, ``[0]``, ``boxes[1]``, ``boxes.size``; the whole tree is ``output``."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".") or "output"
