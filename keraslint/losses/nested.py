"""``NestedLoss``: losses by dot path. Outputs, targets, sample weights enter as trees, one total leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from keraslint.losses import container, targets
from keraslint.losses.explain import explain
from keraslint.losses.paths import PathError, at, first_leaf, items, keys_of, unknown_path
from keraslint.losses.schedules import Schedule, Scheduled
from keraslint.losses.state import stateful, training, variables_of
from keraslint.losses.terms import Term, terms_of
from keraslint.losses.weighting import Weighting

if TYPE_CHECKING:
    from keraslint.losses.logs import TermLogs
    from keraslint.tree import Path

INSTEAD = (
    "Train with keraslint.losses.Model(inputs, outputs) (or Sequential, or NestedLossMixin before your own "
    "base class) instead of the class of Keras; the compile call stays as it is."
)

WEIGHTS = "Write the weights into the loss, NestedLoss({...}, weights={...}), not into loss_weights."


@container.register
@keras.saving.register_keras_serializable(package="keraslint")
class NestedLoss(keras.losses.Loss):  # type: ignore[misc]
    """A loss for nested outputs: ``NestedLoss({"detection.bbox": "huber", "detection": joint})``.

    Args:
        losses: a dict from paths to losses. A path is written with dots and leads to any node of the outputs:
            ``"detection.bbox"``, ``"heads.0"``, a field of a namedtuple, ``""`` for the whole output; a key
            that has a dot in it wins over splitting. A loss is a name, a function ``(y_true, y_pred)`` or a
            ``keras.losses.Loss``; several at one node are a dict from names to losses or a list. A loss at an
            inner node gets that subtree of targets and outputs. Heads without a loss are not trained.
        weights: a dict from paths to numbers; where several losses stand, one number for all of them, a dict
            by their names or a list. In place of a number may stand a ``Schedule``, a
            ``LearningRateSchedule`` of Keras or a function of the step; in place of the dict a ``Weighting``:
            ``UncertaintyWeights``, ``DynamicWeightAverage``, ``RandomWeights``, ``Alternating``,
            ``LargestTerm``, ``GradNorm``, ``PCGrad``. Such weights need ``keraslint.losses.Model`` or the
            mixin; they move in training steps and stand still in ``evaluate`` (a loop by hand says ``with
            evaluating():`` and trains the ``variables`` that are trainable).
        name: the name of the total.

    Targets and sample weights are found by the same paths as the outputs, never by an order of leaves. A
    sample weight that stands at a node counts for everything below it.

    ``model.compile(optimizer, loss=NestedLoss({...}))`` works on ``keraslint.losses.Model`` with every Keras
    3, and on any ``keras.Model`` from Keras 3.7 on. On a plain model Keras pairs the targets before the loss
    sees them, so there every head needs a target and a *list* of targets for *dict* outputs is paired by the
    sorted keys (which ``keraslint check`` reports); terms are logged after ``log_terms(model)``.

    Raises:
        PathError: (a ``ValueError``) before the first step, for a path that is in no output, a missing
            target, a surplus target, shapes that do not fit, or a loss that is no scalar for each sample.
        ValueError: at once, for a weight without a loss or two terms with one name; at the first step of a
            plain ``keras.Model``, for weights that move.
    """

    def __init__(
        self,
        losses: Mapping[str, Any],
        weights: Mapping[str, Any] | Weighting | None = None,
        name: str = "nested_loss",
    ) -> None:
        super().__init__(name=name)
        self.losses = losses
        self.weights = weights
        alone = weights if isinstance(weights, Weighting) else None
        constants: Any = weights if alone is None else alone.base
        self.terms, scheduled = _parted(terms_of(losses, constants))
        self.weighting: Weighting | None = scheduled if alone is None else alone
        if self.weighting is not None:
            self.weighting.bind(self.terms)
        self.holders = tuple(stateful([self.losses, self.weighting]))  # of state
        self.logs: TermLogs | None = None

    @property
    def log_keys(self) -> tuple[str, ...]:
        """The keys under which the terms are logged, in written order."""
        return tuple(term.log for term in self.terms)

    def build(self) -> None:
        """Make the state of losses and weights, once; ``compile`` of our models and the first call do it."""
        for holder in self.holders:
            holder.build()

    @property
    def variables(self) -> list[Any]:
        """The state of losses and weights, ``keras.Variable`` each: what a loop by hand has to carry on."""
        return variables_of(self.holders)

    def placed(self, y_pred: Any, y_true: Any = None) -> list[tuple[Term, Path]]:
        """Every term with the keys that lead to its node of the outputs ``y_pred``.

        Raises ``PathError`` for a path that leads nowhere, and where targets are given that do not fit.
        """
        paths = [_keys(y_pred, term) for term in self.terms]
        if y_true is not None:
            y_true = targets.aligned(y_true, y_pred)
            targets.refuse_surplus(y_true, y_pred, paths)
            for path in paths:
                targets.at_path(y_true, y_pred, path)
        return list(zip(self.terms, paths, strict=True))

    def values(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> list[Any]:
        """The loss value of every term, a scalar each, sample weights applied and term weights not."""
        y_true = targets.aligned(y_true, y_pred)
        keys = [_keys(y_pred, term) for term in self.terms]
        targets.refuse_surplus(y_true, y_pred, keys)
        return [
            _value(
                term,
                targets.at_path(y_true, y_pred, path),
                at(y_pred, path),
                targets.weight(sample_weight, path),
            )
            for term, path in zip(self.terms, keys, strict=True)
        ]

    def based(self, values: list[Any]) -> list[Any]:
        """The terms' values in this loss's dtype, multiplied by their constants."""
        cast = [ops.cast(value, self.dtype) for value in values]
        return [
            value if term.weight is None else ops.multiply(value, term.weight)
            for term, value in zip(self.terms, cast, strict=True)
        ]

    def total(self, values: list[Any]) -> Any:
        """The weighted sum of the terms' values, a scalar of this loss's dtype; moves weights that move."""
        based = self.based(values)
        return sum(based) if self.weighting is None else self.weighting.total(based, training=training())

    def term_weights(self, values: Any = None) -> dict[str, float]:
        """The weight of every term as it stands outside of training, by its key in the logs.

        ``values`` are loss values in the order of the terms, for weights that depend on them
        (``LargestTerm``); they default to ones.
        """
        self.build()
        known = ops.ones((len(self.terms),)) if values is None else ops.convert_to_tensor(values, "float32")
        factors = ops.ones_like(known)
        if self.weighting is not None:
            factors = self.weighting.factors(known, training=False)
        factors = ops.convert_to_numpy(ops.stop_gradient(factors))
        constants = [1.0 if term.weight is None else term.weight for term in self.terms]
        return {
            key: constant * float(factor)
            for key, constant, factor in zip(self.log_keys, constants, factors, strict=True)
        }

    def compute(
        self, y_true: Any, y_pred: Any, sample_weight: Any = None, logs: TermLogs | None = None
    ) -> Any:
        """The total, a scalar; ``logs`` is updated with the values of the terms."""
        self.build()
        values = self.values(y_true, y_pred, sample_weight)
        if logs is not None:
            logs.update_state(values, ops.shape(first_leaf(y_pred))[0])
        return self.total(values)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The total, a scalar, for trees of targets and outputs; for training loops written by hand."""
        if items(y_pred) is None and not container.plain_compile_sees_the_whole():
            msg = f"Keras {keras.__version__} hands the loss one output at a time, never all. {INSTEAD}"
            raise PathError(msg)
        return self.compute(y_true, y_pred, sample_weight)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The total without sample weights, a scalar."""
        return self.compute(y_true, y_pred)

    def explain(self, model: Any, y: Any = None) -> str:
        """The plan as a table, for print: see ``keraslint.losses.explain``."""
        return explain(self, model, y)

    def get_config(self) -> dict[str, Any]:
        """Losses and weights as they were written, and the name."""
        return {
            "losses": keras.saving.serialize_keras_object(dict(self.losses)),
            "weights": keras.saving.serialize_keras_object(
                dict(self.weights) if isinstance(self.weights, Mapping) else self.weights
            ),
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> NestedLoss:
        """The inverse of ``get_config``."""
        return cls(**keras.saving.deserialize_keras_object(config))

    def tree_flatten(self) -> tuple[tuple[Any, ...], None]:
        """As a container: one loss for the node at which this stands (see ``container``)."""
        return (_AtTheNode(self),), None

    @classmethod
    def tree_unflatten(cls, metadata: None, children: Any) -> container.Whole:
        """What Keras makes of the container when it has wrapped the loss in it, or weights beside it."""
        del metadata
        (loss,) = children
        if isinstance(loss, (int, float)):
            raise ValueError(WEIGHTS)  # noqa: TRY004 - as compile of our models has it
        return container.Whole(loss)

    def torchtree_flatten(self) -> tuple[list[Any], None]:
        """``tree_flatten`` as torch wants it."""
        return [_AtTheNode(self)], None

    @classmethod
    def torchtree_unflatten(cls, children: Any, metadata: None) -> container.Whole:
        """``tree_unflatten`` as torch wants it."""
        return cls.tree_unflatten(metadata, children)

    def torchtree_flatten_with_keys(self) -> tuple[list[tuple[Any, Any]], None]:
        """``tree_flatten_with_path`` as torch wants it."""
        from torch.utils import _pytree  # noqa: PLC0415 - torch calls this, so it is there

        return [(_pytree.SequenceKey(0), _AtTheNode(self))], None


class _AtTheNode(keras.losses.Loss):  # type: ignore[misc]
    """The loss that plain ``compile`` finds in the container; hands everything to the ``NestedLoss``."""

    def __init__(self, nested: NestedLoss) -> None:
        super().__init__(name=nested.name)
        self.nested = nested

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The total of the node, a scalar."""
        if isinstance(y_true, container.Whole):
            msg = f"keras.Model needs a target for every output, also for those without a loss. {INSTEAD}"
            raise PathError(msg)
        if self.nested.holders:
            msg = f"keras.Model neither trains nor saves the state of a loss. {INSTEAD}"
            raise PathError(msg)
        return self.nested.compute(y_true, y_pred, sample_weight, self.nested.logs)


