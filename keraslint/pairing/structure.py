"""Nests: a part enters as a written ``Tree`` and becomes what Keras would hold, with spots in place of
tensors.

A *nest* is a Python container (list, tuple, dict, OrderedDict, namedtuple) whose leaves are spots, or
``None`` where ``None`` was written, or a bare ``str`` where Keras took a dict's keys for its values. So the
clauses can be read beside Keras's own lines; how a version flattens and packs a nest stands in ``trees``.
"""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, cast

from keraslint.pairing.model import By
from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from keraslint.pairing.model import Token
    from keraslint.tree import Key, Kind, Path, Tree

Nest: TypeAlias = object


@dataclass(frozen=True)
class Spot:
    """A leaf: where it was written, what was written there, and what put it where it now is (None: nothing
    yet).
    """

    path: Path
    token: Token = None
    by: By | None = None

    def marked(self, by: By) -> Spot:
        """The same leaf, now standing where ``by`` put it."""
        return replace(self, by=by)


class WrappedList(list[Nest]):
    """A list inside ``loss`` once TensorFlow tracks it: ``ListWrapper``, which no list of outputs is."""


class WrappedDict(dict["Key", Nest]):
    """A dict inside ``loss`` once TensorFlow tracks it: ``_DictWrapper``."""


class Opaque(Spot):
    """A container inside ``loss`` whose wrapper is none to ``keras.tree``: a leaf, and no loss."""


def wrapped(structure: Nest, *, opaque_dicts: bool) -> Nest:
    """What ``model.loss = loss`` leaves of a loss on TensorFlow: what is inside a list or dict is wrapped."""
    if not isinstance(structure, (list, dict)):
        return structure
    parts = {key: _wrapper(part, opaque_dicts=opaque_dicts) for key, part in items(structure)}
    return rebuild(structure, parts)


def _wrapper(structure: Nest, *, opaque_dicts: bool) -> Nest:
    # tensorflow/python/trackable/data_structures.py, wrap_or_unwrap
    parts = wrapped(structure, opaque_dicts=opaque_dicts)
    if isinstance(parts, list):
        return WrappedList(parts)
    if isinstance(parts, dict) and not opaque_dicts:
        return WrappedDict(parts)
    # _should_wrap_tuple: a tuple that holds something to track
    if isinstance(parts, dict) or (isinstance(parts, tuple) and _holds_list_or_dict(parts)):
        return Opaque(origin(structure) or ())
    return parts


def _holds_list_or_dict(structure: Nest) -> bool:
    if isinstance(structure, tuple):
        return any(_holds_list_or_dict(part) for part in structure)
    return isinstance(structure, (list, dict))


def with_sorted_keys(structure: Nest, kind: type[dict[Key, Nest]]) -> Nest:
    """The same nest, the keys of every dict of exactly this kind in sorted order."""
    if not is_nested(structure):
        return structure
    made = rebuild(structure, {key: with_sorted_keys(part, kind) for key, part in items(structure)})
    if type(made) is not kind:
        return made
    return cast("Nest", kind({key: made[key] for key in in_order(made)}))


def in_order(keys: Iterable[Key]) -> list[Key]:
    """Sorted keys; optree sorts those that do not compare by their types' names first."""
    return sorted(keys, key=lambda key: (type(key).__name__, key))


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


def tree_of(structure: Nest) -> Tree[Path]:
    """A nest of spots as a tree of the paths at which they were written."""
    if not is_nested(structure):
        return Leaf(cast("Spot", structure).path)
    keys = getattr(structure, "_fields", None)
    parts = [(keys[key] if keys else key, tree_of(part)) for key, part in items(structure)]
    return Branch(_kind(structure), tuple(parts))


def _kind(structure: Nest) -> Kind:
    if isinstance(structure, dict):
        return "ordered_dict" if isinstance(structure, OrderedDict) else "dict"
    if isinstance(structure, list):
        return "list"
    return "namedtuple" if hasattr(structure, "_fields") else "tuple"


def is_nested(structure: Nest) -> bool:
    """Keras: ``not optree.tree_is_leaf(structure, none_is_leaf=True)``."""
    return isinstance(structure, (list, tuple, dict))


def items(structure: Nest) -> list[tuple[Key, Nest]]:
    """The children with their keys, as written."""
    if isinstance(structure, dict):
        return list(structure.items())
    return list(enumerate(cast("Sequence[Nest]", structure)))


def child(structure: Nest, key: Key) -> Nest:
    """``structure[key]``, with Python's own exceptions."""
    return cast("dict[Key, Nest]", structure)[key]


def spots(structure: Nest) -> Iterator[Spot]:
    """Every leaf that was written as something, in written order."""
    if is_nested(structure):
        for _, part in items(structure):
            yield from spots(part)
    elif isinstance(structure, Spot):
        yield structure


def rebuild(structure: Nest, children: dict[Key, Nest]) -> Nest:
    """The same container with other children, keys in their old order."""
    if isinstance(structure, dict):
        return type(structure)((key, children[key]) for key in structure)
    values = [children[index] for index in range(len(cast("Sequence[Nest]", structure)))]
    if isinstance(structure, list):
        return type(structure)(values)
    if hasattr(structure, "_fields"):
        return type(structure)(*values)
    return tuple(values)


def mapped(function: Callable[[Nest], Nest], structure: Nest) -> Nest:
    """The same containers, each leaf replaced by ``function(leaf)``."""
    if not is_nested(structure):
        return function(structure)
    return rebuild(structure, {key: mapped(function, part) for key, part in items(structure)})


def origin(structure: Nest) -> Path | None:
    """The path at which a nest was written, or where its leaves' paths part. None for ``None``."""
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


def marked_if_not(structure: Nest, by: By) -> Nest:
    """The same, but what something else has put in its place keeps its mark."""
    return mapped(lambda leaf: leaf.marked(leaf.by or by) if isinstance(leaf, Spot) else leaf, structure)


def mark(structure: Nest) -> By | None:
    """What put a nest in its place, if anything did."""
    return next((spot.by for spot in spots(structure)), None)


def has_dict(structure: Nest) -> bool:
    """Whether a dict is anywhere in it."""
    if not is_nested(structure):
        return False
    return isinstance(structure, dict) or any(has_dict(part) for _, part in items(structure))


def flattened_by(one: Nest, other: Nest) -> By:
    """What pairs two nests that are flattened and zipped: equal keys are names, lists go by position,
    anything else by the sorted keys of a dict; one thing is everything's.
    """
    if not is_nested(one):
        return By.BROADCAST
    if isinstance(one, dict) and isinstance(other, dict) and set(one) == set(other):
        return By.NAME
    return By.SORTED if has_mapping(one) or has_mapping(other) else By.POSITION


def has_mapping(structure: Nest) -> bool:
    """Whether a dict of more than one key is in it, whose order a flattening may change."""
    if not is_nested(structure):
        return False
    several = isinstance(structure, dict) and len(structure) > 1
    return several or any(has_mapping(part) for _, part in items(structure))


def shown(structure: Nest) -> str:
    """A structure as Keras prints one: ``{'a': '*', 'b': ['*', '*']}``."""
    if isinstance(structure, str):
        return repr(structure)
    return "*" if not is_nested(structure) else str(mapped(lambda _: "*", structure))
