"""The LossesContainer of Keras 2: conformed parts enter, the terms of the total loss and their logs leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.pairing.keras2_conform import Conformed, pairing_by
from keraslint.pairing.keras2_data import TRAINING
from keraslint.pairing.model import Absent, Fault, Term
from keraslint.pairing.names import OutputNames
from keraslint.pairing.refusal import RefusedError, UnknownError
from keraslint.tree import MAPPINGS, Branch, Leaf

if TYPE_CHECKING:
    from keraslint.pairing.keras2_heads import Heads
    from keraslint.pairing.keras2_nest import Ref
    from keraslint.pairing.model import By, Request
    from keraslint.tree import Path


@dataclass(frozen=True)
class Batch:
    """What reaches the containers with a batch, conformed to the outputs."""

    targets: Conformed
    sample_weight: Conformed


@dataclass(frozen=True)
class Losses:
    """What was compiled, conformed to the outputs."""

    heads: Heads
    losses: Conformed
    weights: Conformed

    # K2.13 A model of several heads logs each loss, without its weight, under the output name that stands at
    #   its position, even when nothing is ever added to it.
    #   if len(self._output_names) == 1: self._per_output_metrics = [None]
    #   metrics_mod.Mean(output_name + "_loss", mesh=self._mesh)
    #                                          (engine/compile_utils.py, LossesContainer._create_metrics)
    #   Shown by LY/dictPerm/loss=dict/y=dict, LY/listBA/loss=dict_miss1/y=dict_miss0.
    @property
    def logs(self) -> tuple[str | None, ...]:
        """The key of each position's own loss; with the number of an output whose name is not known."""
        names = self.heads.names
        if len(names) == 1:
            return (None,)
        pairs = zip(self.losses.refs, OutputNames(names), strict=False)
        return tuple(None if loss is None else f"{name}_loss" for loss, name in pairs)

    # K2.14 Targets, heads, sample weights, losses and weights are zipped: the shortest ends it, and the heads
    #   beyond are dropped without a word. A head without a target or a loss has no term.
    #   for y_t, y_p, sw, loss_obj, loss_weight, metric_obj in zip(*zip_args):
    #       if y_t is None or loss_obj is None: continue
    #                                                (engine/compile_utils.py, LossesContainer.__call__)
    #   Shown by LY/dictBA/loss=list_short/y=dict, W/listBA/loss=list/w=list_short,
    #   SW/listBA/loss=dict/sw=list1.
    def terms(self, batch: Batch) -> tuple[Term, ...]:
        """The terms of the total loss."""
        rows = zip(
            batch.targets.refs,
            self.heads.paths,
            batch.sample_weight.refs,
            self.losses.refs,
            self.weights.refs,
            self.logs,
            strict=False,
        )
        return tuple(
            self._term(batch, head, target, loss, weight, sample, log)
            for target, head, sample, loss, weight, log in rows
            if target is not None and loss is not None
        )

    def clauses(self, batch: Batch) -> frozenset[str]:
        """The clauses by which the terms came about."""
        parts = (batch.targets, batch.sample_weight, self.losses, self.weights)
        found = {part.clause for part in parts if any(ref is not None for ref in part.refs)}
        found |= {"K2.13"} if len(self.heads.names) > 1 else set()
        found |= {"K2.14"} if len(self.terms(batch)) < len(self.heads.paths) else set()
        return frozenset(found)

    def _term(  # noqa: PLR0913, PLR0917 - one row of the zip above
        self, batch: Batch, head: Path, target: Path, loss: Path, weight: Ref, sample: Ref, log: str | None
    ) -> Term:
        def by(part: Conformed, ref: Ref) -> By | None:
            return None if ref is None else pairing_by(self.heads, part, head, ref)

        return Term(
            head,
            target,
            loss,
            weight,
            sample,
            loss_by=pairing_by(self.heads, self.losses, head, loss),
            target_by=pairing_by(self.heads, batch.targets, head, target),
            weight_by=by(self.weights, weight),
            sample_weight_by=by(batch.sample_weight, sample),
            log=log,
        )


# K2.15 Training without any term is refused; evaluating gives 0.
#   if self.loss and y is None: raise ValueError("Target data is missing. ...")
#   elif loss is None: raise ValueError("No loss found. ...")
#                                              (engine/training.py, Model._validate_target_and_loss)
#   Shown by K2/nothing/wrong_loss_keys/fit, K2/nothing/no_targets/fit.
def check_trainable(request: Request, terms: tuple[Term, ...]) -> None:
    """Refuse to train on nothing."""
    if terms or request.call not in TRAINING:
        return
    if isinstance(request.loss, Absent) or request.loss == Leaf(None):
        reason = "no loss is compiled: what the layers add is all there is to train on"
        raise UnknownError(reason)
    if isinstance(request.targets, Absent) or request.targets == Leaf(None):
        message = "Target data is missing."
        raise RefusedError(Fault.TARGETS_MISSING, "ValueError", message, "K2.15")
    message = "No loss found. You may have forgotten to provide a `loss` argument in the `compile()` method."
    is_mapping = isinstance(request.loss, Branch) and request.loss.kind in MAPPINGS
    raise RefusedError(Fault.LOSS_KEYS if is_mapping else Fault.LOSS_COUNT, "ValueError", message, "K2.15")
