"""What reaches ``CompileLoss``: targets and sample weights enter as written, and leave as the data adapters and the
backend hand them over. Mirrors keras/src/trainers/data_adapters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.pairing.model import By, Fault
from keraslint.pairing.refusal import RefusedError
from keraslint.pairing.structure import (
    MismatchError,
    Nest,
    Spot,
    assert_same_structure,
    flatten,
    is_nested,
    lists_to_tuples,
    mapped,
    shown,
)

if TYPE_CHECKING:
    from keraslint.pairing.model import Backend, Request
    from keraslint.pairing.versions import Version

_ON_BATCH = ("train_on_batch", "test_on_batch")


@dataclass(frozen=True)
class Batch:
    """Targets and sample weights of one batch."""

    targets: Nest
    sample_weight: Nest


def batch(targets: Nest, sample_weight: Nest, request: Request, version: Version, backend: Backend) -> Batch:
    """The batch as the training step sees it."""
    if request.call in _ON_BATCH:
        _check_class_weight(targets, sample_weight, request)
        return Batch(targets, sample_weight)
    if request.feed == "arrays":
        _check_arrays(targets, version)
        _check_class_weight(targets, sample_weight, request)
        sample_weight = _for_each_target(targets, sample_weight, version)
    if backend == "tensorflow":
        # inputs = tree.lists_to_tuples(inputs): a dataset would stack a list
        return Batch(lists_to_tuples(targets), lists_to_tuples(sample_weight))
    return Batch(targets, sample_weight)


def _check_arrays(targets: Nest, version: Version) -> None:
    # if not can_convert_arrays((x, y, sample_weight)): raise ValueError
    for leaf in flatten(targets):
        if isinstance(leaf, Spot) and isinstance(leaf.token, (int, float)):
            message = f"Unrecognized data type: y={shown(targets)}"
            raise RefusedError(Fault.FEED, "ValueError", message, "F10")
        # num_samples = set(int(i.shape[0]) for i in tree.flatten(data) if i is not None), since 3.12
        if leaf is None and is_nested(targets) and (version.major, version.minor) < (3, 12):
            message = "'NoneType' object has no attribute 'shape'"
            raise RefusedError(Fault.TARGETS_MISSING, "AttributeError", message, "F11")


def _check_class_weight(targets: Nest, sample_weight: Nest, request: Request) -> None:
    if not request.class_weight:
        return
    # You cannot `class_weight` and `sample_weight` at the same time.
    if sample_weight is not None:
        message = "You cannot `class_weight` and `sample_weight` at the same time."
        raise RefusedError(Fault.CLASS_WEIGHT, "ValueError", message, "F12")
    if is_nested(targets):
        message = "`class_weight` is only supported for Models with a single output."
        raise RefusedError(Fault.CLASS_WEIGHT, "ValueError", message, "F13")


def _for_each_target(targets: Nest, sample_weight: Nest, version: Version) -> Nest:
    # if tree.is_nested(y): if isinstance(sample_weight, (list, tuple, dict)): tree.assert_same_structure(y, ...)
    if sample_weight is None or not is_nested(targets):
        return sample_weight
    if isinstance(sample_weight, Spot):
        # Replicate the same sample_weight array on all outputs.
        return mapped(lambda _: sample_weight.marked(By.BROADCAST), targets)
    try:
        assert_same_structure(targets, sample_weight)
    except MismatchError as error:
        message = (
            "You should provide one `sample_weight` array per output in `y`. The two structures did not match:\n"
            f"- y: {shown(targets)}\n- sample_weight: {shown(sample_weight)}"
        )
        raise RefusedError(Fault.SAMPLE_WEIGHT, "ValueError", message, "F14") from error
    if (version.major, version.minor) < (3, 12) and None in flatten(sample_weight):
        message = "'NoneType' object has no attribute 'shape'"
        raise RefusedError(Fault.SAMPLE_WEIGHT, "AttributeError", message, "F11")
    return sample_weight
