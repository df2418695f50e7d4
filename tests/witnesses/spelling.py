"""What a training spells: a training as Keras did it enters, and leaves as it reads on the page.

Entries are compared by what they are (a loss's name and settings, a target's numbers), not by where
they stand, so that two programs can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from keraslint.pairing.builtin import LONG_NAMES
from keraslint.tree import MAPPINGS, Branch, Leaf, at, dotted, leaves

if TYPE_CHECKING:
    from keraslint.tree import Path, Tree
    from tests.witnesses.spy import Training


@dataclass(frozen=True)
class Pairs:
    """The terms and metrics of a training, each by what it is made of."""

    terms: frozenset[tuple[Any, ...]]
    metrics: frozenset[tuple[Any, ...]]


class UnspelledError(Exception):
    """A part that no reading assigns to the heads: too long, too short, or with a strange key."""


def built(training: Training) -> Pairs:
    """What Keras paired."""
    parts = training.compiled.parts
    terms = [
        (
            term.head,
            _numbers(_leaf(training.targets, term.target)),
            _identity(_leaf(parts["loss"], term.loss)),
            1.0 if term.weight is None else float(_leaf(parts["loss_weights"], term.weight)),
        )
        for term in training.terms
    ]
    metrics = [
        (
            metric.head,
            _numbers(_leaf(training.targets, metric.target)),
            _identity(_leaf(parts["weighted_metrics" if metric.weighted else "metrics"], metric.metric)),
            metric.weighted,
        )
        for metric in training.metrics
    ]
    return Pairs(frozenset(terms), frozenset(metrics))


def spelled(training: Training) -> Pairs:
    """What stands there, if positions count in declared order and keys name the heads."""
    terms: set[tuple[Any, ...]] = set()
    metrics: set[tuple[Any, ...]] = set()
    for head in training.heads:
        given = _target(training, head)
        target = () if given is None else _numbers(_leaf(given, ()))
        weight = _for_head(training, training.compiled.parts.get("loss_weights"), head)
        written = None if weight is None else _leaf(weight, ())
        factor = 1.0 if written is None else float(written)
        terms |= {(head, target, loss, factor) for loss in _entries(training, "loss", head)}
        for name in ("metrics", "weighted_metrics"):
            weighted = name == "weighted_metrics"
            metrics |= {(head, target, metric, weighted) for metric in _entries(training, name, head)}
    return Pairs(frozenset(terms), frozenset(metrics))


def _target(training: Training, head: Path) -> Tree[Any] | None:
    """The target of a head; a list may also have just those of the heads with a loss."""
    trained = [one for one in training.heads if _entries(training, "loss", one)]
    match training.targets:
        case Branch() as targets if targets.kind not in MAPPINGS and len(targets.items) == len(trained):
            return targets.children[trained.index(head)] if head in trained else None
        case targets:
            return _for_head(training, targets, head)


def _for_head(training: Training, part: Tree[Any] | None, head: Path) -> Tree[Any] | None:
    if isinstance(part, Branch) and any(len(one) > 1 for one in training.heads):
        return _nested(part, head)
    position = training.heads.index(head)
    match part:
        case Branch(kind=kind) if kind in MAPPINGS:
            names = (
                [dotted(head) for head in training.heads] if training.dict_outputs else training.output_names
            )
            if not set(part.keys) <= set(names):
                raise UnspelledError(part.keys)
            return at(part, (names[position],))
        case Branch() if len(training.heads) == 1 and len(part.items) != 1:
            return part
        case Branch():
            if len(part.items) != len(training.heads):
                raise UnspelledError(part.keys)
            return part.children[position]
        case _:
            return part


def _nested(part: Tree[Any], head: Path) -> Tree[Any]:
    """What stands where the head stands in nested outputs."""
    found = at(part, head)
    if found is None:
        raise UnspelledError(head)
    return found


def _entries(training: Training, name: str, head: Path) -> list[Any]:
    entry = _for_head(training, training.compiled.parts.get(name), head)
    return [] if entry is None else [_identity(leaf) for _, leaf in leaves(entry) if leaf is not None]


def _leaf(tree: Tree[Any] | None, path: Path) -> Any:
    node = at(tree, path) if tree is not None else None
    if not isinstance(node, Leaf):
        raise UnspelledError(path)
    return node.value


def _identity(loss: Any) -> Any:
    if isinstance(loss, (keras.losses.Loss, keras.metrics.Metric)):
        return (type(loss).__name__, repr(sorted(loss.get_config().items())))
    if isinstance(loss, str):
        return LONG_NAMES.get(loss, loss)  # one function, whichever of its names was written
    return getattr(loss, "__name__", loss)


def _numbers(target: Any) -> tuple[float, ...]:
    """The numbers of a target in an order that shuffling does not change."""
    return tuple(np.sort(np.asarray(target, dtype="float64"), axis=None).round(6))
