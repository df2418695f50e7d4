"""Losses of Keras 3.5 and 3.6: outputs, targets, losses and weights enter as nests, terms leave.

Mirrors ``CompileLoss`` as #20015 rewrote it: everything is flattened, dicts by their sorted keys, and paired
by position. So a dict of losses for a list of outputs goes by sorted names, and not by the names of the
outputs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from keraslint.pairing.builtin import loss_name
from keraslint.pairing.model import By, Fault
from keraslint.pairing.names import OutputNames
from keraslint.pairing.refusal import RefusedError, UnknownError
from keraslint.pairing.structure import (
    Nest,
    Spot,
    flattened_by,
    in_order,
    is_nested,
    mapped,
    marked_if_not,
)
from keraslint.pairing.terms import Computed, Given, check_is_loss

if TYPE_CHECKING:
    from keraslint.pairing.clauses import Trail
    from keraslint.pairing.model import Backend
    from keraslint.pairing.trees import Trees
    from keraslint.tree import Key


@dataclass(frozen=True)
class Losses:
    """Keras 3.5: outputs and targets without a loss are taken out of their dicts, in place."""

    loss: Nest
    weights: Nest
    names: OutputNames | None
    trees: Trees
    backend: Backend
    trail: Trail
    makes_variables: bool | None = False

    def computed(self, outputs: Nest, targets: Nest, sample_weight: Nest) -> Computed:
        """``CompileLoss.call``."""
        names = self._inferred_names(outputs)
        loss = self._for_each_output(outputs)
        unused = self._unused(loss, names, targets)
        flat = self._flat_losses(loss, *self._filtered_to_build(outputs, targets, unused))
        if unused.outputs or unused.targets:
            outputs, targets = self._filtered(outputs, targets, unused, names, len(flat))
        return self._terms(flat, self._logged(flat, names), Batch(outputs, targets, sample_weight))

    def _inferred_names(self, outputs: Nest) -> OutputNames | None:
        """R10: the sorted keys of a dict of outputs, or the names of the layers."""
        # if isinstance(y_pred, dict): output_names = sorted(y_pred.keys()) ... output_names or
        # self.output_names
        if isinstance(outputs, dict):
            self.trail.met("R10")
            return OutputNames(tuple(cast("list[str]", in_order(outputs))))
        return self.names

    def _for_each_output(self, outputs: Nest) -> Nest:
        """R11: one loss is every output's own."""
        # if is_function_like(loss) and tree.is_nested(y_pred): loss = tree.map_structure(lambda x: loss,
        # y_pred)
        if is_nested(self.loss) or not is_nested(outputs):
            return self.loss
        self.trail.met("R11")
        one = cast("Spot", self.loss)
        return mapped(lambda _: one.marked(By.BROADCAST), outputs)

    # -- R12: what has no loss is taken out ------------------------------------------------------------

    def _unused(self, loss: Nest, names: OutputNames | None, targets: Nest) -> Unused:
        if not isinstance(loss, dict):
            return Unused(frozenset(), frozenset())
        if names is None:
            message = (
                "Argument `loss` can only be provided as a dict when the model also returns a dict of "
                "outputs."
            )
            raise RefusedError(Fault.LOSS_KEYS, "ValueError", message, "R12")
        # if len(loss_keys - y_pred_keys) > 0: raise KeyError
        if not names.cover(loss):
            missing = sorted(map(str, set(loss) - set(names)))
            message = (
                f"There are keys: {missing} in the `loss` argument, but they can't be found in the "
                "model's output"
            )
            raise RefusedError(Fault.LOSS_KEYS, "KeyError", message, "R12")
        outputs = frozenset(names) - frozenset(loss)
        if not isinstance(targets, dict):
            return Unused(outputs, frozenset())
        # if len(loss_keys - y_true_keys) > 0: raise KeyError
        if not set(loss) <= set(targets):
            missing = sorted(map(str, set(loss) - set(targets)))
            message = (
                f"There are keys: {missing} in the `loss` argument, but they can't be found in `y` "
                "(`y_true`)."
            )
            raise RefusedError(Fault.TARGETS_KEYS, "KeyError", message, "R13")
        return Unused(outputs, frozenset(targets) - frozenset(loss))

    def _filtered_to_build(self, outputs: Nest, targets: Nest, unused: Unused) -> tuple[Nest, Nest]:
        # self._filter_unused_inputs(..., self.inferred_output_names), which is None until it is built
        return _without(outputs, unused.outputs), _without(targets, unused.targets)

    def _filtered(
        self,
        outputs: Nest,
        targets: Nest,
        unused: Unused,
        names: OutputNames | None,
        count: int,
    ) -> tuple[Nest, Nest]:
        del count
        # for k in filtered_y_true_keys: y_true.pop(k), in `build` and again in `call`
        popped = ((outputs, unused.outputs, Fault.LOSS_KEYS), (targets, unused.targets, Fault.TARGETS_KEYS))
        for tree, keys, fault in popped:
            if keys and isinstance(tree, dict):
                raise RefusedError(fault, "KeyError", repr(min(keys, key=str)), "R14")
        return self._listed(outputs, unused, names), targets

    def _listed(self, outputs: Nest, unused: Unused, names: OutputNames | None) -> Nest:
        """R15: of a list of outputs none is left."""
        # y_pred = []; for x, output_name in zip(tree.flatten(y_pred), output_names): ...
        if unused.outputs and not isinstance(outputs, dict) and names is not None:
            self.trail.met("R15")
            return []
        return outputs

    # -- R20: losses and weights are flattened ---------------------------------------------------------

    def _flat_losses(self, loss: Nest, outputs: Nest, targets: Nest) -> list[FlatLoss]:
        losses = self.trees.flatten(loss)
        weights = self._flat_weights(losses, loss)
        count = len(self.trees.flatten(outputs))
        # if len(y_pred) != len(flat_losses): raise ValueError
        if count != len(losses):
            message = (
                "For a model with multiple outputs, when providing the `loss` argument as a list, it "
                "should have as "
                f"many entries as the model has outputs. Received a loss of length {len(losses)} whereas "
                "the model "
                f"has {count} outputs."
            )
            raise RefusedError(Fault.LOSS_COUNT, "ValueError", message, "R20")
        by = flattened_by(loss, outputs)
        self.trail.met("R20")
        # get_loss(identifier, _y_true, _y_pred) for ... in zip(flat_losses, y_true, y_pred)
        rows = list(zip(losses, self.trees.flatten(targets), weights, strict=False))
        for one, _, _ in rows:
            check_is_loss(one)
        return [FlatLoss(_put(one, by), weight) for one, _, weight in rows]

    def _flat_weights(self, losses: list[Nest], loss: Nest) -> list[Nest]:
        """R21: weights are flattened by themselves."""
        if self.weights is None:
            return [None] * len(losses)
        weights = self.trees.flatten(self.weights)
        # if len(flat_loss_weights) != len(flat_losses): raise ValueError
        if len(weights) != len(losses):
            message = (
                "When providing the `loss_weights` argument, it should have equal length of `loss` argument. "
                f"Received: loss_weights length={len(weights)}, loss length={len(losses)}"
            )
            raise RefusedError(Fault.WEIGHTS_COUNT, "ValueError", message, "R21")
        self.trail.met("R21")
        by = flattened_by(self.weights, loss)
        return [marked_if_not(weight, by) for weight in weights]

    def _logged(self, flat: list[FlatLoss], names: OutputNames | None) -> list[str]:
        """R22: a log for each loss that is not None, named by its position."""
        if len(flat) <= 1:
            return []
        use: list[str] | None = list(names) if names is not None and len(names) == len(flat) else None
        # name = inferred_output_names[i]; name += "_loss"
        if use and not all(isinstance(name, str) for name in use):
            message = "unsupported operand type(s) for +=: 'int' and 'str'"
            raise RefusedError(Fault.OUTPUTS, "TypeError", message, "R22")
        return [
            f"{use[number] if use else loss_name(one.loss.token)}_loss"
            for number, one in enumerate(flat)
            if one.loss is not None
        ]

    # -- R30: everything side by side --------------------------------------------------------------------

    def _terms(self, flat: list[FlatLoss], logs: list[str], batch: Batch) -> Computed:
        """R30: the first loss goes with the first target and the first output, as long as there are logs."""
        heads, targets = self.trees.flatten(batch.outputs), self.trees.flatten(batch.targets)
        weights = self._sample_weights(batch, len(targets))
        by = flattened_by(batch.targets, batch.outputs)
        target_by = By.BROADCAST if not is_nested(batch.targets) else by
        terms = []
        # for loss_fn, y_t, y_p, loss_weight, sample_weight, metric in zip(...): if loss_fn: ...
        if len(targets) < len(heads):
            self.trail.met("R30")
        tracked: list[str | None] = [*logs] or [None]
        for one, target, head, weight, log in zip(flat, targets, heads, weights, tracked, strict=False):
            if one.loss is None:
                continue
            given = Given(
                (),
                head,
                marked_if_not(target, target_by),
                one.loss,
                one.weight,
                weight,
                self.backend,
                self.trees,
            )
            terms.append(replace(given.term(batch.outputs, log), log_weighted=True))
        return Computed(terms, logs)

    def _sample_weights(self, batch: Batch, count: int) -> list[Nest]:
        """R31: fewer sample weights than targets: the first is every target's own."""
        if batch.sample_weight is None:
            return [None] * count
        flat = self.trees.flatten(batch.sample_weight)
        # if len(sample_weight) < len(y_true): sample_weight = [sample_weight[0] for _ in range(len(y_true))]
        if len(flat) >= count:
            by = flattened_by(batch.sample_weight, batch.outputs)
            return [marked_if_not(weight, by) for weight in flat]
        self.trail.met("R31")
        return [marked_if_not(flat[0], By.BROADCAST)] * count


