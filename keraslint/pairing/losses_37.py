"""Losses from Keras 3.7 on: outputs, targets, losses and weights enter as nests, terms leave.

Mirrors ``CompileLoss.build`` and ``call``; how a nested loss is walked stands in ``walk_37``, how targets are
given the structure of the outputs in ``targets_37``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from keraslint.pairing.model import By, Fault
from keraslint.pairing.refusal import RefusedError, UnknownError
from keraslint.pairing.structure import (
    Nest,
    Spot,
    child,
    has_dict,
    has_mapping,
    is_nested,
    mapped,
    marked,
    marked_if_not,
    spots,
)
from keraslint.pairing.targets_37 import Alignment
from keraslint.pairing.terms import Computed, Given
from keraslint.pairing.trees import MismatchError
from keraslint.pairing.walk_37 import Walk, Weighted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.pairing.clauses import Trail
    from keraslint.pairing.model import Backend, Term
    from keraslint.pairing.names import OutputNames
    from keraslint.pairing.trees import Trees
    from keraslint.pairing.walk_37 import FlatLoss
    from keraslint.tree import Path


@dataclass(frozen=True)
class Losses:
    """``compile``'s losses and weights with the names of the outputs; ``None`` where Keras knows none."""

    loss: Nest
    weights: Nest
    names: OutputNames | None
    trees: Trees
    backend: Backend
    trail: Trail

    def computed(self, outputs: Nest, targets: Nest, sample_weight: Nest) -> Computed:
        """``CompileLoss.call``."""
        # if not tree.is_nested(y_true) and not tree.is_nested(y_pred): fast path
        single = not is_nested(targets) and not is_nested(outputs)
        if not single:
            targets = Alignment(self.loss, self.names, self.trees, self.trail).aligned(targets, outputs)
        flat = list(self._flat_losses(targets, outputs))
        # Add `Mean` metric to the tracker for each loss: if len(self._flat_losses) > 1
        logged = len(flat) > 1
        batch = outputs, targets, sample_weight
        terms = [self._term(loss, batch, logged=logged and not single) for loss in flat]
        logs = [f"{loss.name}_loss" for loss in flat] if logged else []
        return Computed(self._counted(terms) if single else terms, logs)

    def _term(self, flat: FlatLoss, batch: tuple[Nest, Nest, Nest], *, logged: bool) -> Term:
        """One turn of ``for (path, loss_fn, loss_weight, _), metric in zip(...)``."""
        # y_t, y_p = resolve_path(path, y_true), resolve_path(path, y_pred)
        outputs, targets, sample_weight = batch
        head, target = outputs, targets
        for key in flat.path:
            head, target = child(head, key), child(target, key)
        weight = _resolved(sample_weight, flat.path, self.backend)
        loss, loss_weight = flat.weighted.loss, flat.weighted.weight
        given = Given(flat.path, head, target, loss, loss_weight, weight, self.backend, self.trees)
        return given.term(outputs, f"{flat.name}_loss" if logged else None)

    def _counted(self, terms: list[Term]) -> list[Term]:
        """L41: one output, one target: the first loss counts, whatever the others are."""
        # return loss_values[0]
        if not terms:
            raise RefusedError(Fault.LOSS_COUNT, "IndexError", "list index out of range", "L41")
        if len(terms) > 1:
            self.trail.met("L41")
        return terms[:1]

    def _flat_losses(self, targets: Nest, outputs: Nest) -> list[FlatLoss]:
        """``CompileLoss.build``."""
        loss, weights = self._listed_by_name(outputs)
        weighted = self._weighed(loss, weights)
        # isinstance(loss, dict) and ... set(loss.keys()) == set(flat_output_names)
        if self.names is None and isinstance(weighted, dict) and not isinstance(outputs, dict):
            raise RefusedError(Fault.LOSS_KEYS, "TypeError", "'NoneType' object is not iterable", "L22")
        # if not tree.is_nested(loss): loss = tree.map_structure(lambda x: loss, y_pred)
        if isinstance(weighted, Weighted):
            weighted = self._for_each_output(weighted, outputs)
        walk = Walk(self.trees, self.trail)
        return list(walk.flat_losses(targets, outputs, weighted, self._output_names(outputs), ()))

    def _for_each_output(self, weighted: Weighted, outputs: Nest) -> Nest:
        """L23: one loss and its weight are every output's own."""
        several = len(self.trees.flatten(outputs)) > 1
        if several:
            self.trail.met("L23")
        one = weighted.marked(By.BROADCAST if several else By.ONLY)
        return mapped(lambda _: one, outputs)

    def _listed_by_name(self, outputs: Nest) -> tuple[Nest, Nest]:
        """L20, L21: a dict of losses for outputs that are no dict goes by the output names."""
        # if self.output_names and isinstance(self._user_loss, dict) and not isinstance(y_pred, dict):
        if not (self.names and isinstance(self.loss, dict) and not isinstance(outputs, dict)):
            return self.loss, self.weights
        # if set(self.output_names) == set(self._user_loss.keys()): ... else: raise ValueError
        if not self.names.are(self.loss):
            message = (
                f"Expected keys {list(self.names)} in loss dict, but found loss.keys()={list(self.loss)}"
            )
            raise RefusedError(Fault.LOSS_KEYS, "ValueError", message, "L20")
        self.trail.met("L20")
        loss = [marked(self.loss[name], By.NAME) for name in self.names]
        # if isinstance(self._user_loss_weights, dict): [self._user_loss_weights[name] for name in
        # output_names]
        if not isinstance(self.weights, dict):
            return loss, self.weights
        missing = [name for name in self.names if name not in self.weights]
        if missing:
            raise RefusedError(Fault.WEIGHTS_KEYS, "KeyError", repr(missing[0]), "L21")
        self.trail.met("L21")
        return loss, [marked(self.weights[name], By.NAME) for name in self.names]

    def _weighed(self, loss: Nest, weights: Nest) -> Nest:
        """L30: pack the losses and the weights together."""
        if weights is None:
            return mapped(lambda leaf: _weighted(leaf, None), loss)
        # try: tree.assert_same_structure(loss, loss_weights)
        try:
            self.trees.assert_same_structure(loss, weights)
            self.trail.met("L30")
        except MismatchError:
            weights = self._repacked(loss, weights)
        return self.trees.map_two(_weighted, loss, weights)

    def _repacked(self, loss: Nest, weights: Nest) -> Nest:
        """L31, L32: weights of another structure than the losses are flattened, and packed in the losses'
        order.
        """
        flat = self.trees.flatten(weights)
        count = len(self.trees.flatten(loss))
        # if len(tree.flatten(loss)) != len(flat_loss_weights): raise ValueError(... len(loss_weights)
        # weights)
        if count != len(flat):
            if not is_nested(weights):
                message = "object of type 'float' has no len()"
                raise RefusedError(Fault.WEIGHTS_STRUCTURE, "TypeError", message, "L31")
            given = len(cast("Sequence[Nest]", weights))
            message = (
                f"`loss_weights` must match the number of losses, got {count} losses and {given} weights."
            )
            raise RefusedError(Fault.WEIGHTS_COUNT, "ValueError", message, "L31")
        # loss_weights = tree.pack_sequence_as(loss, flat_loss_weights)
        self.trail.met("L32")
        if self.trees.have_same_paths(loss, weights):
            return self.trees.pack_sequence_as(loss, flat)
        by = By.SORTED if has_mapping(loss) or has_mapping(weights) else By.POSITION
        return self.trees.pack_sequence_as(loss, [marked_if_not(weight, by) for weight in flat])

    def _output_names(self, outputs: Nest) -> Nest:
        # try: output_names = tree.pack_sequence_as(y_pred, flat_output_names)
        # except: ... output_names = [None] * len(flat_y_pred)
        names = None if self.names is None else list(self.names)
        try:
            return self.trees.pack_sequence_as(outputs, names)
        except MismatchError:
            return mapped(lambda _: None, outputs)


