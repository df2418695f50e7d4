"""The number of outputs from other sides, where the outputs themselves could not be read.

Losses in a list, targets in a list, and the names that predictions are unpacked into may agree on a number;
one of them alone says nothing, since any may be what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.sites.model import NOT_GIVEN, Given, Written
from keraslint.tree import SEQUENCES, Branch, Leaf, sequence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keraslint.sites.model import CompileCall, DataCall, SitePart


@dataclass(frozen=True)
class Counted:
    """Outputs of which the number is known and nothing else."""

    outputs: Given
    evidence: str


def counted(
    compiled: CompileCall | None, data: DataCall | None, unpacked: Iterable[int] = ()
) -> Counted | None:
    """The outputs as two sides or more agree on their number; None where they do not.

    ``unpacked`` are the numbers of names that predictions of the model are unpacked into.
    """
    if compiled is None:
        return None
    sides = {
        "losses": _length(compiled.loss),
        "targets": None if data is None else _length(data.targets),
        "names for the predictions": next(iter(unpacked), None),
    }
    found = {side: count for side, count in sides.items() if count is not None}
    count = next(iter(found.values()), 0)
    if len(found) < TWO or {*found.values(), *unpacked} != {count}:
        return None
    location = compiled.location
    for part in (compiled.loss, NOT_GIVEN if data is None else data.targets):
        if isinstance(part, Given):
            location = part.location
            break
    heads = tuple(Leaf(Written("", location)) for _ in range(count))
    first, *others = found
    evidence = f"{count} {first} and as many {' and '.join(others)}"
    return Counted(Given(sequence("list", heads), location), evidence)


TWO = 2
"""Sides that must agree: either alone may be what is wrong."""


def _length(part: SitePart) -> int | None:
    """The length of a flat list or tuple of several entries."""
    if not isinstance(part, Given) or not isinstance(part.tree, Branch) or part.tree.kind not in SEQUENCES:
        return None
    flat = all(isinstance(child, Leaf) for child in part.tree.children)
    return len(part.tree.items) if flat and len(part.tree.items) > 1 else None
