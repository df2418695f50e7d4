"""Where each entry of a part was written for: outputs and a part enter, a path of the part for each head.

By position in a list as long as there are heads, by key in a dict of the outputs' keys or layers, by the same
path in a nested part. What Keras does stands in the verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keraslint.sites.reading import heads, is_flat, is_mapping, labels, meant
from keraslint.tree import Branch, Leaf, Tree, at

if TYPE_CHECKING:
    from keraslint.sites.model import Written
    from keraslint.tree import Path


def intended(outputs: Tree[Written], part: Tree[Any] | None) -> dict[Path, Path]:
    """The path of the entry that was written for each head; heads without one of their own are left out."""
    if not isinstance(part, Branch):
        return {}
    same = {head: head for head in heads(outputs) if at(part, head) is not None and len(head) > 1}
    if is_flat(outputs) or not is_mapping(part):
        return {head: (key,) for key, head in meant(outputs, part).items()}
    return same


def named_metrics(outputs: Tree[Written], metrics: Tree[Any] | None) -> dict[Path, tuple[Path, ...]]:
    """The entries of a dict of metrics for each head: at its path, by its name, by its path's last key."""
    if not isinstance(metrics, Branch) or not is_mapping(metrics):
        return {}
    named = labels(outputs) or {}
    last: dict[object, list[Path]] = {}
    for declared in heads(outputs):
        last.setdefault(declared[-1] if declared else None, []).append(declared)
    found: dict[Path, tuple[Path, ...]] = {}
    for head in heads(outputs):
        if len(head) > 1 and at(metrics, head) is not None:
            found[head] = (head,)
    for key in metrics.keys:
        only = last.get(key, [])
        by_last = only[0] if len(only) == 1 else None
        owner = named.get(str(key), by_last)
        if owner is not None:
            found[owner] = (*found.get(owner, ()), (key,))
    return found


def is_written(part: Tree[Any] | None, path: Path) -> bool:
    """Whether something other than ``None`` stands at a path."""
    node = None if part is None else at(part, path)
    return node is not None and not (isinstance(node, Leaf) and node.value is None)


def same_thing(part: Tree[Any], one: Path, other: Path) -> bool:
    """Whether two entries are one object, or are written alike and are no arrays."""
    left, right = at(part, one), at(part, other)
    if not isinstance(left, Leaf) or not isinstance(right, Leaf):
        return left == right
    if left.value is right.value:
        return True
    plain = (str, int, float)
    return (
        isinstance(left.value, plain) and type(left.value) is type(right.value) and left.value == right.value
    )