def _weighted(loss: Nest, weight: Nest) -> Nest:
    # class WeightedLoss: def __new__(cls, loss, weight): if loss is None: return None
    return Weighted(loss, weight) if isinstance(loss, Spot) else None


def _resolved(sample_weight: Nest, path: Path, backend: Backend) -> Nest:
    """L45: sample weights are looked up by the path of the loss."""
    # if sample_weight is not None and tree.is_nested(sample_weight): resolve_path(path, sample_weight)
    found = sample_weight
    if not is_nested(found):
        return marked_if_not(found, By.BROADCAST)
    for key in path:
        if isinstance(found, Spot) and isinstance(key, int):
            message = "a sample weight is indexed like a list"
            raise UnknownError(message)
        try:
            found = child(found, key)
        except (KeyError, IndexError, TypeError) as error:
            raise RefusedError(Fault.SAMPLE_WEIGHT, type(error).__name__, str(error), "L45") from error
    if isinstance(found, (list, tuple)) and len(found) > 1:
        message = "several sample weights for one loss are stacked, and their shapes decide what that does"
        raise UnknownError(message)
    if backend == "tensorflow" and is_nested(found) and has_dict(found):
        # sample_weight = ops.convert_to_tensor(sample_weight), which makes no tensor of a dict
        message = "Attempt to convert a value with an unsupported type (<class 'dict'>) to a Tensor."
        raise RefusedError(Fault.SAMPLE_WEIGHT, "ValueError", message, "L45")
    if is_nested(found) and next(spots(found), None) is None:
        raise RefusedError(Fault.SAMPLE_WEIGHT, "ValueError", "None values not supported.", "L45")
    if isinstance(found, dict):
        message = f"Unexpected input type for array: {type(found)}"
        raise RefusedError(Fault.SAMPLE_WEIGHT, "TypeError", message, "L45")
    return found
