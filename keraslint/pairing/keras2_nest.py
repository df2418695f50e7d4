"""``tf.nest``, as far as Keras 2 pairs by it: a structure enters, its leaves in TensorFlow's order leave.

The leaf of a structure is where it was written: its path in the tree that was given, None for a ``None``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, Union, cast

from keraslint.pairing.refusal import RefusedError
from keraslint.tree import MAPPINGS, SEQUENCES, Branch, Leaf, Path, Tree, sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.pairing.model import Fault
    from keraslint.tree import Key

Ref: TypeAlias = Union[Path, None]
Structure: TypeAlias = Tree[Ref]

NOTHING: Structure = Leaf(None)


@dataclass(frozen=True)
class Faults:
    """By which clause, and as what, it counts that containers differ in type, in length, in keys."""

    clause: str
    structure: Fault
    count: Fault
    keys: Fault


# K2.1  Leaves come in the order of the sorted keys of a dict, whatever the order in which it was written.
#   return sorted(dict_.keys())                        (tensorflow/python/util/nest_util.py, _tf_core_sorted)
#   Shown by LY/dictBA/loss=list_rev/y=dict.
def items(branch: Branch[Ref]) -> tuple[tuple[Key, Structure], ...]:
    """Keys and children of a container in the order in which TensorFlow walks."""
    if branch.kind not in MAPPINGS:
        return branch.items
    return tuple(sorted(branch.items, key=lambda item: cast("str", item[0])))


# K2.2  Keys that cannot be sorted are refused where they are first flattened: those of the outputs of a
#   functional model when it is built, those of losses and metrics by compile, others with the first batch.
#   raise TypeError("nest only supports dicts with sortable keys.")     (nest_util.py, _tf_core_sorted)
#   Shown by X/mixedkeys/str, K2/outputs/loss_of_mixed_keys, K2/outputs/mixed_keys_of_a_subclass.
def check_keys(tree: Tree[Any], fault: Fault, call: str | None = None) -> None:
    """Refuse mappings whose keys are of several types; ``call`` is where, if not at the call in question."""
    if isinstance(tree, Leaf):
        return
    if tree.kind in MAPPINGS and len({isinstance(key, str) for key in tree.keys}) > 1:
        message = "'<' not supported between instances of 'int' and 'str'"
        raise RefusedError(fault, "TypeError", message, "K2.2", call)
    for child in tree.children:
        check_keys(child, fault, call)


def walk(structure: Structure, path: Path = ()) -> Iterator[tuple[Path, Ref]]:
    """Every leaf with the path at which it stands, in TensorFlow's order."""
    if isinstance(structure, Leaf):
        yield path, structure.value
        return
    for key, child in items(structure):
        yield from walk(child, (*path, key))


def flatten(structure: Structure) -> tuple[Ref, ...]:
    """``tf.nest.flatten``."""
    return tuple(ref for _, ref in walk(structure))


def is_flat_sequence(structure: Structure) -> bool:
    """A list, tuple or namedtuple without containers in it."""
    return (
        isinstance(structure, Branch)
        and structure.kind not in MAPPINGS
        and not any(isinstance(child, Branch) for child in structure.children)
    )


def has_mapping(structure: Structure) -> bool:
    """Whether there is a dict anywhere, so that flattening may reorder."""
    return isinstance(structure, Branch) and (
        structure.kind in MAPPINGS or any(has_mapping(child) for child in structure.children)
    )


def list_to_tuple(structure: Structure) -> Structure:
    """``tf.nest.list_to_tuple``: what Keras does to data before it goes through ``tf.data``."""
    if isinstance(structure, Leaf):
        return structure
    children = [list_to_tuple(child) for child in structure.children]
    if structure.kind in SEQUENCES:
        return sequence("tuple", children)
    return Branch(structure.kind, tuple(zip(structure.keys, children, strict=True)))


# What K2.17 and K2.18 compare by: containers must be of the same type (a dict does for an OrderedDict, a
# namedtuple for a tuple), of the same length and have the same keys.
#   if check_types and not isinstance(input_tree, shallow_type): ... raise TypeError
#   if len(input_tree) != len(shallow_tree): raise ValueError
#   absent_keys = set(shallow_tree) - set(input_tree); if absent_keys: raise ValueError
#                                             (nest_util.py, _tf_core_assert_shallow_structure)
#   input_subtree = input_tree[shallow_key]            (the same, _tf_core_yield_flat_up_to: a KeyError)
def flatten_up_to(shallow: Structure, structure: Structure, faults: Faults) -> tuple[Structure, ...]:
    """``tf.nest.flatten_up_to``: what stands in ``structure`` at each leaf of ``shallow``, or a refusal."""
    if isinstance(shallow, Leaf):
        return (structure,)
    matched = _same_container(shallow, structure, faults)
    found = dict(items(matched))
    return tuple(node for key, child in items(shallow) for node in flatten_up_to(child, found[key], faults))


def _same_container(shallow: Branch[Ref], structure: Structure, faults: Faults) -> Branch[Ref]:
    if isinstance(structure, Leaf):
        message = "If shallow structure is a sequence, input must also be a sequence."
        raise RefusedError(faults.structure, "TypeError", message, faults.clause)
    if not _is_instance(structure, shallow):
        message = (
            "The two structures don't have the same sequence type. Input structure has type "
            f"{structure.kind}, while shallow structure has type {shallow.kind}."
        )
        raise RefusedError(faults.structure, "TypeError", message, faults.clause)
    if len(structure.items) != len(shallow.items):
        message = (
            "The two structures don't have the same sequence length. Input structure has length "
            f"{len(structure.items)}, while shallow structure has length {len(shallow.items)}."
        )
        fault = faults.keys if shallow.kind in MAPPINGS else faults.count
        raise RefusedError(fault, "ValueError", message, faults.clause)
    absent = [key for key in shallow.keys if key not in structure.keys]
    if absent and shallow.kind not in MAPPINGS:
        raise RefusedError(faults.structure, "KeyError", repr(absent[0]), faults.clause)
    if absent:
        message = (
            "The shallow_tree's keys are not a subset of the input_tree's keys. "
            f"The shallow_tree has the following keys that are not in the input_tree: {absent}."
        )
        raise RefusedError(faults.keys, "ValueError", message, faults.clause)
    return structure


def _is_instance(structure: Branch[Ref], shallow: Branch[Ref]) -> bool:
    if shallow.kind in MAPPINGS:
        return structure.kind in MAPPINGS
    if shallow.kind == "namedtuple":
        return structure.kind == "namedtuple" and structure.keys == shallow.keys
    return structure.kind == shallow.kind or (shallow.kind == "tuple" and structure.kind == "namedtuple")
