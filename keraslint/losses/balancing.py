"""Weights found in training from the loss values alone: learned, by their rates, at random, the largest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from keraslint.losses.replicas import summed
from keraslint.losses.schedules import refuse_unknown
from keraslint.losses.weighting import Weighting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keraslint.losses.terms import Term


@keras.saving.register_keras_serializable(package="keraslint")
class UncertaintyWeights(Weighting):
    """Learned weights by homoscedastic uncertainty, Kendall, Gal, Cipolla 2018 (arXiv 1705.07115).

    Args:
        classification: the paths whose terms are classifications; the others are regressions.
        initial: the logarithm of every variance at the start.
        base: constants by path, as in ``Weighting``.

    Equations 7 and 10: with ``s = log sigma**2``, one trainable number a term, a regression adds
    ``exp(-s) / 2 * loss + s / 2`` and a classification ``exp(-s) * loss + s / 2`` to the total, which may
    become negative. The optimizer of the model trains ``s``, with its rate and its weight decay. Raises
    ``ValueError`` for a path without a loss.
    """

    def __init__(
        self,
        classification: Sequence[str] = (),
        initial: float = 0.0,
        base: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(base)
        self.classification = (classification,) if isinstance(classification, str) else tuple(classification)
        self.initial = initial

    def bind(self, terms: Sequence[Term]) -> None:
        """Take the terms to weight, and see which are classifications."""
        super().bind(terms)
        for path in self.classification:
            refuse_unknown(path, [term.path for term in terms])
        self.scales = [1.0 if term.path in self.classification else 0.5 for term in terms]

    def make(self) -> None:
        """Make the logarithms of the variances, shape ``(terms,)``."""
        start = ops.full((len(self.terms),), self.initial, "float32")
        self.log_variance = keras.Variable(start, dtype="float32", name="log_variance")
        self.variables.append(self.log_variance)

    def factors(self, values: Any, *, training: bool) -> Any:
        """``exp(-s)``, halved for regressions."""
        del training
        return ops.convert_to_tensor(self.scales, values.dtype) * ops.exp(-self.log_variance)

    def penalty(self) -> Any:
        """The sum of ``s / 2``."""
        return ops.sum(self.log_variance) / 2

    def get_config(self) -> dict[str, Any]:
        """Which terms are classifications, and where the variances start."""
        return {
            **super().get_config(),
            "classification": list(self.classification),
            "initial": self.initial,
        }


@keras.saving.register_keras_serializable(package="keraslint")
class DynamicWeightAverage(Weighting):
    """Terms that fall slower weigh more, Liu, Johns, Davison 2019 (arXiv 1803.10704), equations 7 and 8.

    With the mean loss ``L(t)`` of a term over the steps of epoch ``t`` and ``w = L(t-1) / L(t-2)``, its
    weight in epoch ``t`` is ``terms * softmax(w / temperature)``; in the first two epochs every weight is 1.
    Epochs are those of ``fit``; without it (``train_on_batch``) the weights stay 1. Raises ``ValueError`` for
    a temperature that is not positive.
    """

    def __init__(self, temperature: float = 2.0, base: Mapping[str, float] | None = None) -> None:
        super().__init__(base)
        if temperature <= 0:
            msg = f"The temperature is {temperature}; it has to be positive."
            raise ValueError(msg)
        self.temperature = temperature

    def make(self) -> None:
        """Make sums and count of the epoch, the means of two epochs, and how many are known."""
        shape = (len(self.terms),)
        self.sums = self.state("sums", shape)
        self.count = self.state("count")
        self.last = self.state("last", shape, 1.0)
        self.before = self.state("before", shape, 1.0)
        self.known = self.state("known")

    def factors(self, values: Any, *, training: bool) -> Any:
        """The weights of this epoch."""
        del training
        rates = ops.divide_no_nan(ops.convert_to_tensor(self.last), ops.convert_to_tensor(self.before))
        weights = len(self.terms) * ops.softmax(rates / self.temperature)
        return ops.where(ops.convert_to_tensor(self.known) < 2, ops.ones_like(values), weights)  # noqa: PLR2004

    def observe(self, values: Any) -> None:
        """Count one step into the epoch."""
        self.sums.assign(self.sums + summed(values))
        self.count.assign(self.count + 1)

    def on_epoch_begin(self, epoch: int) -> None:
        """What was counted becomes the last epoch."""
        del epoch
        if not ops.convert_to_numpy(self.count):
            return
        self.before.assign(self.last)
        self.last.assign(self.sums / self.count)
        self.known.assign(self.known + 1)
        self.sums.assign(ops.zeros(self.sums.shape))
        self.count.assign(0.0)

    def get_config(self) -> dict[str, Any]:
        """The temperature."""
        return {**super().get_config(), "temperature": self.temperature}


@keras.saving.register_keras_serializable(package="keraslint")
class RandomWeights(Weighting):
    """Other weights in each step, Lin et al. 2021 (arXiv 2111.10603): the softmax of a normal sample.

    They sum to 1; in ``evaluate`` every weight is its expectation, ``1 / terms``. ``seed`` makes the sequence
    the same in every run.
    """

    def __init__(self, seed: int | None = None, base: Mapping[str, float] | None = None) -> None:
        super().__init__(base)
        self.seed = seed

    def make(self) -> None:
        """Make the state of the random numbers."""
        self.generator = self.random(self.seed)

    def factors(self, values: Any, *, training: bool) -> Any:
        """A sample, or what is expected of it."""
        if not training:
            return ops.ones_like(values) / values.shape[0]
        return ops.softmax(keras.random.normal(values.shape, dtype="float32", seed=self.generator))

    def get_config(self) -> dict[str, Any]:
        """The seed."""
        return {**super().get_config(), "seed": self.seed}


@keras.saving.register_keras_serializable(package="keraslint")
class LargestTerm(Weighting):
    """The maximum of the terms: in each step only the one with the largest loss value is trained.

    Ties go to the term that was written first. For the maximum of losses sample by sample on one output see
    ``Maximum``.
    """

    def factors(self, values: Any, *, training: bool) -> Any:
        """1 for the largest, 0 for the others."""
        del training
        return ops.one_hot(ops.argmax(summed(ops.stop_gradient(values))), values.shape[0], dtype=values.dtype)
