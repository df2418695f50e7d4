"""``Weighting``: what weights the terms of a ``NestedLoss`` where constants do not.

The loss values of all terms enter, one total leaves; what a weighting has to remember lies in variables that
the model trains, saves and loads with its own. It knows neither paths nor targets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from keraslint.losses.replicas import replicas

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keraslint.losses.terms import Term


class Weighting:
    """The weights of all terms, as ``NestedLoss({...}, weights=weighting)``; subclass it for one of your own.

    ``base`` is a dict from paths to numbers that multiply the loss values before anything else happens to
    them. What has to be remembered lies in ``variables``, which a model of ours trains (where they are
    trainable), saves, loads and distributes. Its state moves in training steps alone, never in ``evaluate``,
    and goes on where the same weighting is compiled again. With weights that move, the total of one epoch is
    no measure of another's: let ``EarlyStopping`` and the like monitor a term.
    """

    by_gradients = False  # whether the training step has to find the gradient of every term by itself

    def __init__(self, base: Mapping[str, float] | None = None) -> None:
        self.base = base
        self.terms: tuple[Term, ...] = ()
        self.variables: list[Any] = []
        self.built = False

    def bind(self, terms: Sequence[Term]) -> None:
        """Take the terms to weight. Raises ``ValueError`` where it weights other terms already."""
        before = [term.log for term in self.terms]
        if before and before != [term.log for term in terms]:
            msg = f"This {type(self).__name__} weights {', '.join(before)}; other terms need a new one."
            raise ValueError(msg)
        self.terms = tuple(terms)

    def build(self) -> None:
        """Make the variables, once, where the model's are made."""
        if not self.built:
            self.built = True
            self.make()

    def make(self) -> None:
        """Make the variables by ``state`` and ``random``; what has none does nothing."""

    def state(self, name: str, shape: tuple[int, ...] = (), initial: float = 0.0) -> Any:
        """A variable that no optimizer trains, the same on all replicas."""
        start = ops.full(shape, initial, "float32")
        alike = {"trainable": False, "dtype": "float32", "aggregation": "only_first_replica"}
        self.variables.append(keras.Variable(start, name=name, **alike))
        return self.variables[-1]

    def random(self, seed: int | None) -> Any:
        """A generator of random numbers, the same on all replicas."""
        generator = keras.random.SeedGenerator(seed)
        self.variables.append(generator.state)
        return generator

    def factors(self, values: Any, *, training: bool) -> Any:
        """The weights in this step, shape ``(terms,)``, for loss values of that shape."""
        raise NotImplementedError

    def penalty(self) -> Any:
        """What is added to the weighted sum, a scalar; None is nothing."""
        return None

    def observe(self, values: Any) -> None:
        """Move the state after a training step whose terms had these loss values, shape ``(terms,)``."""

    def on_epoch_begin(self, epoch: int) -> None:
        """Move the state at the start of a training epoch, as ``fit`` counts them from 0; outside a step."""

    def total(self, values: Sequence[Any], *, training: bool) -> Any:
        """The weighted sum of the loss values, a scalar; in training the state moves on."""
        stacked = ops.stack(list(values))
        total = ops.sum(stacked * self.factors(stacked, training=training))
        penalty = self.penalty()
        if training:
            self.observe(ops.stop_gradient(stacked))
        return total if penalty is None else total + penalty / replicas()

    def get_config(self) -> dict[str, Any]:
        """The base weights."""
        return {"base": self.base and dict(self.base)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Weighting:
        """The inverse of ``get_config``."""
        return cls(**config)
