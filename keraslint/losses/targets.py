"""Targets and sample weights, found by the keys that lead to a node of the outputs.

Trees as the data adapters of Keras hand them on enter; the part that belongs to one term leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keras import ops

from keraslint.losses.paths import MISSING, PathError, at, child, describe, items, leaves, nearest
from keraslint.tree import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.tree import Path


def aligned(y_true: Any, y_pred: Any) -> Any:
    """The targets; one array for a list of one output is put into a list, as Keras does."""
    alone = isinstance(y_pred, (list, tuple)) and len(y_pred) == 1
    return [y_true] if alone and y_true is not None and items(y_true) is None else y_true


def at_path(y_true: Any, y_pred: Any, path: Path) -> Any:
    """The target (a subtree where ``path`` leads to one) for the outputs at ``path``."""
    node = at(y_true, path)
    if not _stands(node):
        raise _no_target(y_true, path)
    if isinstance(node, str):
        msg = f"keras.Model has paired targets by position and lost the one at {dotted(path)!r}."
        raise PathError(msg)
    if items(node) is not None and items(at(y_pred, path)) is None:
        msg = f"The output at {dotted(path)!r} is one array, its target {describe(node)}."
        raise PathError(msg)
    return node


def _no_target(y_true: Any, path: Path) -> PathError:
    if y_true is None:
        return PathError(f"The loss at {dotted(path)!r} needs a target; none were given.")
    deepest = next(path[:end] for end in range(len(path), -1, -1) if _stands(at(y_true, path[:end])))
    place = f"the target at {dotted(deepest)!r} is" if deepest else "the targets are"
    known = [str(key) for key, _ in items(at(y_true, deepest)) or ()]
    close = nearest(str(path[len(deepest)]), known) if len(path) > len(deepest) else None
    hint = f" Nearest: {dotted((*deepest, close))!r}." if close else ""
    return PathError(
        f"No target for the loss at {dotted(path)!r}: {place} {describe(at(y_true, deepest))}.{hint}"
    )


def _stands(node: Any) -> bool:
    return node is not None and node is not MISSING


def refuse_surplus(y_true: Any, y_pred: Any, paths: list[Path]) -> None:
    """Refuse a target for which there is no output, unless a loss takes the whole node that it stands in."""
    for path in _surplus(y_true, y_pred, frozenset(paths), ()):
        node = at(y_pred, path[:-1])
        known = [str(key) for key, _ in items(node) or ()]
        close = nearest(str(path[-1]), known)
        hint = f" Nearest: {dotted((*path[:-1], close))!r}." if close else ""
        if isinstance(path[-1], int) and known and not isinstance(node, (list, tuple)):
            hint = f" Targets go by name here, the output is {describe(node)}."
        msg = f"There is a target at {dotted(path)!r}, but no output.{hint}"
        raise PathError(msg)


def _surplus(y_true: Any, y_pred: Any, whole: frozenset[Path], path: Path) -> Iterator[Path]:
    if path in whole:
        return
    for key, node in items(y_true) or ():
        output = child(y_pred, key)
        if output is MISSING:
            yield (*path, key)
        else:
            yield from _surplus(node, output, whole, (*path, key))


def weight(sample_weight: Any, path: Path) -> Any:
    """The sample weight for the node at ``path``: the one that stands there or above it, None if none does.

    A node that is a subtree takes one weight: all below it must agree (Keras copies one array to every leaf).
    Where they are not known yet and turn out to differ, the weight is NaN and so is the loss.
    """
    for key in path:
        if items(sample_weight) is None:
            return sample_weight
        sample_weight = child(sample_weight, key)
        if sample_weight is MISSING:
            return None
    return sample_weight if items(sample_weight) is None else _agreed(list(leaves(sample_weight)), path)


def _agreed(weights: list[Any], path: Path) -> Any:
    first: Any = weights[0] if weights else None
    if all(other is first for other in weights):
        return first
    differing = f"The loss at {dotted(path)!r} takes a subtree and so one sample weight; those below differ."
    if any(other is None or tuple(other.shape) != tuple(first.shape) for other in weights):
        raise PathError(differing)
    same = ops.all(ops.stack([ops.all(ops.equal(other, first)) for other in weights]))
    if _known(same) is False:
        raise PathError(differing)
    return ops.where(same, first, ops.full_like(first, float("nan")))


def _known(condition: Any) -> bool | None:
    """The truth value of a tensor; None while a step is traced, where it has none."""
    try:
        return bool(condition)
    except Exception:  # noqa: BLE001 - every backend has its own error for a traced tensor
        return None


def shapes(structure: Any) -> Any:
    """The same containers with the shape of each array, for messages."""
    below = items(structure)
    if below is None:
        return tuple(structure.shape) if hasattr(structure, "shape") else structure
    return {key: shapes(node) for key, node in below}