def _parted(terms: tuple[Term, ...]) -> tuple[tuple[Term, ...], Scheduled | None]:
    """The terms with constants alone, and what moves the weights of those that have a schedule."""
    schedules = [term.weight if isinstance(term.weight, Schedule) else None for term in terms]
    if not any(schedules):
        return terms, None
    pairs = zip(terms, schedules, strict=True)
    return tuple(replace(term, weight=None) if moving else term for term, moving in pairs), Scheduled(
        schedules
    )


def _keys(y_pred: Any, term: Term) -> Path:
    keys = keys_of(y_pred, term.path)
    if keys is None:
        raise unknown_path(y_pred, term.path)
    return keys


def _value(term: Term, y_true: Any, y_pred: Any, sample_weight: Any) -> Any:
    """One term's loss value; whatever goes wrong in it is told with its path and shapes."""
    try:
        value = term.loss(y_true, y_pred, sample_weight)
    except Exception as error:
        weighted = "" if sample_weight is None else f" with sample weights {targets.shapes(sample_weight)}"
        msg = (
            f"The loss {term.name!r} at {term.path!r} fails on targets {targets.shapes(y_true)} and outputs "
            f"{targets.shapes(y_pred)}{weighted}: {error}"
        )
        raise PathError(msg) from error
    if tuple(getattr(value, "shape", ())):
        msg = (
            f"The loss {term.name!r} at {term.path!r} gives a value of shape {tuple(value.shape)}; one "
            "scalar for the batch is expected (a reduction other than None)."
        )
        raise PathError(msg)
    return value
