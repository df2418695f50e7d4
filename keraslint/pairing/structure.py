"""``keras.tree`` for written things: a part enters as a ``Tree``, and is then flattened, packed and compared as Keras
does it with tensors, so that the clauses can be read beside Keras's own lines.

A *nest* is a Python container (list, tuple, dict, OrderedDict, namedtuple) whose leaves are spots, or ``None``
where ``None`` was written, or a bare ``str`` where Keras took a dict's keys for its values.
Mirrors keras/src/tree/optree_impl.py; the torch implementation is not mirrored.
"""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, cast

from keraslint.tree import Branch, Leaf, Path, leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from keraslint.pairing.model import By, Token
    from keraslint.tree import Tree

Nest: TypeAlias = object


class MismatchError(ValueError):
    """What the functions of ``keras.tree`` raise when structures differ."""


@dataclass(frozen=True)
class Spot:
    """A leaf: where it was written, what was written there, and what put it where it now is (None: nothing yet)."""

    path: Path
    token: Token = None
    by: By | None = None

    def marked(self, by: By) -> Spot:
        """The same leaf, now standing where ``by`` put it."""
        return replace(self, by=by)


def nest(tree: Tree[Token], path: Path = (), *, keep_none: bool = True) -> Nest:
    """A written tree as a nest of spots; ``keep_none=False`` makes a spot of ``None``, too (outputs)."""
    if isinstance(tree, Leaf):
        return None if keep_none and tree.value is None else Spot(path, tree.value)
    children = [nest(child, (*path, key), keep_none=keep_none) for key, child in tree.items]
    return _container(tree, children)


def _container(branch: Branch[Token], children: list[Nest]) -> Nest:
    if branch.kind == "list":
        return children
    if branch.kind == "tuple":
        return tuple(children)
    if branch.kind == "namedtuple":
        return _fields(tuple(str(key) for key in branch.keys))(*children)
    made = OrderedDict if branch.kind == "ordered_dict" else dict
    return made(zip(branch.keys, children, strict=True))


_FIELDS: dict[tuple[str, ...], Callable[..., Nest]] = {}


def _fields(names: tuple[str, ...]) -> Callable[..., Nest]:
    """One namedtuple type a set of fields: two written alike are of one type."""
    if names not in _FIELDS:
        _FIELDS[names] = namedtuple("Fields", names)  # noqa: PYI024 - made at run time
    return _FIELDS[names]


def is_nested(structure: Nest) -> bool:
    """Keras: ``not optree.tree_is_leaf(structure, none_is_leaf=True)``."""
    return isinstance(structure, (list, tuple, dict))


def entries(structure: Nest) -> list[tuple[str | int, Nest]]:
    """The children with their keys in flattening order: a dict's sorted, an OrderedDict's as written."""
    if isinstance(structure, OrderedDict):
        return list(structure.items())
    if isinstance(structure, dict):
        return [(key, structure[key]) for key in _sorted(structure)]
    return list(enumerate(cast("Sequence[Nest]", structure)))


def _sorted(keys: Iterable[str | int]) -> list[str | int]:
    """optree sorts keys that do not compare by their types' names first."""
    return sorted(keys, key=lambda key: (type(key).__name__, key))


def flatten(structure: Nest) -> list[Nest]:
    """``tree.flatten``: every leaf, ``None`` included."""
    if not is_nested(structure):
        return [structure]
    return [leaf for _, child in entries(structure) for leaf in flatten(child)]


def spots(structure: Nest) -> list[Spot]:
    """Every leaf that was written as something."""
    return [leaf for leaf in flatten(structure) if isinstance(leaf, Spot)]


def rebuild(structure: Nest, children: dict[str | int, Nest]) -> Nest:
    """The same container with other children, keys in their old order."""
    if isinstance(structure, dict):
        return type(structure)((key, children[key]) for key in structure)
    values = [children[index] for index in range(len(cast("Sequence[Nest]", structure)))]
    if isinstance(structure, list):
        return values
    if hasattr(structure, "_fields"):
        return type(structure)(*values)
    return tuple(values)


def mapped(function: Callable[[Nest], Nest], structure: Nest) -> Nest:
    """``tree.map_structure`` of one structure."""
    if not is_nested(structure):
        return function(structure)
    return rebuild(structure, {key: mapped(function, child) for key, child in entries(structure)})


