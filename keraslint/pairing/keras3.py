"""Keras 3: a request enters, a verdict leaves; which clauses answer it depends on the version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.pairing import feeds, logs
from keraslint.pairing.losses_37 import Computed, Losses
from keraslint.pairing.metrics_314 import Metrics
from keraslint.pairing.model import Absent, Fault, Paired, Rejected, Undecided, Unseen
from keraslint.pairing.refusal import RefusedError, UnknownError
from keraslint.pairing.structure import Nest, Spot, nest, spots
from keraslint.tree import Leaf

if TYPE_CHECKING:
    from keraslint.pairing.losses_37 import Names
    from keraslint.pairing.model import Backend, Metric, Outputs, Part, Request, Verdict
    from keraslint.pairing.versions import Version


def pair(request: Request, version: Version, backend: Backend) -> Verdict:
    """What Keras 3 does with a request."""
    if request.call == "predict":
        return Undecided("predict pairs nothing")
    try:
        return Keras3(request, version, backend).paired()
    except RefusedError as refused:
        call = refused.call or request.call
        return Rejected(call, refused.error, refused.message, refused.fault, (refused.clause,))
    except UnknownError as unknown:
        return Undecided(str(unknown))


@dataclass(frozen=True)
class Keras3:
    """One request to one version."""

    request: Request
    version: Version
    backend: Backend

    def paired(self) -> Paired:
        """Compile, then one step."""
        self._check_compile()
        self._check_keys(self.request.outputs)
        outputs = self._outputs()
        targets, sample_weight = self._targets(), self._sample_weight()
        if self._has_data:
            batch = feeds.batch(targets, sample_weight, self.request, self.version, self.backend)
            targets, sample_weight = batch.targets, batch.sample_weight
        metrics = self._metrics(outputs, targets, sample_weight)
        losses = self._losses(outputs, targets, sample_weight)
        keys = logs.keys(losses.logs, metrics)
        evaluate = logs.evaluate(losses.logs, metrics, keys)
        return Paired(tuple(losses.terms), tuple(metrics), keys, evaluate, (), self._assumed())

    @property
    def _has_data(self) -> bool:
        return self.request.call != "compile" and not isinstance(self.request.targets, Unseen)

    def _check_compile(self) -> None:
        weights = _given(self.request.loss_weights)
        has_loss = _given(self.request.loss) is not None
        # if loss_weights and not isinstance(loss_weights, (list, tuple, dict, float)): raise ValueError
        if has_loss and isinstance(weights, Spot) and weights.token and not isinstance(weights.token, float):
            message = (
                "Expected `loss_weights` argument to be a float (single output case) or a list, tuple, or dict "
                f"(multiple output case). Received instead: loss_weights={weights.token}"
            )
            raise RefusedError(Fault.WEIGHTS_TYPE, "ValueError", message, "C10", "compile")
        # if metrics and not isinstance(metrics, (list, tuple, dict)): raise ValueError
        for argument in ("metrics", "weighted_metrics"):
            given = _given(getattr(self.request, argument))
            if isinstance(given, Spot):
                message = f"Expected `{argument}` argument to be a list, tuple, or dict. Received: {given.token}"
                raise RefusedError(Fault.METRICS_STRUCTURE, "ValueError", message, "C11", "compile")

    def _check_keys(self, tree: Outputs) -> None:
        """JAX sorts the keys of every dict that it is given, and cannot sort text among numbers."""
        if isinstance(tree, Leaf) or self.backend != "jax" or self.request.call == "compile":
            return
        if len({type(key) for key in tree.keys}) > 1:
            message = "Comparator raised exception while sorting pytree dictionary keys."
            raise RefusedError(Fault.OUTPUTS, "ValueError", message, "J10")
        for child in tree.children:
            self._check_keys(child)

    def _outputs(self) -> Nest:
        """The outputs as the loss sees them; a functional model hands out the one of a list of one (O10)."""
        outputs = nest(self.request.outputs, keep_none=False)
        # def unpack_singleton(x): if isinstance(x, (list, tuple)) and len(x) == 1: return x[0]
        functional = self.request.kind != "subclass"
        if functional and isinstance(outputs, (list, tuple)) and len(outputs) == 1:
            return outputs[0]
        return outputs

    @property
    def _names(self) -> Names:
        """``model.output_names``: of a functional model, in flattening order."""
        if self.request.kind != "functional":
            return None
        found = spots(nest(self.request.outputs, keep_none=False))
        return [None if spot.token is None else str(spot.token) for spot in found]

    def _targets(self) -> Nest:
        if self.request.call == "compile" or isinstance(self.request.targets, Unseen):
            return self._outputs()
        return _given(self.request.targets)

    def _sample_weight(self) -> Nest:
        return _given(self.request.sample_weight)

    def _losses(self, outputs: Nest, targets: Nest, sample_weight: Nest) -> Computed:
        loss: Nest = _given(self.request.loss)
        if isinstance(self.request.loss, Unseen):
            loss = outputs
        if loss is None:
            return self._no_loss()
        losses = Losses(loss, _given(self.request.loss_weights), self._names)
        return losses.computed(outputs, targets, sample_weight)

    def _no_loss(self) -> Computed:
        # if backend.backend() != "jax" and len(losses) == 0: raise ValueError
        if self.request.call == "compile" or self.backend == "jax":
            return Computed([], [])
        message = "No loss to compute. Provide a `loss` argument in `compile()`."
        raise RefusedError(Fault.LOSS_COUNT, "ValueError", message, "L50")

    def _metrics(self, outputs: Nest, targets: Nest, sample_weight: Nest) -> list[Metric]:
        metrics, weighted = _given(self.request.metrics), _given(self.request.weighted_metrics)
        if metrics is None and weighted is None:
            return []
        return Metrics(metrics, weighted, self._names).paired(outputs, targets, sample_weight)

    def _assumed(self) -> tuple[str, ...]:
        parts = {
            "targets": isinstance(self.request.targets, Unseen),
            "loss": isinstance(self.request.loss, Unseen),
            "loss_weights": isinstance(self.request.loss_weights, Unseen),
            "metrics": isinstance(self.request.metrics, Unseen),
            "weighted_metrics": isinstance(self.request.weighted_metrics, Unseen),
            "sample_weight": isinstance(self.request.sample_weight, Unseen),
        }
        return tuple(part for part, unseen in parts.items() if unseen)


def _given(part: Part) -> Nest:
    if isinstance(part, (Unseen, Absent)):
        return None
    return nest(part)
