"""The tree: nested containers as they were written, in the order in which they were written.

A tree enters from source or from a live model and leaves unchanged: that Keras sorts the keys of a
dict is Keras's affair and stands in ``pairing``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Generic, Literal, TypeAlias, TypeVar, Union

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")
U = TypeVar("U")

Key: TypeAlias = Union[str, int]
Path: TypeAlias = tuple[Key, ...]
Kind: TypeAlias = Literal["list", "tuple", "dict", "ordered_dict", "namedtuple"]

SEQUENCES: frozenset[Kind] = frozenset({"list", "tuple"})
MAPPINGS: frozenset[Kind] = frozenset({"dict", "ordered_dict"})


@dataclass(frozen=True)
class Leaf(Generic[T_co]):
    """Something that is not a container: a tensor, a loss, ``None``."""

    value: T_co


@dataclass(frozen=True)
class Branch(Generic[T_co]):
    """A container. The keys of a list or tuple are 0, 1, 2, ...; a namedtuple has its fields' names.

    ``open`` says that it may hold more than these items: nothing follows from their number.
    """

    kind: Kind
    items: tuple[tuple[Key, Tree[T_co]], ...]
    open: bool = False

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """The keys in written order."""
        return tuple(key for key, _ in self.items)

    @cached_property
    def children(self) -> tuple[Tree[T_co], ...]:
        """The children in written order."""
        return tuple(child for _, child in self.items)

    @cached_property
    def by_key(self) -> dict[Key, Tree[T_co]]:
        """The children by their keys, the first of those under one."""
        return dict(reversed(self.items))

    @cached_property
    def paths(self) -> tuple[Path, ...]:
        """The paths of the leaves, in written order."""
        return tuple(path for path, _ in leaves(self))


Tree: TypeAlias = Union[Leaf[T_co], Branch[T_co]]


def sequence(kind: Kind, children: tuple[Tree[T], ...] | list[Tree[T]]) -> Branch[T]:
    """Build a list or tuple of the given children."""
    return Branch(kind, tuple(enumerate(children)))


def leaves(tree: Tree[T], path: Path = ()) -> Iterator[tuple[Path, T]]:
    """Every leaf with its path, in written order."""
    if isinstance(tree, Leaf):
        yield path, tree.value
        return
    for key, child in tree.items:
        yield from leaves(child, (*path, key))


def map_leaves(tree: Tree[T], function: Callable[[Path, T], U], path: Path = ()) -> Tree[U]:
    """The same containers with each leaf's value replaced by ``function(path, value)``."""
    if isinstance(tree, Leaf):
        return Leaf(function(path, tree.value))
    items = ((key, map_leaves(child, function, (*path, key))) for key, child in tree.items)
    return Branch(tree.kind, tuple(items), tree.open)


def is_open(tree: Tree[T]) -> bool:
    """Whether some container may hold more than is known."""
    return isinstance(tree, Branch) and (tree.open or any(map(is_open, tree.children)))


def at(tree: Tree[T], path: Path) -> Tree[T] | None:
    """The node at ``path``, or None where there is none."""
    for key in path:
        found = None if isinstance(tree, Leaf) else tree.by_key.get(key)
        if found is None:
            return None
        tree = found
    return tree


def dotted(path: Path) -> str:
    """A path as a user writes it: ``detection.bbox``, ``heads.0``."""
    return ".".join(str(key) for key in path)
