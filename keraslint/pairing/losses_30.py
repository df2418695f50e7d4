"""Losses up to Keras 3.4: outputs, targets, losses and weights enter as nests, terms leave.

Mirrors ``CompileLoss`` before #20015: a dict of losses goes by the names of the outputs, a list by position,
and what a dict of targets lacks is left out without a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from keraslint.pairing.model import By, Fault
from keraslint.pairing.names import OutputNames
from keraslint.pairing.refusal import RefusedError
from keraslint.pairing.structure import (
    Nest,
    Spot,
    flattened_by,
    has_mapping,
    in_order,
    is_nested,
    marked_if_not,
    shown,
)
from keraslint.pairing.terms import Computed, Given, check_is_loss

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.pairing.clauses import Trail
    from keraslint.pairing.model import Backend
    from keraslint.pairing.trees import Trees


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
        losses, weights = self._build(outputs, targets)
        heads, flat_targets = self._flatten_y(outputs), self._flatten_y(targets)
        sample_weights = self._sample_weights(sample_weight, outputs, len(flat_targets))
        by = self._target_by(outputs, targets)
        terms = []
        # for loss, y_t, y_p, loss_weight, sample_weight in zip(...): if loss: ...
        columns = zip(losses, flat_targets, heads, weights, sample_weights, strict=False)
        for loss, target, head, weight, one in columns:
            if isinstance(loss, Spot):
                given = Given(
                    (),
                    head,
                    marked_if_not(target, by),
                    loss,
                    weight,
                    one,
                    self.backend,
                    self.trees,
                )
                terms.append(given.term(outputs, None))
        return Computed(terms, [])

    # -- Q1: the names of the outputs -----------------------------------------------------------------

    def _output_names(self, outputs: Nest) -> OutputNames | None:
        # if self.output_names: ... elif isinstance(y_pred, dict): output_names = sorted(list(y_pred.keys()))
        if self.names:
            return self.names
        return OutputNames(tuple(cast("list[str]", in_order(outputs)))) if isinstance(outputs, dict) else None

    def _count(self, outputs: Nest, names: OutputNames | None) -> int:
        if names:
            return len(names)
        return len(outputs) if isinstance(outputs, (list, tuple)) else 1

    def _flatten_y(self, structure: Nest) -> list[Nest]:
        """Q11: a dict by the names of the model's outputs that it has, silently without the others."""
        # if isinstance(y, dict) and self.output_names: for name in self.output_names: if name in y: ...
        if isinstance(structure, dict) and self.names:
            self.trail.met("Q11")
            return [structure[name] for name in self.names if name in structure]
        return self.trees.flatten(structure)

    def _target_by(self, outputs: Nest, targets: Nest) -> By:
        if isinstance(targets, dict) and self.names:
            return By.NAME
        return flattened_by(targets, outputs)

    # -- Q20: the losses ---------------------------------------------------------------------------------

    def _build(self, outputs: Nest, targets: Nest) -> tuple[list[Nest], list[Nest]]:
        names = self._output_names(outputs)
        flat: Nest = self._flatten_y(outputs)
        loss = self.loss
        if isinstance(loss, dict):
            self._check_keys(loss, names)
        if self._count(outputs, names) == 1:
            loss = self._only(loss)
            # if isinstance(y_pred, list) and len(y_pred) == 1: y_pred = y_pred[0]
            if isinstance(flat, list) and len(flat) == 1:
                flat = flat[0]
        # if is_function_like(loss) and tree.is_nested(y_pred): loss = tree.map_structure(lambda x: loss,
        # y_pred)
        if not is_nested(loss) and isinstance(flat, list):
            self.trail.met("Q21")
            loss = [marked_if_not(loss, By.BROADCAST) for _ in flat]  # None counts as a function
        if not is_nested(loss):
            return [loss], [self._one_weight()]
        if isinstance(loss, dict):
            return self._keyed(loss, names, outputs, targets)
        return self._listed(loss, cast("list[Nest]", flat), outputs)

    def _check_keys(self, loss: dict[str, Nest], names: OutputNames | None) -> None:
        # for name in loss.keys(): if name not in output_names: raise ValueError
        if names is None:
            if loss:
                message = "argument of type 'NoneType' is not iterable"
                raise RefusedError(Fault.LOSS_KEYS, "TypeError", message, "Q20")
            return
        if not names.cover(loss):
            name = next(name for name in loss if name not in set(names))
            message = f"In the dict argument `loss`, key '{name}' does not correspond to any model output."
            raise RefusedError(Fault.LOSS_KEYS, "ValueError", message, "Q20")

    def _only(self, loss: Nest) -> Nest:
        """Q22: of one output there is one loss, or a list or dict of one."""
        # if isinstance(loss, dict): loss = tree.flatten(loss)
        if isinstance(loss, dict):
            loss = self.trees.flatten(loss)
        # if isinstance(loss, list) and len(loss) == 1: loss = loss[0]
        if isinstance(loss, list) and len(loss) == 1:
            loss = loss[0]
        check_is_loss(loss)
        if is_nested(loss):
            message = (
                "When there is only a single output, the `loss` argument must be a callable. Got "
                f"{shown(loss)}"
            )
            raise RefusedError(Fault.LOSS_COUNT, "ValueError", message, "Q22")
        return loss

    def _one_weight(self) -> Nest:
        # if loss_weights: if not isinstance(loss_weights, float): raise ValueError
        if not self.weights:
            return None
        if not (isinstance(self.weights, Spot) and isinstance(self.weights.token, float)):
            message = (
                "When there is only a single output, the `loss_weights` argument must be a Python float."
            )
            raise RefusedError(Fault.WEIGHTS_STRUCTURE, "ValueError", message, "Q23")
        return self.weights

    def _listed(self, loss: Nest, flat: list[Nest], outputs: Nest) -> tuple[list[Nest], list[Nest]]:
        """Q24: a list has one loss for each output; a None in it moves the others up."""
        losses = self.trees.flatten(loss)
        # if len(loss) != len(y_pred): raise ValueError
        if len(losses) != len(flat):
            message = (
                "For a model with multiple outputs, when providing the `loss` argument as a list, it "
                "should have as "
                f"many entries as the model has outputs. Received:\nloss={shown(loss)}\nof length "
                f"{len(losses)} "
                f"whereas the model has {len(flat)} outputs."
            )
            raise RefusedError(Fault.LOSS_COUNT, "ValueError", message, "Q24")
        self.trail.met("Q24")
        by = By.SORTED if has_mapping(outputs) else By.POSITION
        # flat_losses = [get_loss(fn, y_true, y_pred) for fn in loss if fn is not None]
        # if not all(is_function_like(e) for e in loss): raise ValueError
        for one in losses:
            check_is_loss(one)
        given = [marked_if_not(one, by) for one in losses if one is not None]
        return given, self._listed_weights(len(flat), len(losses), by)

    def _listed_weights(self, outputs: int, losses: int, by: By) -> list[Nest]:
        """Q25: a list of losses takes a list of weights."""
        if not self.weights:
            return [None] * losses
        # if not isinstance(loss_weights, (list, tuple)): raise ValueError
        if not isinstance(self.weights, (list, tuple)):
            message = (
                "If the `loss` argument is provided as a list/tuple, the `loss_weight` argument should "
                "also be "
                "provided as a list/tuple, of equal length."
            )
            raise RefusedError(Fault.WEIGHTS_STRUCTURE, "ValueError", message, "Q25")
        if len(self.weights) != outputs:
            message = (
                "For a model with multiple outputs, when providing the `loss_weights` argument as a "
                "list, it should "
                f"have as many entries as the model has outputs. Received length {len(self.weights)} for "
                f"{outputs}"
            )
            raise RefusedError(Fault.WEIGHTS_COUNT, "ValueError", message, "Q25")
        # if not all(isinstance(e, (int, float)) for e in loss_weights): raise ValueError
        if not all(isinstance(weight, Spot) for weight in self.weights):
            message = "each list entry of `loss_weights` should be a Python int or float"
            raise RefusedError(Fault.WEIGHTS_TYPE, "ValueError", message, "Q25")
        return [marked_if_not(weight, by) for weight in self.weights]

    def _keyed(
        self,
        loss: dict[str, Nest],
        names: OutputNames | None,
        outputs: Nest,
        targets: Nest,
    ) -> tuple[list[Nest], list[Nest]]:
        """Q26: a dict of losses goes by the names of the outputs, as many as there are targets."""
        known = list(names or ())
        for name, one in loss.items():
            # if isinstance(loss[name], list) and len(loss[name]) == 1: loss[name] = loss[name][0]
            check_is_loss(_unlisted(one))
            if is_nested(_unlisted(one)):
                message = (
                    f"each dict entry should be a callable. At key '{name}', received invalid type: "
                    f"{shown(one)}"
                )
                raise RefusedError(Fault.LOSS_STRUCTURE, "ValueError", message, "Q26")
        self.trail.met("Q26")
        # for name, yt, yp in zip(output_names, y_true, y_pred): if name in loss: ... else: append(None)
        rows = zip(known, self._iterated(targets, len(known)), self._flatten_y(outputs), strict=False)
        flat = [marked_if_not(_unlisted(loss.get(name)), By.NAME) for name, _, _ in rows]
        return flat, self._keyed_weights(names, len(flat))

    def _iterated(self, targets: Nest, count: int) -> Sequence[Nest]:
        # iterating a tensor yields its rows, at least as many as there are outputs
        if isinstance(targets, (list, tuple)):
            return targets
        if isinstance(targets, dict):
            return list(targets)
        if targets is None:
            message = "'NoneType' object is not iterable"
            raise RefusedError(Fault.TARGETS_MISSING, "TypeError", message, "Q26")
        if self.backend == "tensorflow":
            message = "Iterating over a symbolic `tf.Tensor` is not allowed."
            raise RefusedError(Fault.TARGETS_STRUCTURE, "OperatorNotAllowedInGraphError", message, "Q26")
        return [None] * count

    def _keyed_weights(self, names: OutputNames | None, losses: int) -> list[Nest]:
        """Q27: a dict of losses takes a dict of weights, floats by the names of the outputs."""
        if not self.weights:
            return [None] * losses
        if not isinstance(self.weights, dict):
            message = (
                "If the `loss` argument is provided as a dict, the `loss_weight` argument should also be "
                "a dict."
            )
            raise RefusedError(Fault.WEIGHTS_STRUCTURE, "ValueError", message, "Q27")
        known = names or OutputNames(())
        if not known.cover(self.weights):
            name = next(name for name in self.weights if name not in set(known))
            message = (
                f"In the dict argument `loss_weights`, key '{name}' does not correspond to any model output."
            )
            raise RefusedError(Fault.WEIGHTS_KEYS, "ValueError", message, "Q27")
        # if not isinstance(loss_weights[name], float): raise ValueError
        for name, weight in self.weights.items():
            if not (isinstance(weight, Spot) and isinstance(weight.token, float)):
                message = f"each dict entry should be a Python float. At key '{name}', received invalid type"
                raise RefusedError(Fault.WEIGHTS_TYPE, "ValueError", message, "Q27")
        self.trail.met("Q27")
        return [marked_if_not(self.weights.get(name), By.NAME) for name in known]

    def _sample_weights(self, sample_weight: Nest, outputs: Nest, count: int) -> list[Nest]:
        """Q30: fewer sample weights than targets: the first is every target's own."""
        if sample_weight is None:
            return [None] * count
        flat = self._flatten_y(sample_weight)
        # if len(sample_weight) < len(y_true): sample_weight = [sample_weight[0] for _ in range(len(y_true))]
        if len(flat) >= count:
            by = self._target_by(outputs, sample_weight)
            return [marked_if_not(weight, by) for weight in flat]
        if not flat:
            raise RefusedError(Fault.SAMPLE_WEIGHT, "IndexError", "list index out of range", "Q30")
        self.trail.met("Q30")
        return [marked_if_not(flat[0], By.BROADCAST)] * count


def _unlisted(loss: Nest) -> Nest:
    return loss[0] if isinstance(loss, list) and len(loss) == 1 else loss
