"""Targets from Keras 3.7 on: what was given as ``y`` enters, the same in the structure of the outputs leaves.

Mirrors the first half of ``CompileLoss.call``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from keraslint.pairing.model import By, Fault
from keraslint.pairing.refusal import RefusedError
from keraslint.pairing.structure import Nest, has_mapping, is_nested, marked, marked_if_not, shown
from keraslint.pairing.trees import MismatchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.pairing.clauses import Trail
    from keraslint.pairing.names import OutputNames
    from keraslint.pairing.trees import Trees
    from keraslint.tree import Key


@dataclass(frozen=True)
class Alignment:
    """Gives targets the structure of the outputs; ``loss`` is what the user wrote."""

    loss: Nest
    names: OutputNames | None
    trees: Trees
    trail: Trail

    def aligned(self, targets: Nest, outputs: Nest) -> Nest:
        """T10: targets of the outputs' own structure stay as they are."""
        # try: tree.assert_same_structure(y_pred, y_true)
        try:
            self.trees.assert_same_structure(outputs, targets)
        except MismatchError:
            return self._repacked(self._listed(targets, outputs), outputs)
        self.trail.met("T10")
        return targets

    def _listed(self, targets: Nest, outputs: Nest) -> Nest:
        """T11, T12: one target for one output, and a dict by the output names."""
        # if not tree.is_nested(y_true) and hasattr(y_pred, "__len__") and len(y_pred) == 1: y_true = [y_true]
        if not is_nested(targets) and is_nested(outputs) and len(cast("Sequence[Nest]", outputs)) == 1:
            self.trail.met("T11")
            return [targets]
        # elif isinstance(y_pred, (list, tuple)) and isinstance(y_true, dict):
        if isinstance(outputs, (list, tuple)) and isinstance(targets, dict):
            return self._by_output_names(targets)
        return targets

    def _by_output_names(self, targets: dict[Key, Nest]) -> Nest:
        # if set(self.output_names) == set(y_true.keys()): y_true = [y_true[name] for name in
        # self.output_names]
        if self.names is None:
            message = "'NoneType' object is not iterable"
            raise RefusedError(Fault.TARGETS_STRUCTURE, "TypeError", message, "T12")
        if not self.names.are(targets):
            return targets
        self.trail.met("T12")
        return [marked(targets[name], By.NAME) for name in self.names]

    def _repacked(self, targets: Nest, outputs: Nest) -> Nest:
        """T13, T14: a sequence leaf by leaf, then anything with the same paths."""
        by = By.SORTED if has_mapping(outputs) else By.POSITION
        # try: y_true = tree.pack_sequence_as(y_pred, y_true)
        try:
            packed = self.trees.pack_sequence_as(outputs, targets)
        except MismatchError:
            pass
        else:
            self.trail.met("T13")
            return marked_if_not(packed, by)
        # tree.assert_same_paths(y_true, y_pred); y_true = tree.pack_sequence_as(y_pred, tree.flatten(y_true))
        if self.trees.have_same_paths(targets, outputs):
            self.trail.met("T14")
            return self.trees.pack_sequence_as(outputs, self.trees.flatten(targets))
        return self._for_losses(targets, outputs)

    def _for_losses(self, targets: Nest, outputs: Nest) -> Nest:
        """T15: as many targets as there are losses, in the order of the losses."""
        # Check case where loss is partially defined over y_pred
        losses = self.trees.flatten(self.loss)
        given = [index for index, loss in enumerate(losses) if loss is not None]
        flat = self.trees.flatten(targets)
        # assert len(flat_y_true) == len(flat_loss_non_nones)
        if len(flat) != len(given):
            raise _different(targets, outputs)
        packed: list[Nest] = [None] * len(losses)
        for target, index in zip(flat, given, strict=True):
            packed[index] = target
        by = By.SORTED if has_mapping(self.loss) or has_mapping(targets) else By.POSITION
        try:
            aligned = self.trees.pack_sequence_as(self.loss, packed)
        except MismatchError as error:
            raise _different(targets, outputs) from error
        self.trail.met("T15")
        return marked(aligned, By.ONLY if len(given) == 1 else by)


def _different(targets: Nest, outputs: Nest) -> RefusedError:
    message = (
        f"y_true and y_pred have different structures.\ny_true: {shown(targets)}\ny_pred: {shown(outputs)}"
    )
    fault = Fault.TARGETS_STRUCTURE
    if targets is None:
        fault = Fault.TARGETS_MISSING
    elif isinstance(targets, dict) and (isinstance(outputs, dict) or not is_nested(outputs)):
        fault = Fault.TARGETS_KEYS
    return RefusedError(fault, "ValueError", message, "T16")
