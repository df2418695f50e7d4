"""Python literals enter, training sites leave: ``site({"z": "z", "a": "a"}, loss=["mse", "mae"])``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from keraslint.findings import Location, Span
from keraslint.sites.model import NOT_GIVEN, CompileCall, DataCall, Given, TrainingSite, Unread, Written
from keraslint.tree import Branch, Leaf, map_leaves, sequence

if TYPE_CHECKING:
    from keraslint.pairing import Call
    from keraslint.sites.model import ResultUse, SitePart
    from keraslint.tree import Path, Tree

PLACE = Location("program.py", Span(1, 1, 1, 2))
UNKNOWN = object()
"""A part that was given and cannot be read."""


@dataclass(frozen=True)
class Named:
    """A leaf that has a name whatever part it stands in: what a call of Keras returned."""

    text: str


def tree(literal: Any) -> Tree[Written]:
    """A literal as it is written."""
    match literal:
        case dict():
            return Branch("dict", tuple((key, tree(child)) for key, child in literal.items()))
        case list():
            return sequence("list", [tree(child) for child in literal])
        case tuple():
            return sequence("tuple", [tree(child) for child in literal])
        case _:
            return Leaf(_written(literal))


def _written(literal: Any) -> Written:
    match literal:
        case Named():
            return Written(literal.text, PLACE, name=literal.text)
        case None:
            return Written("None", PLACE, is_none=True)
        case str():
            return Written(repr(literal), PLACE, name=literal, value=literal)
        case _:
            return Written(repr(literal), PLACE, value=literal)


def heads(literal: Any) -> Tree[Written]:
    """Outputs: each leaf is the name of its layer, or None where that is not known."""
    match literal:
        case dict():
            return Branch("dict", tuple((key, heads(child)) for key, child in literal.items()))
        case list():
            return sequence("list", [heads(child) for child in literal])
        case _:
            return Leaf(Written("tensor", PLACE, name=literal))


def site(
    outputs: Any, *, call: Call = "fit", y: Any = NOT_GIVEN, uses: tuple[ResultUse, ...] = (), **parts: Any
) -> TrainingSite:
    """A functional model, its compile call and, where targets are given, a data call."""
    spelled: dict[str, Any] = {name: _part(literal) for name, literal in parts.items()}
    return TrainingSite(
        model=PLACE,
        kind="functional",
        outputs=Given(heads(outputs), PLACE),
        compiled=CompileCall(PLACE, **spelled),
        data=None if y is NOT_GIVEN else DataCall(call, PLACE, _arrays(y)),
        uses=uses,
    )


def _arrays(literal: Any) -> SitePart:
    """Targets: each leaf is the text of an array, which has no name."""
    written = _part(literal)
    if not isinstance(written, Given):
        return written
    return replace(written, tree=map_leaves(written.tree, _array))


def _array(_: Path, leaf: Written) -> Written:
    return leaf if leaf.value is None else replace(leaf, text=str(leaf.value), name=None, value=None)


def _part(literal: Any) -> SitePart:
    return Unread("not read", PLACE) if literal is UNKNOWN else Given(tree(literal), PLACE)