def pack_sequence_as(structure: Nest, flat: Nest) -> Nest:
    """``tree.pack_sequence_as``: whatever can be iterated is taken, a dict yields its keys."""
    if not isinstance(flat, (list, tuple, dict)):
        # A tensor is iterated row by row; that its rows number the leaves is not thought of.
        message = "a tensor is not a sequence of leaves"
        raise MismatchError(message)
    values = list(flat)
    if len(values) != len(flatten(structure)):
        message = f"{len(values)} leaves for a structure of {len(flatten(structure))}"
        raise MismatchError(message)
    remaining = iter(values)
    return mapped(lambda _: next(remaining), structure)


def assert_same_structure(a: Nest, b: Nest) -> None:
    """``tree.assert_same_structure``: dict and OrderedDict are alike, list and tuple are not."""
    if is_nested(a) != is_nested(b):
        message = "Structures don't have the same nested structure."
        raise MismatchError(message)
    for one, other in zip_children(a, b):
        assert_same_structure(one, other)


def zip_children(a: Nest, b: Nest) -> list[tuple[Nest, Nest]]:
    """The children of two containers that optree takes for the same; none for two leaves."""
    if not is_nested(a):
        return []
    if isinstance(a, dict):
        if not isinstance(b, dict) or set(a) != set(b):
            message = f"dictionary key mismatch; expected key(s): {_sorted(a)}, got {shown(b)}"
            raise MismatchError(message)
        return [(child, b[key]) for key, child in entries(a)]
    if type(a) is not type(b) or len(cast("Sequence[Nest]", a)) != len(cast("Sequence[Nest]", b)):
        message = f"Expected {shown(a)}, got {shown(b)}"
        raise MismatchError(message)
    return [(one[1], other[1]) for one, other in zip(entries(a), entries(b), strict=True)]


def paths(structure: Nest, at: Path = ()) -> list[Path]:
    """``optree.tree_paths``: a namedtuple is walked by index."""
    if not is_nested(structure):
        return [at]
    return [path for key, child in entries(structure) for path in paths(child, (*at, key))]


def have_same_paths(a: Nest, b: Nest) -> bool:
    """``tree.assert_same_paths`` as a question: containers may differ, paths may not."""
    return set(paths(a)) == set(paths(b))


def lists_to_tuples(structure: Nest) -> Nest:
    """``tree.lists_to_tuples``."""
    if not is_nested(structure):
        return structure
    converted = rebuild(structure, {key: lists_to_tuples(child) for key, child in entries(structure)})
    return tuple(converted) if isinstance(converted, list) else converted


def up_to(shallow: Nest, *structures: Nest) -> list[tuple[Nest, ...]]:
    """``tree.map_structure_up_to``: what each structure holds where ``shallow`` has its leaves, flattened."""
    if not is_nested(shallow):
        return [structures]
    columns = [[other for _, other in zip_children(shallow, structure)] for structure in structures]
    shallow_children = [child for _, child in entries(shallow)]
    rows = zip(shallow_children, *columns, strict=True)
    return [found for child, *others in rows for found in up_to(child, *others)]


def origin(structure: Nest) -> Path | None:
    """The path at which a nest was written: of a container, where its leaves' paths part. None for ``None``."""
    found = [spot.path for spot in spots(structure)]
    if not found:
        return None
    length = 0
    while all(len(path) > length and path[length] == found[0][length] for path in found):
        length += 1
    return found[0][:length]


def marked(structure: Nest, by: By) -> Nest:
    """The same nest with every leaf marked as put there by ``by``."""
    return mapped(lambda leaf: leaf.marked(by) if isinstance(leaf, Spot) else leaf, structure)


def has_mapping(structure: Nest) -> bool:
    """Whether a dict of more than one key is in it, whose order a flattening may change."""
    if not is_nested(structure):
        return False
    several = isinstance(structure, dict) and len(structure) > 1
    return several or any(has_mapping(child) for _, child in entries(structure))


def shown(structure: Nest) -> str:
    """A structure as Keras prints one: ``{'a': '*', 'b': ['*', '*']}``."""
    if isinstance(structure, str):
        return repr(structure)
    return "*" if not is_nested(structure) else str(mapped(lambda _: "*", structure))


def size(tree: Tree[Token]) -> int:
    """The number of leaves of a written tree."""
    return sum(1 for _ in leaves(tree))
