"""What ``evaluate`` and its like return, by position, before and after; the places that change leave."""

from __future__ import annotations

import ast
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from keraslint import pairing, sites
from keraslint.pairing import Paired
from keraslint.sites.model import Given
from keraslint.tree import map_leaves

if TYPE_CHECKING:
    from keraslint.rewriting.proof import Judged
    from keraslint.sites.model import TrainingSite, Written
    from keraslint.sites.sources import Source
    from keraslint.tree import Path

ALL = 1_000
"""More values than any call returns."""


def moved(before: Judged, after: Paired, names: tuple[str, ...]) -> set[int]:
    """The places in the list of values at which another value stands afterwards."""
    stood = pairing.pair(sites.request(_named(before.site)), before.version)
    if not isinstance(stood, Paired):
        return set(range(ALL))
    left = [_meaning(log, stood, names) for log in stood.evaluate]
    right = [_meaning(log, after, names) for log in after.evaluate]
    return {
        place for place, (one, other) in enumerate(zip_longest(left, right)) if one != other or one is None
    }


def _named(site: TrainingSite) -> TrainingSite:
    """The site with names for layers without: Keras numbers these in the order in which they are made."""
    outputs = site.outputs
    if not isinstance(outputs, Given):
        return site

    def name(path: Path, written: Written) -> Written:
        return written if written.name else replace(written, name=f"?{path}")

    return replace(site, outputs=replace(outputs, tree=map_leaves(outputs.tree, name)))


def _meaning(log: str, paired: Paired, names: tuple[str, ...]) -> object:
    """The total, a head's loss or a head's metric; None where several go by one name."""
    found: list[object] = [("loss", _head(term.head, names)) for term in paired.terms if term.log == log]
    found += [
        ("metric", _head(one.head, names), one.name, one.weighted) for one in paired.metrics if one.log == log
    ]
    if log == "loss":
        return "total"
    return found[0] if len(found) == 1 else None


def _head(path: Path, names: tuple[str, ...]) -> object:
    key = path[0] if path else ""
    return names[key] if isinstance(key, int) else key


def taken(source: Source, node: ast.expr) -> set[int]:
    """The places of a list of values that are used where it stands."""
    parent = source.parents.get(node)
    match parent:
        case ast.Expr() | ast.Assign(targets=[ast.Name()]):
            return set()
        case ast.Assign(targets=[ast.Tuple(elts=targets) | ast.List(elts=targets)]):
            return set(range(len(targets)))
        case ast.Subscript(slice=ast.Constant(value=int() as place)) if place >= 0:
            return {place}
        case ast.Subscript(slice=ast.Slice(lower=None, upper=ast.Constant(value=int() as end), step=None)):
            return set(range(end)) if end >= 0 else set(range(ALL))
        case ast.Call(func=ast.Name(id="print" | "len")):
            return set()
        case _:
            return set(range(ALL))
