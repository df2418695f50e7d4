"""Weightings in NumPy with 64 bits, written after their papers: what a step weights its three terms with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

RATE = 0.5  # that of the descent which trains the variances


class Now(NamedTuple):
    """A step: the loss values of its three terms, its epoch and its number."""

    values: Any
    epoch: int
    step: int


class Reference:
    """The weights of a step, what is added to the total, what is remembered."""

    def weights(self, now: Now) -> Any:
        """The weights of the terms."""
        raise NotImplementedError

    def penalty(self) -> float:
        """What is added to the total."""
        return 0.0

    def after(self, now: Now) -> None:
        """The step is over."""


class Scheduled(Reference):
    """Exponential decay by step, a function of the step, a number by epoch."""

    def weights(self, now: Now) -> Any:
        """What the schedules say."""
        return np.array([2 * 0.5 ** (now.step / 2), 1 / (1 + now.step), 3.0 - now.epoch])


@dataclass(frozen=True)
class Turns(Reference):
    """Groups of terms, one after the other."""

    groups: tuple[tuple[int, ...], ...]
    by: str
    every: int

    def weights(self, now: Now) -> Any:
        """1 for the terms whose turn it is."""
        turn = getattr(now, self.by) // self.every % len(self.groups)
        return np.isin(np.arange(3), self.groups[turn]).astype("float64")


@dataclass
class Uncertainty(Reference):
    """Kendall, equations 7 and 10, with sigma as the paper writes them: a classification, two regressions."""

    s: Any = field(default_factory=lambda: np.full(3, 0.3))

    def weights(self, now: Now) -> Any:
        """1 over sigma squared, halved for regressions."""
        sigma = np.sqrt(np.exp(self.s))
        return np.array([1.0, 0.5, 0.5])[: len(now.values)] / sigma**2

    def penalty(self) -> float:
        """The logarithm of all sigmas."""
        return float(np.sum(np.log(np.sqrt(np.exp(self.s)))))

    def after(self, now: Now) -> None:
        """The derivative by s is 1/2 - weight * loss."""
        self.s = self.s - RATE * (0.5 - self.weights(now) * now.values)


@dataclass
class Average(Reference):
    """Liu, equations 7 and 8."""

    epochs: list[list[Any]] = field(default_factory=list)

    def weights(self, now: Now) -> Any:
        """From the means of the two epochs before."""
        if now.epoch < 2:
            return np.ones(3)
        last, before = (np.mean(self.epochs[now.epoch - back], axis=0) for back in (1, 2))
        rates = np.exp(last / before / 0.1)
        return 3 * rates / np.sum(rates)

    def after(self, now: Now) -> None:
        """Belongs to the epoch."""
        self.epochs += [[] for _ in range(now.epoch + 1 - len(self.epochs))]
        self.epochs[-1].append(now.values)


class Largest(Reference):
    """The maximum."""

    def weights(self, now: Now) -> Any:
        """1 for it."""
        return (now.values == np.max(now.values)).astype("float64")
