"""Targets that look exchanged: the meetings of all heads enter, a finding leaves where only another order of
the targets fits.

Strict on purpose: some target must be impossible where it is, and exactly one other order must make every
target possible and look like its output.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, permutations
from typing import TYPE_CHECKING

from keraslint.runtime import kinds
from keraslint.runtime.fits import impossible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.findings import Finding, Location
    from keraslint.runtime.fits import Meeting

_MOST_HEADS = 6


def findings(meetings: Sequence[Meeting], at: Location) -> Iterator[Finding]:
    """At most one finding."""
    if not 1 < len(meetings) <= _MOST_HEADS or any(one.target is None for one in meetings):
        return
    if not any(impossible(one) for one in meetings):
        return
    orders = (order for order in permutations(range(len(meetings))) if _fits(meetings, order))
    fitting = list(islice(orders, 2))
    if len(fitting) == 1:
        moved = [
            f"{one.head!r} that of {meetings[index].head!r}"
            for one, index in zip(meetings, fitting[0], strict=True)
            if meetings[index] is not one
        ]
        yield kinds.SWAPPED_TARGETS.at(at, f"the targets fit only in another order: {', '.join(moved)}")


def _fits(meetings: Sequence[Meeting], order: Sequence[int]) -> bool:
    return not any(
        impossible(replace(one, target=meetings[index].target))
        for one, index in zip(meetings, order, strict=True)
    )
