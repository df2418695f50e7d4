"""Keras 3: a request enters, a verdict leaves; which modules answer it depends on the version.

The order is Keras's own: the model is built (O), compiled (C), fed (F, I); then JAX and torch build the
metrics (M) before the losses (T, L, R, Q), TensorFlow after them; the logs (G) come last.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keraslint.pairing import feeds, inputs, logs, losses_30, losses_35, losses_37, metrics_30, metrics_314
from keraslint.pairing.clauses import Trail
from keraslint.pairing.model import Absent, Fault, Paired, Rejected, Undecided, Unseen
from keraslint.pairing.names import OutputNames
from keraslint.pairing.refusal import RefusedError, UnknownError
from keraslint.pairing.structure import (
    Nest,
    Spot,
    WrappedDict,
    has_mapping,
    is_nested,
    nest,
    tree_of,
    with_sorted_keys,
    wrapped,
)
from keraslint.pairing.terms import Computed
from keraslint.pairing.trees import trees_of
from keraslint.pairing.versions import Version
from keraslint.tree import Leaf

if TYPE_CHECKING:
    from keraslint.pairing.feeds import Batch
    from keraslint.pairing.model import Backend, Metric, Outputs, Part, Request, Verdict
    from keraslint.pairing.trees import Trees
    from keraslint.tree import Path, Tree

_PARTS = ("targets", "loss", "loss_weights", "metrics", "weighted_metrics", "sample_weight")


def pair(request: Request, version: Version, backend: Backend) -> Verdict:
    """What Keras 3 does with a request."""
    if request.call == "predict":
        return Undecided("predict pairs nothing")
    run = Run(request, version, backend)
    try:
        return run.paired()
    except RefusedError as refused:
        # Without data, what the first step would raise is what `fit` would.
        call = refused.call or ("fit" if request.call == "compile" else request.call)
        met = dict.fromkeys((*run.trail.clauses, refused.clause))
        return Rejected(call, refused.error, refused.message, refused.fault, tuple(met))
    except UnknownError as unknown:
        return Undecided(str(unknown))


def predicted(request: Request, version: Version, backend: Backend) -> Tree[Path] | None:
    """What ``predict`` returns; None where no model is built."""
    try:
        return tree_of(Run(request, version, backend).predicted())
    except RefusedError:
        return None


@dataclass(frozen=True)
class Run:
    """One request to one version on one backend."""

    request: Request
    version: Version
    backend: Backend
    trail: Trail = field(default_factory=Trail)

    def paired(self) -> Paired:
        """Build, compile, and one step."""
        outputs = self.handed_out()
        self._check_compile()
        self._check_keys(self.request.outputs)
        if self.backend == "jax":
            outputs = self._sorted(outputs)
        batch = self._batch(outputs)
        taken = self._inputs()
        if self.backend == "tensorflow":
            losses = self._losses(outputs, batch)
            metrics = self._metrics(outputs, batch)
        else:
            metrics = self._metrics(outputs, batch)
            losses = self._losses(outputs, batch)
        keys = logs.keys(losses.logs, metrics)
        self.trail.met("G10")
        if self.version >= logs.OWN_NAMES_FIRST:
            self.trail.met("G11")
        assumed = tuple(part for part in _PARTS if isinstance(getattr(self.request, part), Unseen))
        return Paired(
            terms=tuple(losses.terms),
            metrics=tuple(metrics),
            logs=keys,
            evaluate=logs.evaluate(losses.logs, metrics, keys, self.version),
            metrics_names=logs.metrics_names(losses.logs, compiled=self._has_metrics),
            clauses=self.trail.clauses,
            assumed=assumed,
            inputs=() if taken is None else taken.pairs,
        )

    def predicted(self) -> Nest:
        """O13: what the model hands out, on JAX with sorted keys if it is compiled, batches concatenated."""
        outputs = self.handed_out()
        if self.backend == "jax":
            outputs = self._sorted(outputs)
        # outputs = tree.map_structure_up_to(batch_outputs, np.concatenate, outputs)
        concatenated = self._trees.mapped_up_to(outputs)
        if concatenated != outputs:
            self.trail.met("O13")
        return concatenated

    @property
    def _has_metrics(self) -> bool:
        # if metrics is not None or weighted_metrics is not None: self._compile_metrics = CompileMetrics(...)
        given = (self.request.metrics, self.request.weighted_metrics)
        return not all(isinstance(part, Absent) for part in given)

    @property
    def _trees(self) -> Trees:
        return trees_of(self.version, self.backend)

    # -- O: the outputs ----------------------------------------------------------------------------------

    def handed_out(self) -> Nest:
        """What the model returns when it is called."""
        written = nest(self.request.outputs, keep_none=False)
        if self.request.kind == "subclass":
            return written
        self._check_model(written)
        # return tree.pack_sequence_as(self._outputs_struct, output_tensors)
        outputs = (
            self._trees.pack_sequence_as(written, self._trees.flatten(written))
            if is_nested(written)
            else written
        )
        # O11: def unpack_singleton(x): if isinstance(x, (list, tuple)) and len(x) == 1: return x[0]
        if isinstance(outputs, (list, tuple)) and len(outputs) == 1:
            self.trail.met("O11")
            return outputs[0]
        return outputs

    def _sorted(self, outputs: Nest) -> Nest:
        """O12: on JAX the keys of a dict of outputs are sorted before anything is built."""
        # jax.eval_shape, behind backend.compute_output_spec(self, x, training=False)
        if has_mapping(outputs):
            self.trail.met("O12")
        return with_sorted_keys(outputs, dict)

    def _check_model(self, outputs: Nest) -> None:
        """O10: up to 3.3 the outputs of a functional model are one tensor, or a list or dict of tensors."""
        # for x in outputs: if not isinstance(x, backend.KerasTensor): raise ValueError
        nested = self._trees.entries(outputs) if is_nested(outputs) else []
        if self.version < Version(3, 4, 0) and any(is_nested(part) for _, part in nested):
            kind = "dict" if isinstance(outputs, dict) else "list/tuple"
            message = f"When providing `outputs` as a {kind}, all values in it must be KerasTensors."
            raise RefusedError(Fault.OUTPUTS, "ValueError", message, "O10", "Model")

    def _names(self) -> OutputNames | None:
        # output_layers = [x._keras_history[0] for x in self.outputs]
        # self.output_names = [x.name for x in output_layers]
        if self.request.kind != "functional":
            return None
        found = self._trees.flatten(nest(self.request.outputs, keep_none=False))
        tokens = [spot.token if isinstance(spot, Spot) else None for spot in found]
        return OutputNames(tuple(None if token is None else str(token) for token in tokens))

    def _check_keys(self, tree: Outputs) -> None:
        """J10: who sorts the keys of a dict cannot sort text among numbers: dm-tree and torch while they
        build the model, JAX and TensorFlow in the first step.
        """
        if isinstance(tree, Leaf):
            return
        if len({type(key) for key in tree.keys}) > 1:
            builds = self.version < Version(3, 1, 0) or self.backend == "torch"
            message = "'<' not supported between instances of 'int' and 'str'"
            raise RefusedError(Fault.OUTPUTS, "TypeError", message, "J10", "Model" if builds else None)
        for child in tree.children:
            self._check_keys(child)

    # -- C: compile ----------------------------------------------------------------------------------------

    def _check_compile(self) -> None:
        weights = _given(self.request.loss_weights)
        # if loss_weights and not isinstance(loss_weights, (list, tuple, dict, float)): raise ValueError
        if _given(self.request.loss) is not None and isinstance(weights, Spot) and weights.token:
            is_float = isinstance(weights.token, float)
            if not is_float or self.version < Version(3, 3, 0):
                message = (
                    "Expected `loss_weights` argument to be a float (single output case) or a list, "
                    "tuple, or dict "
                    f"(multiple output case). Received instead: loss_weights={weights.token}"
                )
                raise RefusedError(Fault.WEIGHTS_TYPE, "ValueError", message, "C10", "compile")
        # if metrics and not isinstance(metrics, (list, tuple, dict)): raise ValueError
        for argument in ("metrics", "weighted_metrics"):
            given = _given(getattr(self.request, argument))
            if isinstance(given, Spot):
                message = (
                    f"Expected `{argument}` argument to be a list, tuple, or dict. Received: {given.token}"
                )
                raise RefusedError(Fault.METRICS_STRUCTURE, "ValueError", message, "C11", "compile")

    # -- F: what a step is given ---------------------------------------------------------------------------

    def _batch(self, outputs: Nest) -> Batch:
        sample_weight = _given(self.request.sample_weight)
        if self.request.call == "compile" or isinstance(self.request.targets, Unseen):
            return feeds.mirrored(outputs, sample_weight)
        targets = _given(self.request.targets)
        feeding = feeds.Feeding(self.request, self.version, self.backend, self.trail)
        return feeding.batch(targets, sample_weight)

    # -- I: the inputs of the model -----------------------------------------------------------------------

    def _inputs(self) -> inputs.Taken | None:
        declared, given = self.request.inputs, self.request.data
        if self.request.kind != "functional" or isinstance(declared, Absent):
            return None
        if isinstance(given, (Absent, Unseen)):
            return None
        return inputs.taken(declared, given, self.version, self.backend)

    # -- L, M: losses and metrics --------------------------------------------------------------------------

    def _losses(self, outputs: Nest, batch: Batch) -> Computed:
        loss = outputs if isinstance(self.request.loss, Unseen) else _given(self.request.loss)
        if loss is None:
            return self._no_loss(Computed([], []))
        computed = self._computed(self._tracked(loss), outputs, batch)
        return computed if computed.terms else self._no_loss(computed)

    def _tracked(self, loss: Nest) -> Nest:
        # self.loss = loss
        if self.backend != "tensorflow":
            return loss
        # optree.register_pytree_node(ListWrapper, ...) since 3.1, and _DictWrapper since 3.7
        loss = wrapped(loss, opaque_dicts=Version(3, 1, 0) <= self.version < Version(3, 7, 0))
        # return values, keys, keys, in sorted_keys_and_values, since 3.8
        return loss if self.version < Version(3, 8, 0) else with_sorted_keys(loss, WrappedDict)

    def _computed(self, loss: Nest, outputs: Nest, batch: Batch) -> Computed:
        parts = loss, _given(self.request.loss_weights), self._names(), self._trees, self.backend, self.trail
        if self.version >= Version(3, 7, 0):
            return losses_37.Losses(*parts).computed(outputs, batch.targets, batch.sample_weight)
        if self.version >= Version(3, 5, 0):
            early = losses_35.Losses if self.version < Version(3, 6, 0) else losses_35.Losses36
            return early(*parts, self._makes_variables()).computed(
                outputs, batch.targets, batch.sample_weight
            )
        return losses_30.Losses(*parts).computed(outputs, batch.targets, batch.sample_weight)

    def _makes_variables(self) -> bool | None:
        """Whether the first step makes variables, of layers or metrics; None for metrics, which may have
        theirs.
        """
        if self.request.kind == "subclass":
            return True
        given = self.request.metrics, self.request.weighted_metrics
        return False if all(isinstance(part, Absent) for part in given) else None

    def _no_loss(self, computed: Computed) -> Computed:
        """L60: without any term only JAX trains; what `add_loss` adds is not seen."""
        # if backend.backend() != "jax" and len(losses) == 0: raise ValueError
        if self.request.call == "compile" or self.backend == "jax":
            return computed
        message = "No loss to compute. Provide a `loss` argument in `compile()`."
        raise RefusedError(Fault.LOSS_COUNT, "ValueError", message, "L60")

    def _metrics(self, outputs: Nest, batch: Batch) -> list[Metric]:
        metrics, weighted = _given(self.request.metrics), _given(self.request.weighted_metrics)
        # if metrics is not None or weighted_metrics is not None: self._compile_metrics = CompileMetrics(...)
        if metrics is None and weighted is None:
            return []
        parts = metrics, weighted, self._names(), self._trees, self.backend, self.trail
        if self.version >= Version(3, 14, 0):
            late = metrics_314.Metrics if self.version > Version(3, 14, 0) else metrics_314.Metrics3140
            return late(*parts).paired(outputs, batch.targets, batch.sample_weight)
        early = metrics_30.Metrics if self.version < Version(3, 12, 0) else metrics_30.Metrics312
        return early(*parts).paired(outputs, batch.targets, batch.sample_weight)


def _given(part: Part) -> Nest:
    return None if isinstance(part, (Unseen, Absent)) else nest(part)
