"""Weightings that look at the gradient of every term: GradNorm, PCGrad.

Gradients enter as one list of tensors a term, one tensor a trainable variable of the model; what leaves is a
number for each term by which its gradient is multiplied before they are summed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from keraslint.losses.weighting import Weighting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


Gradients = list[list[Any]]


class ByGradients(Weighting):
    """A weighting that needs the gradient of every term, and with it a training step that finds them.

    ``keraslint.losses.Model`` (and the mixin) has that step on each backend. It goes back through the model
    once for each term: a step costs up to as many backward passes as there are terms, and memory for as many
    sets of gradients. They are dense: on tensorflow an optimizer with momentum then also moves rows of an
    embedding that a batch does not have, as on jax and torch.
    """

    by_gradients = True
    layer: str | None = None  # the layer whose gradients are looked at; None is the whole model

    def factors(self, values: Any, *, training: bool) -> Any:
        """The weights of the total that is logged."""
        del training
        return ops.ones_like(values)

    def total(self, values: Sequence[Any], *, training: bool) -> Any:
        """The weighted sum, a scalar. Raises ``ValueError`` in a step that trains by it and not by us."""
        if training:
            msg = (
                f"{type(self).__name__} needs the gradient of every term, and so the train_step of "
                "keraslint.losses.Model; the total does not tell them. A train_step of your own can call "
                "super().train_step."
            )
            raise ValueError(msg)
        return super().total(values, training=training)

    def coefficients(self, gradients: Gradients, values: Any) -> Any:
        """By what each gradient is multiplied, shape ``(terms,)``; moves the state."""
        raise NotImplementedError


def gram(gradients: Gradients) -> Any:
    """The scalar products of all pairs of gradients, shape ``(terms, terms)``, in float32."""
    products = 0.0
    for parts in zip(*gradients, strict=True):
        flat = ops.stack([ops.cast(ops.reshape(part, (-1,)), "float32") for part in parts])
        products += ops.matmul(flat, ops.transpose(flat))
    return products


@keras.saving.register_keras_serializable(package="keraslint")
class PCGrad(ByGradients):
    """Gradient surgery, Yu et al. 2020 (arXiv 2001.06782), algorithm 1.

    A gradient that conflicts with that of another term (their scalar product is negative) loses its part
    along it; the others are visited in random order. The projected gradients are summed, over all trainable
    variables of the model. As each projection subtracts a multiple of another term's gradient, the result is
    a sum of the gradients with coefficients, which are found from their scalar products. The logged total is
    the plain sum of the terms. ``seed`` makes the order the same in every run.
    """

    def __init__(self, seed: int | None = None, base: Mapping[str, float] | None = None) -> None:
        super().__init__(base)
        self.seed = seed

    def make(self) -> None:
        """Make the state of the random order."""
        self.generator = self.random(self.seed)

    def coefficients(self, gradients: Gradients, values: Any) -> Any:
        """The sum over the projected gradients of their coefficients."""
        terms = values.shape[0]
        noise = keras.random.uniform((terms, terms), dtype="float32", seed=self.generator)
        return ops.sum(projected(gram(gradients), ops.argsort(noise, axis=1)), axis=0)

    def get_config(self) -> dict[str, Any]:
        """The seed."""
        return {**super().get_config(), "seed": self.seed}


def projected(products: Any, orders: Any) -> Any:
    """Row ``i`` has the coefficients of gradient ``i`` after it met the others in the order of its row.

    ``products`` are the scalar products of the gradients, ``orders`` a permutation of the terms in each row;
    both and the result have shape ``(terms, terms)``.
    """
    terms = products.shape[0]
    itself = rows = ops.eye(terms, dtype=products.dtype)
    for turn in range(terms):
        met = ops.one_hot(orders[:, turn], terms, dtype=products.dtype)
        along = ops.sum(ops.matmul(rows, products) * met, axis=1, keepdims=True)
        length = ops.sum(ops.matmul(met, products) * met, axis=1, keepdims=True)
        rows -= ops.divide_no_nan(ops.minimum(along, 0.0), length) * met * (1 - itself)
    return rows


@keras.saving.register_keras_serializable(package="keraslint")
class GradNorm(ByGradients):
    """Weights that keep the gradients of the terms alike, Chen et al. 2018 (arXiv 1711.02257), algorithm 1.

    Args:
        alpha: how strongly terms that fall slower than the others are pulled (equation 1).
        learning_rate: that of the weights.
        layer: the name of the layer whose weights the gradients are taken of, in the paper the last one that
            the terms share; None takes all trainable variables of the model.
        minimum: no weight falls below it. The paper has no such bound; a step that is too long would make a
            weight negative.
        base: constants by path, as in ``Weighting``.

    With the norm ``n`` of a term's gradient, its weight ``w`` (1 at the start) and ``r``, its loss value
    relative to that of the first step over the mean of these ratios, each step moves ``w`` by gradient
    descent on ``sum(abs(w * n - mean(w * n) * r**alpha))`` (equation 2), in which the second part is held
    constant, and scales the weights so that they sum to the number of terms.
    """

    def __init__(
        self,
        alpha: float = 1.5,
        learning_rate: float = 0.025,
        layer: str | None = None,
        minimum: float = 1e-3,
        *,
        base: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(base)
        self.alpha = alpha
        self.learning_rate = learning_rate
        self.layer = layer
        self.minimum = minimum

    def make(self) -> None:
        """Make the weights and the loss values of the first step, shape ``(terms,)`` each."""
        self.current = self.state("current", (len(self.terms),), 1.0)
        self.first = self.state("first", (len(self.terms),))
        self.started = self.state("started")

    def factors(self, values: Any, *, training: bool) -> Any:
        """The weights."""
        del training
        return ops.cast(self.current, values.dtype)

    def coefficients(self, gradients: Gradients, values: Any) -> Any:
        """The weights of this step; those of the next are found."""
        weights = self.current * 1.0  # a copy: what a variable gives may change when it is assigned
        first = ops.where(self.started * 1.0 > 0, self.first * 1.0, values)
        norms = ops.sqrt(ops.diagonal(gram(gradients)))
        ratios = ops.divide_no_nan(values, first)
        found = self.next(weights, norms, ratios)
        usable = ops.all(ops.isfinite(norms))  # a scaled loss may overflow; such a step is left out
        self.current.assign(ops.where(usable, found, weights))
        self.first.assign(first)
        self.started.assign(ops.ones(()))
        return weights

    def next(self, weights: Any, norms: Any, ratios: Any) -> Any:
        """The weights after these, for norms of the gradients and loss ratios of shape ``(terms,)``."""
        weighted = weights * norms
        pull = ops.power(ops.divide_no_nan(ratios, ops.mean(ratios)), self.alpha)
        descent = ops.sign(weighted - ops.mean(weighted) * pull) * norms
        moved = ops.maximum(weights - self.learning_rate * descent, self.minimum)
        return moved * (weights.shape[0] / ops.sum(moved))

    def get_config(self) -> dict[str, Any]:
        """Everything that it was made with."""
        own = {name: getattr(self, name) for name in ("alpha", "learning_rate", "layer", "minimum")}
        return {**super().get_config(), **own}
