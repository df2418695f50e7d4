"""The specification is held against the installed Keras on generated cases.

Losses and metrics are functions that note what they are given: every tensor holds one number, by which it is
known. Only documented methods of a model are called: ``compile``, ``compute_loss``, ``compute_metrics``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from keraslint.pairing import ABSENT, Absent, Paired, Part, Rejected, Request, Undecided, Unseen, pair
from keraslint.tree import Branch, Leaf, Path, Tree, at, leaves, map_leaves, sequence
from tests.conformance.containers import build

if TYPE_CHECKING:
    from collections.abc import Callable

    from keraslint.pairing.model import ModelKind, Token

pytestmark = pytest.mark.train

ROWS = 13  # more than any tree here has leaves, so that no tensor is taken for a list of leaves
KEYS = "dcba"
Trees = st.SearchStrategy[Tree[Any]]


# -- what is written
# --------------------------------------------------------------------------------------------


def output_trees() -> Trees:
    """Outputs of one to six heads, nested up to three deep, keys in any order."""
    leaf: Trees = st.just(Leaf("?"))
    return st.recursive(leaf, containers, max_leaves=6)


def containers(children: Trees) -> Trees:
    """A list, a tuple or a dict of one to three."""
    several = st.lists(children, min_size=1, max_size=3)
    sequences = st.builds(sequence, st.sampled_from(["list", "tuple"]), several)
    orders = st.permutations(KEYS)
    dicts = st.builds(
        lambda parts, keys: Branch("dict", tuple(zip(keys, parts, strict=False))), several, orders
    )
    return sequences | dicts


@st.composite
def relatives(draw: st.DrawFn, outputs: Tree[Any]) -> Tree[Any]:
    """What somebody might write for outputs: their structure, changed in up to two places, or another."""
    if draw(st.integers(0, 5)) == 0:
        count = draw(st.integers(1, 3))
        others: list[Tree[Any]] = [Leaf("?"), listed(count), listed(len(list(leaves(outputs))))]
        other: Tree[Any] = draw(st.sampled_from(others))
        return other
    tree = outputs
    for _ in range(draw(st.integers(0, 2))):
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
    if tree.kind == "dict":
        found.append(Branch("dict", tree.items[::-1]))
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
        call="train_on_batch",
        targets=draw(parts(outputs, "target_{}".format)),
        sample_weight=maybe(lambda number: 0.25 * (number + 1), 5),
    )


def with_names_of_keys(outputs: Branch[Any]) -> Tree[Any]:
    """Layers called like the keys, or like the positions."""
    return map_leaves(outputs, lambda path, _: "_".join("abcd"[k] if isinstance(k, int) else k for k in path))


# -- what Keras does
# --------------------------------------------------------------------------------------------


Row: TypeAlias = tuple[Path, Any, Any]


@dataclass
class Notes:
    """What each loss and metric was given: (its path, target, head), numbers in written order; the total
    loss, and the keys of the logs.
    """

    losses: list[Row] = field(default_factory=list)
    metrics: list[Row] = field(default_factory=list)
    total: float = 0.0
    logs: frozenset[str] = frozenset()


def value(row: Row) -> float:
    """The loss value of a row: a number that no sum of others gives by chance."""
    return 0.5 + crc32(repr(comparable(row)).encode()) / 2**32


def comparable(row: Row) -> Row:
    """A container of one counted as what it holds, and the target of a whole subtree left out: what was
    gathered from a flat list is at no path.
    """
    path, target, head = row[0], single(row[1]), single(row[2])
    return path, None if isinstance(head, tuple) else target, head


def tensors(tree: Tree[Any], first: float) -> Any:
    """A container of tensors, each full of the number of its leaf."""
    import numpy as np
    from keras import ops

    order = {path: number for number, (path, _) in enumerate(leaves(tree))}
    marked = map_leaves(tree, lambda path, value: None if value == "absent" else (order[path], value))
    return build(
        marked,
        lambda pair: (
            None
            if pair[1] is None and first
            else ops.convert_to_tensor(
                np.full((ROWS, 1), first + pair[0], "float32"),
            )
        ),
    )


def read(structure: Any, first: float) -> Any:
    """The numbers in a structure, in the order of its containers."""
    import numpy as np

    if isinstance(structure, dict):
        return tuple(read(structure[key], first) for key in sorted(structure))
    if isinstance(structure, (list, tuple)):
        return tuple(read(part, first) for part in structure)
    return round(float(np.asarray(structure).ravel()[0]) - first)


TARGETS, HEADS = 100.0, 1000.0


def noting(notes: list[Row], name: str, path: Path) -> Callable[[Any, Any], Any]:
    """A function that notes what it is given."""
    from keras import ops, tree

    def function(y_true: Any, y_pred: Any) -> Any:
        row = path, read(y_true, TARGETS), read(y_pred, HEADS)
        notes.append(row)
        return 0.0 * ops.mean(tree.flatten(y_pred)[0], axis=-1) + value(row)

    function.__name__ = name
    return function


def written(part: Part, leaf: Callable[[Path, Any], Any]) -> Any:
    """A part as Python objects; None where it was not given."""
    if isinstance(part, (Absent, Unseen)):
        return None
    paths = map_leaves(part, lambda path, value: None if value is None else (path, value))
    return build(paths, lambda pair: leaf(*pair))


def train(request: Request) -> Notes:
    """One step on the installed Keras; raises what Keras raises."""
    import keras
    import numpy as np

    notes = Notes()
    model = keras.Model()
    outputs = tensors(request.outputs, HEADS) if request.kind == "functional" else subclass_outputs(request)
    if request.kind == "functional":
        flat = keras.tree.flatten(build(request.outputs, str))
        model.output_names = [str(name) for name in flat]
        if isinstance(outputs, (list, tuple)) and len(outputs) == 1:
            outputs = outputs[0]  # as a functional model hands it out
    model.compile(
        loss=written(request.loss, lambda path, name: noting(notes.losses, name, path)),
        loss_weights=written(request.loss_weights, lambda _, number: number),
        metrics=written(request.metrics, lambda path, name: noting(notes.metrics, name, path)),
        run_eagerly=True,
    )
    targets = tensors(request.targets, TARGETS) if not isinstance(request.targets, (Absent, Unseen)) else None
    weights = written(request.sample_weight, lambda _, number: np.full((ROWS,), number, "float32"))
    if keras.backend.backend() == "jax":
        outputs = jax_sorted(outputs)
    batch = None, targets, outputs, weights
    if keras.backend.backend() == "tensorflow":
        notes.total = float(np.asarray(model.compute_loss(*batch)))
        model.compute_metrics(*batch)
    else:
        # JAX and torch build metrics and losses on a batch before they step.
        model.compute_metrics(*batch)
        model.compute_loss(*batch)
        notes.losses.clear()
        notes.total = float(np.asarray(model.compute_loss(*batch)))
    notes.logs = frozenset(model.get_metrics_result())
    return notes


def jax_sorted(outputs: Any) -> Any:
    """Outputs as JAX hands them back from the evaluation without data that precedes the first step."""
    import jax

    return jax.tree_util.tree_map(lambda tensor: tensor, outputs)


def subclass_outputs(request: Request) -> Any:
    """Outputs that have no names."""
    return tensors(map_leaves(request.outputs, lambda *_: "nameless"), HEADS)


# -- the comparison
# -----------------------------------------------------------------------------------------------


def number_at(tree: Tree[Any], path: Path | None) -> Any:
    """The number, or the numbers, of what stands at a path."""
    if path is None:
        return None
    order = {leaf: number for number, (leaf, _) in enumerate(leaves(tree))}
    node = at(tree, path)
    assert node is not None
    return nested_numbers(node, path, order)


def nested_numbers(node: Tree[Any], path: Path, order: dict[Path, int]) -> Any:
    """As ``read`` reads a structure."""
    if isinstance(node, Leaf):
        return order[path]
    items = sorted(node.items) if node.kind == "dict" else node.items
    return tuple(nested_numbers(child, (*path, key), order) for key, child in items)


def said(request: Request, verdict: Paired) -> Notes:
    """A verdict in the terms of the notes."""
    targets = request.targets
    assert not isinstance(targets, (Absent, Unseen))
    losses = [
        (t.loss, number_at(targets, t.target), number_at(request.outputs, t.head)) for t in verdict.terms
    ]
    metrics = [
        (m.metric, number_at(targets, m.target), number_at(request.outputs, m.head)) for m in verdict.metrics
    ]
    factors = [
        factor(request.loss_weights, term.weight) * factor(request.sample_weight, term.sample_weight)
        for term in verdict.terms
    ]
    total = sum(factor_ * value(row) for factor_, row in zip(factors, losses, strict=True))
    return Notes(losses, metrics, total, frozenset(verdict.logs))


def factor(part: Part, path: Path | None) -> float:
    """The weight at a path, 1 where there is none."""
    if path is None or isinstance(part, (Absent, Unseen)):
        return 1.0
    node = at(part, path)
    while isinstance(node, Branch):
        (node,) = node.children
    assert isinstance(node, Leaf)
    return float(node.value or 1.0)


def check(request: Request) -> None:
    """Keras and the specification agree on whether it raises, and on what is paired."""
    import keras

    verdict = pair(request, keras.__version__, keras.backend.backend())
    if isinstance(verdict, Undecided):
        return
    try:
        notes = train(request)
    except Exception as error:  # noqa: BLE001 - Keras raises what it likes
        assert isinstance(verdict, Rejected), f"Keras raised {error!r}"  # noqa: PT017
        return
    assert isinstance(verdict, Paired), verdict
    expected = said(request, verdict)
    assert set(in_order(expected.losses)) <= set(in_order(notes.losses))
    assert expected.total == pytest.approx(notes.total, rel=1e-4, nan_ok=True)
    assert in_order(notes.metrics) == in_order(expected.metrics)
    assert notes.logs == expected.logs


def in_order(rows: list[Row]) -> list[Row]:
    """In one order, and comparable."""
    return sorted((comparable(row) for row in rows), key=repr)


def single(numbers: Any) -> Any:
    """``((3,),)`` is 3."""
    while isinstance(numbers, tuple) and len(numbers) == 1:
        (numbers,) = numbers
    return numbers


SETTINGS: dict[str, Any] = {
    "derandomize": True,
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "database": None,
}


@given(requests())
@settings(max_examples=150, **SETTINGS)
def test_generated_requests(request_: Request) -> None:
    pytest.importorskip("keras")
    check(request_)


@pytest.mark.slow
@given(requests())
@settings(max_examples=4000, **SETTINGS)
def test_many_generated_requests(request_: Request) -> None:
    pytest.importorskip("keras")
    check(request_)
