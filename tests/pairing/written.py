"""What somebody may write: requests that Hypothesis draws, of every kind that a model takes.

Outputs of one to six heads, nested up to three deep, keys in any order; every other part has their structure,
changed in up to two places, or another one. Leaves say what they are and their number in written order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis import strategies as st

from keraslint.pairing import ABSENT, Part, Request
from keraslint.tree import MAPPINGS, Branch, Leaf, Tree, leaves, map_leaves, sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from keraslint.pairing.model import Call, ModelKind, Token
    from keraslint.tree import Kind

Trees: TypeAlias = st.SearchStrategy[Tree[Any]]

KEYS = "dcba"
CHANGES = (0, 0, 0, 0, 1, 1, 2)  # in a part: several parts are written, and most mistakes are refused
CALLS: tuple[Call, ...] = ("fit", "train_on_batch", "evaluate", "test_on_batch")


def output_trees() -> Trees:
    """Outputs of one to six heads."""
    leaf: Trees = st.just(Leaf("?"))
    return st.recursive(leaf, containers, max_leaves=6)


def containers(children: Trees) -> Trees:
    """A list, a tuple or a dict of one to three."""
    several = st.lists(children, min_size=1, max_size=3)
    sequences = st.builds(sequence, st.sampled_from(["list", "tuple"]), several)
    orders = st.permutations(KEYS)
    kinds: st.SearchStrategy[Kind] = st.sampled_from(["dict", "dict", "dict", "ordered_dict"])
    dicts = st.builds(
        lambda kind, parts, keys: Branch(kind, tuple(zip(keys, parts, strict=False))), kinds, several, orders
    )
    return sequences | dicts


@st.composite
def relatives(draw: st.DrawFn, outputs: Tree[Any]) -> Tree[Any]:
    """What somebody might write for outputs: their structure, changed in up to two places, or another."""
    if draw(st.integers(0, 9)) == 0:
        count = draw(st.integers(1, 3))
        others: list[Tree[Any]] = [Leaf("?"), listed(count), listed(len(list(leaves(outputs))))]
        other: Tree[Any] = draw(st.sampled_from(others))
        return other
    tree = outputs
    for _ in range(draw(st.sampled_from(CHANGES))):
        tree = draw(changed(tree))
    return tree


def listed(count: int) -> Tree[Any]:
    """A list of leaves."""
    found: list[Tree[Any]] = [Leaf("?")] * count
    return sequence("list", found)


@st.composite
def changed(draw: st.DrawFn, tree: Tree[Any]) -> Tree[Any]:
    """One change somewhere in a tree."""
    if isinstance(tree, Leaf):
        instead: list[Tree[Any]] = [Leaf(None), listed(1), Leaf("?")]
        other: Tree[Any] = draw(st.sampled_from(instead))
        return other
    if draw(st.booleans()):
        index = draw(st.integers(0, len(tree.items) - 1))
        items = list(tree.items)
        items[index] = (items[index][0], draw(changed(items[index][1])))
        return Branch(tree.kind, tuple(items))
    rewriting: Tree[Any] = draw(st.sampled_from(rewritten(tree)))
    return rewriting


def rewritten(tree: Branch[Any]) -> list[Tree[Any]]:
    """A container turned round, made another, shortened, lengthened, made one leaf."""
    parts = list(tree.children)
    found: list[Tree[Any]] = [Leaf("?"), Leaf(None), sequence("list", parts), sequence("tuple", parts)]
    found.append(Branch("dict", tuple(zip("abcd", parts, strict=False))))
    if tree.kind in MAPPINGS:
        found.append(Branch(tree.kind, tree.items[::-1]))
        found += [Branch("dict", tree.items[1:]), Branch("dict", (*tree.items, ("zzz", Leaf("?"))))]
        return found if len(tree.items) > 1 else [*found[:4], found[-1]]
    shorter = [sequence(tree.kind, parts[1:])] if len(parts) > 1 else []
    return [*found, *shorter, sequence(tree.kind, [*parts, Leaf("?")])]


def numbered(tree: Tree[Any], name: Callable[[int], Token]) -> Tree[Token]:
    """Leaves named in written order; a written ``None`` stays."""
    order = {path: number for number, (path, _) in enumerate(leaves(tree))}
    return map_leaves(tree, lambda path, value: None if value is None else name(order[path]))


def parts(outputs: Tree[Any], name: Callable[[int], Token]) -> st.SearchStrategy[Tree[Token]]:
    """A relative of the outputs with named leaves."""
    return relatives(outputs).map(lambda tree: numbered(tree, name))


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """A whole request, mostly with fewer parts than it could have."""
    outputs: Tree[Any] = numbered(draw(output_trees()), "out_{}".format)
    kind: ModelKind = draw(st.sampled_from(["functional", "subclass"]))
    if kind == "functional" and isinstance(outputs, Branch) and draw(st.booleans()):
        outputs = with_names_of_keys(outputs)

    def maybe(name: Callable[[int], Token], chance: int) -> Part:
        return draw(parts(outputs, name)) if draw(st.integers(0, chance)) == 0 else ABSENT

    return Request(
        outputs=outputs if kind == "functional" else map_leaves(outputs, lambda *_: None),
        kind=kind,
        loss=draw(parts(outputs, "loss_{}".format)),
        loss_weights=maybe(lambda number: 0.5 + number, 2),
        metrics=maybe("metric_{}".format, 2),
        weighted_metrics=maybe("metric_{}".format, 5),
        call=draw(st.sampled_from(CALLS)),
        targets=draw(parts(outputs, "target_{}".format)),
        sample_weight=maybe("weight_{}".format, 5),
        class_weight=draw(st.integers(0, 15)) == 0,
    )


def with_names_of_keys(outputs: Branch[Any]) -> Tree[Any]:
    """Layers called like the keys, or like the positions."""
    return map_leaves(outputs, lambda path, _: "_".join("abcd"[k] if isinstance(k, int) else k for k in path))
