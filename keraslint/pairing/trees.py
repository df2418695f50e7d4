"""``keras.tree``: how a version of Keras flattens, packs and compares nests.

Four dialects: dm-tree in 3.0; Keras's own code around optree up to 3.7 (keras/src/tree/optree_impl.py, at
first keras/src/utils/tree.py); optree alone from 3.8 on; and for torch, from 3.12 on,
keras/src/tree/torchtree_impl.py.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, TypeAlias, cast

from keraslint.pairing.structure import (
    Nest,
    WrappedDict,
    in_order,
    is_nested,
    items,
    rebuild,
    shown,
    with_sorted_keys,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from keraslint.pairing.model import Backend
    from keraslint.pairing.versions import Version
    from keraslint.tree import Key, Path

    # The children of a container in an order.
    Children: TypeAlias = Callable[[Nest], list[tuple[Key, Nest]]]


class MismatchError(ValueError):
    """What the functions of ``keras.tree`` raise when structures differ."""


class Trees:
    """Keras 3.8 and later: everything is left to optree."""

    def entries(self, structure: Nest) -> list[tuple[Key, Nest]]:
        """The children in flattening order: a dict's by sorted keys, an OrderedDict's as written."""
        if isinstance(structure, dict) and not isinstance(structure, OrderedDict):
            return [(key, structure[key]) for key in in_order(structure)]
        return items(structure)

    def flatten(self, structure: Nest) -> list[Nest]:
        """``tree.flatten``: every leaf, ``None`` included."""
        return self._leaves(structure)

    def _leaves(self, structure: Nest) -> list[Nest]:
        return _read(self.entries, structure)

    def pack_sequence_as(self, structure: Nest, flat: Nest) -> Nest:
        """``tree.pack_sequence_as``: optree takes whatever can be iterated; a dict yields its keys."""
        if not isinstance(flat, (list, tuple, dict)):
            # A tensor is iterated row by row; that its rows number the leaves is not thought of.
            message = "a tensor is not a sequence of leaves"
            raise MismatchError(message)
        return self._packed(structure, list(flat))

    def _packed(self, structure: Nest, values: list[Nest]) -> Nest:
        count = len(self.flatten(structure))
        if len(values) != count:
            message = f"{len(values)} leaves for a structure of {count}"
            raise MismatchError(message)
        return _put(self.packing, structure, iter(values))

    def packing(self, structure: Nest) -> list[tuple[Key, Nest]]:
        """The children in the order in which ``pack_sequence_as`` fills them."""
        return self.entries(structure)

    def assert_same_structure(self, a: Nest, b: Nest) -> None:
        """``tree.assert_same_structure``: a dict may stand for an OrderedDict, a list not for a tuple."""
        if is_nested(a) != is_nested(b):
            message = "Structures don't have the same nested structure."
            raise MismatchError(message)
        for one, other in self.side_by_side(a, b):
            self.assert_same_structure(one, other)

    def side_by_side(self, a: Nest, b: Nest) -> list[tuple[Nest, Nest]]:
        """The children of two containers that are taken for alike; none for a leaf."""
        if not is_nested(a):
            return []
        if isinstance(a, dict):
            if not isinstance(b, dict) or set(a) != set(b) or _is_wrapped(a) != _is_wrapped(b):
                message = f"dictionary key mismatch; expected key(s): {in_order(a)}, got {shown(b)}"
                raise MismatchError(message)
            return [(part, b[key]) for key, part in self.entries(a)]
        if type(a) is not type(b) or len(cast("Sequence[Nest]", a)) != len(cast("Sequence[Nest]", b)):
            message = f"Expected {shown(a)}, got {shown(b)}"
            raise MismatchError(message)
        return [(one[1], other[1]) for one, other in zip(items(a), items(b), strict=True)]

    def map_two(self, function: Callable[[Nest, Nest], Nest], a: Nest, b: Nest) -> Nest:
        """``tree.map_structure`` of two like structures."""
        if not is_nested(a):
            return function(a, b)
        pairs = zip(self.entries(a), self.side_by_side(a, b), strict=True)
        return rebuild(a, {key: self.map_two(function, *both) for (key, _), both in pairs})

    def up_to(self, shallow: Nest, *structures: Nest) -> list[tuple[Nest, ...]]:
        """``tree.map_structure_up_to``: what each structure holds where ``shallow`` has its leaves."""
        if not is_nested(shallow):
            return [structures]
        columns = [[other for _, other in self.side_by_side(shallow, structure)] for structure in structures]
        parts = [part for _, part in self.entries(shallow)]
        rows = zip(parts, *columns, strict=True)
        return [found for part, *others in rows for found in self.up_to(part, *others)]

    def mapped_up_to(self, structure: Nest) -> Nest:
        """``tree.map_structure_up_to`` of a structure and itself."""
        return structure

    def have_same_paths(self, a: Nest, b: Nest) -> bool:
        """``tree.assert_same_paths`` as a question: containers may differ, paths may not."""
        return set(self._paths(a)) == set(self._paths(b))

    def _paths(self, structure: Nest, at: Path = ()) -> list[Path]:
        if not is_nested(structure):
            return [at]
        return [path for key, part in items(structure) for path in self._paths(part, (*at, key))]

    def lists_to_tuples(self, structure: Nest) -> Nest:
        """``tree.lists_to_tuples``."""
        if not is_nested(structure):
            return structure
        made = rebuild(structure, {key: self.lists_to_tuples(part) for key, part in items(structure)})
        return tuple(made) if isinstance(made, list) else made


class EarlyTrees(Trees):
    """optree up to Keras 3.7: packing goes by Keras's own code, which sorts the keys of an OrderedDict, too.

    So what is flattened and packed again has its leaves exchanged where an OrderedDict's keys are not sorted.
    """

    def entries(self, structure: Nest) -> list[tuple[Key, Nest]]:
        """The same, but a dict that TensorFlow tracks stays as written."""
        # optree.register_pytree_node(_DictWrapper, lambda x: (list(x.values()), list(x.keys())), ...)
        return items(structure) if isinstance(structure, WrappedDict) else super().entries(structure)

    def packing(self, structure: Nest) -> list[tuple[Key, Nest]]:
        """Every dict by sorted keys."""
        # for key in sorted(iterable): yield key, iterable[key]
        if isinstance(structure, dict):
            return [(key, structure[key]) for key in in_order(structure)]
        return items(structure)

    def mapped_up_to(self, structure: Nest) -> Nest:
        """Read by sorted keys, an OrderedDict as well, and put back in the order of ``entries``."""
        # for path_and_values in _multiyield_flat_up_to(shallow_structure, *structures): ...
        # return shallow_structure_spec.unflatten(results)
        read = _read(self.packing, structure)
        return _put(self.entries, structure, iter(read))

    def pack_sequence_as(self, structure: Nest, flat: Nest) -> Nest:
        """By index, so that a dict is no sequence."""
        # packed.append(flat[index]): a dict has no item 0
        if isinstance(flat, dict):
            message = "KeyError: 0"
            raise MismatchError(message)
        return super().pack_sequence_as(structure, flat)

    def side_by_side(self, a: Nest, b: Nest) -> list[tuple[Nest, Nest]]:
        """The same, but a dict does not stand for an OrderedDict."""
        # if a_structure != b_structure: raise ValueError
        if isinstance(a, dict) and (type(a) is not type(b) or not _same_order(a, b)):
            message = "`a` and `b` don't have the same structure."
            raise MismatchError(message)
        return super().side_by_side(a, b)

    def lists_to_tuples(self, structure: Nest) -> Nest:
        """By packing what was flattened."""
        # return pack_sequence_as(structure, flatten(structure), sequence_fn=sequence_fn)
        return super().lists_to_tuples(self.pack_sequence_as(structure, self.flatten(structure)))


class OldTrees(EarlyTrees):
    """dm-tree, in Keras 3.0: every mapping is flattened by sorted keys, an OrderedDict, too."""

    def entries(self, structure: Nest) -> list[tuple[Key, Nest]]:
        """Every dict by sorted keys."""
        return self.packing(structure)

    def side_by_side(self, a: Nest, b: Nest) -> list[tuple[Nest, Nest]]:
        """The same, but a dict does not stand for an OrderedDict."""
        # check_types=True: dict and OrderedDict are of two types
        if isinstance(a, dict) and type(a) is not type(b):
            message = "The two structures don't have the same sequence type."
            raise MismatchError(message)
        return Trees.side_by_side(self, a, b)


def _read(children: Children, structure: Nest) -> list[Nest]:
    if not is_nested(structure):
        return [structure]
    return [leaf for _, part in children(structure) for leaf in _read(children, part)]


def _put(children: Children, structure: Nest, values: Iterator[Nest]) -> Nest:
    if not is_nested(structure):
        return next(values)
    return rebuild(structure, {key: _put(children, part, values) for key, part in children(structure)})


def _is_wrapped(structure: Nest) -> bool:
    return isinstance(structure, WrappedDict)


def _same_order(a: dict[Key, Nest], b: Nest) -> bool:
    return not isinstance(a, OrderedDict) or list(a) == list(cast("dict[Key, Nest]", b))


class TorchTrees(Trees):
    """torch's own trees, from Keras 3.12 on: only the outermost dict is sorted, a dict in a dict stays as
    written.
    """

    def entries(self, structure: Nest) -> list[tuple[Key, Nest]]:
        """The children as written."""
        return items(structure)

    def flatten(self, structure: Nest) -> list[Nest]:
        """The same, the outermost dict sorted first."""
        # structure = _dict_to_ordered_dict(structure)
        return self._leaves(_outermost_sorted(structure))

    def _packed(self, structure: Nest, values: list[Nest]) -> Nest:
        # structure = _dict_to_ordered_dict(structure)
        return super()._packed(_outermost_sorted(structure), values)

    def lists_to_tuples(self, structure: Nest) -> Nest:
        """With every dict sorted."""
        # traverse(list_to_tuple, structure, top_down=False) sorts the dict of each level on its way down
        return super().lists_to_tuples(with_sorted_keys(structure, dict))


def _outermost_sorted(structure: Nest) -> Nest:
    # if type(x) is dict: return {k: x[k] for k in sorted(x.keys())} ... return None: traverse_children()
    if type(structure) is dict:
        return {key: structure[key] for key in in_order(structure)}
    if not is_nested(structure):
        return structure
    return rebuild(structure, {key: _outermost_sorted(part) for key, part in items(structure)})


def trees_of(version: Version, backend: Backend) -> Trees:
    """The dialect of a version on a backend."""
    series = (version.major, version.minor)
    if backend == "torch" and series >= (3, 12):
        return TorchTrees()
    if series >= (3, 8):
        return Trees()
    return EarlyTrees() if series >= (3, 1) else OldTrees()
