"""The number of outputs from other sides, where the outputs themselves could not be read.

Losses in a list and targets in a list of the same length agree on a number; one of them alone says
nothing, since either may be what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.sites.model import Given, Written
from keraslint.tree import SEQUENCES, Branch, Leaf, sequence

if TYPE_CHECKING:
    from keraslint.sites.model import CompileCall, DataCall, SitePart


@dataclass(frozen=True)
class Counted:
    """Outputs of which the number is known and nothing else."""

    outputs: Given
    evidence: str


def counted(compiled: CompileCall | None, data: DataCall | None) -> Counted | None:
    """The outputs as losses and targets agree on them; None where they do not."""
    if compiled is None or data is None:
        return None
    losses, targets = _length(compiled.loss), _length(data.targets)
    if losses is None or losses != targets or not isinstance(compiled.loss, Given):
        return None
    location = compiled.loss.location
    heads = tuple(Leaf(Written("", location)) for _ in range(losses))
    return Counted(Given(sequence("list", heads), location), f"{losses} losses and as many targets")


def _length(part: SitePart) -> int | None:
    """The length of a flat list or tuple of several entries."""
    if not isinstance(part, Given) or not isinstance(part.tree, Branch) or part.tree.kind not in SEQUENCES:
        return None
    flat = all(isinstance(child, Leaf) for child in part.tree.children)
    return len(part.tree.items) if flat and len(part.tree.items) > 1 else None
