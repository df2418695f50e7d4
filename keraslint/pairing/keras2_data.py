"""The data adapters of Keras 2: targets and sample weights enter, the sample weights of a batch leave.

What an adapter refuses, it refuses before the model has seen anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.pairing.keras2_nest import (
    NOTHING,
    Ref,
    Structure,
    flatten,
    is_flat_sequence,
    list_to_tuple,
)
from keraslint.pairing.model import Absent, Fault, Unseen
from keraslint.pairing.refusal import RefusedError, UnknownError
from keraslint.pairing.versions import Version
from keraslint.tree import MAPPINGS, SEQUENCES, Branch, Leaf, leaves

if TYPE_CHECKING:
    from keraslint.pairing.model import Request

ON_BATCH = frozenset({"train_on_batch", "test_on_batch"})
TRAINING = frozenset({"compile", "fit", "train_on_batch"})

# The data adapters of tf_keras pass over None from here on ("for v in flat_inputs if v is not None").
TAKES_NONE = Version(2, 21, 0)

_NO_SHAPE = "'{}' object has no attribute 'shape'"


def check_targets(request: Request, targets: Structure, version: Version) -> None:
    """Refuse targets that no data adapter takes."""
    if request.feed == "dataset" and _has_list(request):
        reason = "tf.data makes one tensor of a list of targets; whether it fits is a matter of shapes"
        raise UnknownError(reason)
    if request.feed == "arrays" and isinstance(targets, Branch):
        _check_arrays(request, targets, version)


# K2.10 Each leaf of the targets that are given as arrays must be an array: a number is refused, and a None
#   was before tf_keras 2.21.
#   "Failed to find data adapter that can handle input: {}, {}"  (engine/data_adapter.py, select_data_adapter)
#   num_samples = set(int(i.shape[0]) for i in tf.nest.flatten(data))
#               (the same, _check_data_cardinality: what train_on_batch meets first, with an AttributeError)
#   Shown by LY/listBA/loss=list/y=list_none0, K2/none/train_on_batch/y=list, ONE/one/loss=obj/y=pylist.
def _check_arrays(request: Request, targets: Structure, version: Version) -> None:
    if None in flatten(targets) and version < TAKES_NONE:
        _refuse(request, "NoneType", Fault.TARGETS_MISSING)
    if isinstance(request.targets, (Absent, Unseen)):
        return
    for _, token in leaves(request.targets):
        if isinstance(token, (int, float)):
            _refuse(request, type(token).__name__, Fault.FEED)


def _refuse(request: Request, found: str, fault: Fault) -> None:
    if request.call in ON_BATCH:
        raise RefusedError(fault, "AttributeError", _NO_SHAPE.format(found), "K2.10")
    message = f"Failed to find data adapter that can handle input with a target of type {found}"
    raise RefusedError(fault, "ValueError", message, "K2.10")


def _has_list(request: Request) -> bool:
    def walk(tree: object) -> bool:
        return isinstance(tree, Branch) and (tree.kind == "list" or any(map(walk, tree.children)))

    return walk(request.targets) or walk(request.sample_weight)


# K2.11 Class weights need one target that is not in a container, and so do sample weights beside them;
#   evaluate does not look at them.
#   if tf.nest.is_nested(y): raise ValueError("`class_weight` is only supported for Models with ...")
#   if sw is not None: cw = tf.cast(cw, sw.dtype)
#                                              (engine/data_adapter.py, _make_class_weight_map_fn)
#   Shown by CW/listBA/y=list, CW/one/y=list, K2/class_weights/sw=list.
def check_class_weight(request: Request, targets: Structure, sample_weight: Structure) -> None:
    """Refuse class weights that cannot be looked up, or multiplied with the sample weights."""
    if not request.class_weight or request.call not in TRAINING:
        return
    if isinstance(targets, Branch):
        message = "`class_weight` is only supported for Models with a single output."
        raise RefusedError(Fault.CLASS_WEIGHT, "ValueError", message, "K2.11")
    if targets == NOTHING:
        message = "'NoneType' object has no attribute 'shape'"
        raise RefusedError(Fault.CLASS_WEIGHT, "AttributeError", message, "K2.11")
    if isinstance(sample_weight, Branch):
        kind = "dict" if sample_weight.kind in MAPPINGS else "tuple"
        message = f"'{kind}' object has no attribute 'dtype'"
        raise RefusedError(Fault.CLASS_WEIGHT, "AttributeError", message, "K2.11")


# K2.12 In a list of sample weights that goes with arrays, a None becomes ones, provided that the list and the
#   targets are flat; all None is none at all. Elsewhere a None was refused before tf_keras 2.21.
#   tf.nest.assert_same_structure(list_to_tuple(outputs), list_to_tuple(tf.nest.flatten(outputs)))
#   output_shape = output.shape if as_numpy else tf.shape(output)
#   new_sample_weights.append(np.ones(sw_shape) if as_numpy else tf.ones(sw_shape))
#                                        (engine/training_utils.py, handle_partial_sample_weights)
#   Shown by SW/dictBA/loss=dict/sw=list_none0, SW/listBA/loss=dict/sw=dict_none0,
#   K2/none/train_on_batch/sw=list.
def fed_sample_weight(
    request: Request, targets: Structure, weights: Structure, version: Version
) -> Structure:
    """The sample weights of a batch; ones that Keras fills in stand as None."""
    weights = list_to_tuple(weights)
    if request.feed != "arrays" or isinstance(weights, Leaf) or None not in flatten(weights):
        return weights
    if request.call not in ON_BATCH and weights.kind in SEQUENCES and None in _top(weights):
        return _filled(targets, weights)
    if version < TAKES_NONE:
        raise RefusedError(Fault.SAMPLE_WEIGHT, "AttributeError", _NO_SHAPE.format("NoneType"), "K2.12")
    return weights


def _top(weights: Branch[Ref]) -> list[Ref]:
    return [child.value if isinstance(child, Leaf) else () for child in weights.children]


def _filled(targets: Structure, weights: Branch[Ref]) -> Structure:
    if all(ref is None for ref in _top(weights)):
        return NOTHING
    for structure in (weights, list_to_tuple(targets)):
        if not is_flat_sequence(structure):
            error = (
                "ValueError" if isinstance(structure, Branch) and structure.kind == "tuple" else "TypeError"
            )
            message = "The two structures don't have the same nested structure."
            raise RefusedError(Fault.SAMPLE_WEIGHT, error, message, "K2.12")
    _check_shapes(targets, weights)
    return weights


def _check_shapes(targets: Structure, weights: Branch[Ref]) -> None:
    """The ones have the shape of the target, and None has none."""
    if not isinstance(targets, Branch):
        return
    for weight, target in zip(_top(weights), _top(targets), strict=False):
        if weight is None and target is None:
            message = (
                "Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a Tensor."
            )
            raise RefusedError(Fault.SAMPLE_WEIGHT, "ValueError", message, "K2.12")