class Losses36(Losses):
    """Keras 3.6: what has no loss is left out of new dicts, but not in the call that builds.

    JAX and torch build before the first step. TensorFlow builds while it traces the step, and traces it once
    more if that has made variables (``makes_variables``, None where it is not known): the logs of several
    losses, metrics, the layers of a subclass.
    """

    def _filtered(
        self,
        outputs: Nest,
        targets: Nest,
        unused: Unused,
        names: OutputNames | None,
        count: int,
    ) -> tuple[Nest, Nest]:
        # if not self.built: self.build(y_true, y_pred) else: self._filter_unused_inputs(...)
        if self._traced_once(count):
            self.trail.met("R16")
            return outputs, targets
        outputs = self._listed(_without(outputs, unused.outputs), unused, names)
        return outputs, _without(targets, unused.targets)

    def _traced_once(self, count: int) -> bool:
        """R16: on TensorFlow a step that makes no variables keeps its first trace, in which nothing is left
        out.
        """
        if self.backend != "tensorflow" or count > 1:
            return False
        if self.makes_variables is None:
            message = "whether TensorFlow traces the step once or twice decides which output the loss is for"
            raise UnknownError(message)
        return not self.makes_variables


@dataclass(frozen=True)
class Unused:
    """The keys of outputs and targets for which there is no loss."""

    outputs: frozenset[Key]
    targets: frozenset[Key]


@dataclass(frozen=True)
class FlatLoss:
    """One loss and its weight; the loss may be None."""

    loss: Spot | None
    weight: Nest


@dataclass(frozen=True)
class Batch:
    """What ``call`` is given."""

    outputs: Nest
    targets: Nest
    sample_weight: Nest


def _without(structure: Nest, keys: frozenset[Key]) -> Nest:
    if not keys or not isinstance(structure, dict):
        return structure
    # filtered_y_true = {}: a plain dict
    return {key: part for key, part in structure.items() if key not in keys}


def _put(loss: Nest, by: By) -> Spot | None:
    return cast("Spot | None", marked_if_not(loss, by))
