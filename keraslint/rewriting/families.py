"""Groups of models enter; families leave: models that are called inside others go before these.

What a model in a dict gives is a dict wherever it is called, so that whoever is made of it changes with it.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.rewriting.groups import groups
from keraslint.sites.model import Given
from keraslint.sites.reading import is_sequence
from keraslint.tree import Branch, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.findings import Location
    from keraslint.rewriting.groups import Group, Seen
    from keraslint.sites.model import TrainingSite


@dataclass(frozen=True)
class Family:
    """Groups in an order in which each comes after those that are called inside it.

    ``inner`` are the calls of their models that give outputs of others, each with the number of its group.
    """

    groups: tuple[Group, ...]
    inner: tuple[tuple[Location, int], ...] = ()


def families(seen: Seen) -> Iterator[Family]:
    """Each family in the order of its first site; a group that no other is made of is one by itself."""
    found = [group for group in groups(seen) if any(map(is_listed, group.sites))]
    uses = {place: dict(_uses(group, found, seen)) for place, group in enumerate(found)}
    left = dict.fromkeys(range(len(found)))
    while left:
        members = _connected(next(iter(left)), uses)
        order = _ordered(members, uses)
        numbers = {place: number for number, place in enumerate(order)}
        inner = ((call, numbers[other]) for place in order for call, other in uses[place].items())
        yield Family(tuple(found[place] for place in order), tuple(inner))
        for place in members:
            left.pop(place)


def is_listed(site: TrainingSite) -> bool:
    """Whether several outputs stand in a list; those of tests that expect errors are not there at all."""
    outputs = site.outputs.tree if isinstance(site.outputs, Given) else None
    return isinstance(outputs, Branch) and is_sequence(outputs) and len(outputs.items) > 1


def _uses(group: Group, found: Sequence[Group], seen: Seen) -> Iterator[tuple[Location, int]]:
    """The calls of other groups' models that give outputs of this one."""
    for call in _calls(group):
        source = None if seen.sources is None else seen.sources.source(call.document)
        node = None if source is None else source.node(call)
        if source is None or not isinstance(node, ast.Call):
            continue
        callee = source.location(node.func)
        for place, other in enumerate(found):
            if other is not group and any(
                one.location == callee and one.call is None for one in other.traces
            ):
                yield call, place


def _calls(group: Group) -> Iterator[Location]:
    """Where outputs stand that were taken whole from where they were made."""
    for site in group.sites:
        for _, leaf in leaves(site.outputs.tree) if isinstance(site.outputs, Given) else ():
            if leaf.made is not None and leaf.made == leaf.location:
                yield leaf.made


def _connected(start: int, uses: dict[int, dict[Location, int]]) -> list[int]:
    """All groups that hang together with one, by who is called inside whom."""
    members, pending = {start: None}, [start]
    while pending:
        one = pending.pop()
        near = [*uses[one].values(), *(other for other, inner in uses.items() if one in inner.values())]
        pending += [other for other in near if other not in members]
        members.update(dict.fromkeys(near))
    return sorted(members)


def _ordered(members: Sequence[int], uses: dict[int, dict[Location, int]]) -> list[int]:
    """Members so that each comes after those that it uses; models cannot be made of each other."""
    order: list[int] = []
    while len(order) < len(members):
        ready = [one for one in members if one not in order and set(uses[one].values()) <= {*order, one}]
        order += ready or [one for one in members if one not in order]
    return order
