"""The training step for weights that come from the gradient of every term, one for each backend.

A model with ``NestedLossMixin`` and a batch enter; its variables are trained and the logs leave. What the
gradients are multiplied by is up to the weighting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from keraslint.losses.differentiation import differentiate
from keraslint.losses.paths import first_leaf
from keraslint.losses.replicas import replicas, summed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.losses.logs import TermLogs
    from keraslint.losses.nested import NestedLoss


def train_step(model: Any, nested: NestedLoss, logs: TermLogs, *args: Any) -> Any:
    """One step of ``model`` with what its backend hands to ``train_step``; what that returns."""
    *state, data = args
    step = _Step(model, nested, logs, data)
    if state:
        return _stateless(step, *state)
    gradients, shown = step.run()
    model.optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return shown


def _stateless(step: _Step, state: Any) -> Any:
    """On jax, where all variables come and go as values."""
    model, (trainable, other, slots, metrics) = step.model, state
    moved, logged = model.non_trainable_variables, model.metrics_variables
    pairs = [
        *zip(model.trainable_variables, trainable, strict=True),
        *zip(moved, other, strict=True),
        *zip(logged, metrics, strict=True),
        *zip(model.optimizer.variables, slots, strict=True),
    ]
    with keras.StatelessScope(state_mapping=pairs) as scope:
        gradients, shown = step.run()
    other, metrics = ([scope.get_current_value(v) for v in variables] for variables in (moved, logged))
    trainable, slots = model.optimizer.stateless_apply(slots, gradients, trainable)
    return shown, (trainable, other, slots, metrics)


class _Step:
    """One batch: the forward pass, a way back for every term, and what becomes of the gradients."""

    def __init__(self, model: Any, nested: NestedLoss, logs: TermLogs, data: Any) -> None:
        self.model = model
        self.nested = nested
        self.weighting: Any = nested.weighting
        self.logs = logs
        self.data = keras.utils.unpack_x_y_sample_weight(data)

    def run(self) -> tuple[list[Any], dict[str, Any]]:
        """One gradient for each trainable variable, not yet applied, and the logs."""
        model = self.model
        # A scaled loss is scaled by a variable of the optimizer, which only the outer scope of jax knows.
        self.scale = ops.stop_gradient(model.optimizer.scale_loss(ops.ones(())))
        found = differentiate(self.forward, model.trainable_variables, model.non_trainable_variables)
        outputs, *known = found.beside
        values, scalars = ([ops.stop_gradient(value) for value in each] for each in known)
        shown = self.finish(outputs, values, scalars)  # before the weights of the next step are found
        return self.combined(found.gradients, scalars), shown

    def forward(self) -> tuple[list[Any], Any]:
        """The scalars to differentiate (terms, then regularizers), scaled; and what the logs need."""
        x, y, sample_weight = self.data
        outputs = self.model(x, training=True)
        values = self.nested.values(y, outputs, sample_weight)
        scalars = [*self.nested.based(values), ops.cast(self.model.added_losses(), self.nested.dtype)]
        return [scalar * self.scale for scalar in scalars], (outputs, values, scalars)

    def combined(self, gradients: Sequence[Sequence[Any]], scalars: Sequence[Any]) -> list[Any]:
        """One gradient a variable, from those of all terms and of the regularizers."""
        *terms, added = gradients
        chosen = [[summed(each[index]) / self.scale for index in self.looked_at()] for each in terms]
        coefficients = self.weighting.coefficients(chosen, summed(ops.stack(list(scalars[:-1]))))
        combined = []
        for own, *parts in zip(added, *terms, strict=True):
            factors = ops.cast(coefficients, own.dtype)
            combined.append(sum((part * factors[i] for i, part in enumerate(parts)), start=own))
        return combined

    def looked_at(self) -> list[int]:
        """The positions of the trainable variables whose gradients the weighting asks for."""
        variables, layer = self.model.trainable_variables, self.weighting.layer
        if layer is None:
            return list(range(len(variables)))
        known = {id(variable) for variable in self.model.get_layer(layer).trainable_variables}
        return [index for index, variable in enumerate(variables) if id(variable) in known]

    def finish(self, outputs: Any, values: Any, scalars: Any) -> dict[str, Any]:
        """Update the metrics; the logs."""
        x, y, sample_weight = self.data
        stacked = ops.stack(list(scalars[:-1]))
        total = ops.sum(stacked * self.weighting.factors(stacked, training=False)) + scalars[-1]
        samples = ops.shape(first_leaf(outputs))[0]
        tracker = next(metric for metric in self.model.metrics if metric.name == "loss")
        tracker.update_state(total * replicas(), sample_weight=samples)
        self.logs.update_state(values, samples)
        return dict(self.model.compute_metrics(x, y, outputs, sample_weight))
