"""Logged numbers back to letters: the numbers of a run enter, the record's ``pairs`` leave.

``A(tB)`` is head A with the target of B, ``A(lB)`` with its loss, ``A(wB)`` with its weight, ``A(sB)`` with
its sample weight; ``A+B`` is everything as named.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tests.conformance.containers import letters_in
from tests.conformance.letters import LETTERS, SHARED, Array, PerSample, Reading, metric_value, term_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keraslint.pairing.cases import Case
    from tests.conformance.run import Logs

Terms: TypeAlias = tuple[Reading, ...]

# Float64 all the way, and the widest deviation where Keras goes through float32: some versions sum their logs
# in it, and metrics are often computed in it.
EXACT = 2e-11
FLOAT32 = 1.5e-7

_ENOUGH = 200  # sums that fit a number, among which the most ordinary one is taken
_MOST_PAIRS = 4000  # beyond, four terms are not looked for


def letters_of(texts: Iterable[str]) -> Iterator[str]:
    """The letters that spelled leaves speak of: ``str:A`` of A, ``cat:AB`` of A and B."""
    for text in texts:
        prefix, _, rest = text.rpartition(":")
        if prefix == "cat":
            yield from rest
        else:
            yield rest


@dataclass(frozen=True)
class Mentioned:
    """What a case speaks of, so what a number may be made of."""

    heads: tuple[str, ...]
    targets: tuple[str, ...]
    losses: tuple[str, ...]
    weights: tuple[str | None, ...]
    sample_weights: tuple[str | None, ...]

    @classmethod
    def in_case(cls, case: Case) -> Mentioned:
        """Collect the letters of a case."""
        compiled, data = case.spec["compile"], case.spec["data"]

        def sorted_letters(spec: object) -> tuple[str, ...]:
            return tuple(sorted(set(letters_of(letters_in(spec)))))

        return cls(
            heads=sorted_letters(case.spec["model"]["outputs"]),
            targets=sorted_letters(data["y"]),
            losses=sorted_letters(compiled.get("loss")),
            weights=(None, *sorted(set(letters_in(compiled.get("loss_weights"))))),
            sample_weights=(None, *sorted_letters(data.get("sample_weight"))),
        )

    def terms(self) -> Terms:
        """Every term that these letters can make, the plainest first."""
        product = itertools.product(self.heads, self.targets, self.losses, self.weights, self.sample_weights)
        return tuple(sorted((Reading(*letters) for letters in product), key=_plainness))

    def metrics(self) -> Iterator[Reading]:
        """Every metric that these letters can make; a metric may be of any loss."""
        for head, target, loss, sample in itertools.product(
            self.heads, self.targets, LETTERS, self.sample_weights
        ):
            yield Reading(head, target, loss, None, sample)


def _plainness(reading: Reading) -> tuple[object, ...]:
    return (
        reading.head != reading.target, reading.weight is None, reading.sample_weight is None, str(reading),
    )  # fmt: skip


def _strangeness(terms: Terms) -> int:
    """How far terms are from everything as named; of several that fit a number the least strange count."""
    points = 0
    for term in terms:
        points += 3 * (term.head != term.target) + (term.head != term.loss)
        points += 2 * (term.weight not in (None, term.head, SHARED))
        points += 2 * (term.sample_weight not in (None, term.head, SHARED))
    return points + 2 * (len({term.head for term in terms}) != len(terms))


@dataclass(frozen=True)
class Sums:
    """Finds the terms that add up to a number, up to four of them."""

    readings: Terms
    values: Array

    @cached_property
    def _pairs(self) -> tuple[Array, Array, Array]:
        """The indices of every two terms and their sums, sorted by the sums."""
        first, second = np.triu_indices(len(self.values))
        sums = self.values[first] + self.values[second]
        order = np.argsort(sums, kind="stable")
        return first[order], second[order], sums[order]

    def terms(self, number: float, tolerance: float) -> Terms | None:
        """The least strange terms with this sum; none at all for 0, None where there are none."""
        allowed = tolerance * max(1.0, abs(number))
        if abs(number) < allowed:
            return ()
        if not self.readings:
            return None
        for search in (self._one, self._two, self._three, self._four):
            found = list(itertools.islice(search(number, allowed), _ENOUGH))
            if found:
                return min(found, key=_strangeness)
        return None

    def _one(self, number: float, allowed: float) -> Iterator[Terms]:
        for index in np.nonzero(np.abs(self.values - number) < allowed)[0]:
            yield (self.readings[index],)

    def _two(self, number: float, allowed: float) -> Iterator[Terms]:
        first, second, sums = self._pairs
        low, high = (int(np.searchsorted(sums, edge)) for edge in (number - allowed, number + allowed))
        for index in range(low, high):
            yield self.readings[first[index]], self.readings[second[index]]

    def _three(self, number: float, allowed: float) -> Iterator[Terms]:
        for reading, value in zip(self.readings, self.values, strict=True):
            for two in self._two(number - value, allowed):
                yield (reading, *two)

    def _four(self, number: float, allowed: float) -> Iterator[Terms]:
        first, second, sums = self._pairs
        if len(sums) > _MOST_PAIRS:
            return
        for one, other, value in zip(first, second, sums, strict=True):
            for two in self._two(number - value, allowed):
                yield (self.readings[one], self.readings[other], *two)


@dataclass(frozen=True)
class Decoder:
    """Reads the numbers of one case."""

    case: Case
    per_sample: PerSample
    tolerance: float = EXACT

    @cached_property
    def mentioned(self) -> Mentioned:
        """The letters of the case."""
        return Mentioned.in_case(self.case)

    @cached_property
    def _sums(self) -> Sums:
        readings = self.mentioned.terms()
        return Sums(readings, np.array([term_value(reading, self.per_sample) for reading in readings]))

    @property
    def _compiled(self) -> dict[str, object]:
        return dict(self.case.spec["compile"])

    def pairs(self, logs: Logs) -> Pairs:
        """What the logs of one call say."""
        numbers = {key: number for key, number in logs if not key.startswith("val_")}
        total = self.total(numbers.pop("loss")) if "loss" in numbers else "none"
        losses = [key for key in numbers if key.endswith("_loss")]
        metrics = [key for key in numbers if not key.endswith("_loss")]
        return Pairs(
            total,
            tuple((key, self.total(numbers[key]).replace("(w-)", "")) for key in losses),
            tuple((key, self.metric(numbers[key])) for key in metrics),
        )

    def total(self, number: float) -> str:
        """A sum of terms, in the notation of the record."""
        if math.isnan(number):
            return "NaN"
        terms = self._sums.terms(number, self.tolerance)
        if terms is None:
            return f"?{number:.6g}"
        return "+".join(sorted(map(self._term, terms))) or "0"

    def metric(self, number: float) -> str:
        """A metric, in the notation of the record."""
        if math.isnan(number):
            return "NaN"
        allowed = FLOAT32 * max(1.0, abs(number))
        fitting = [
            reading
            for reading in self.mentioned.metrics()
            if abs(metric_value(reading, self.per_sample) - number) < allowed
        ]
        if not fitting:
            return f"?{number:.5g}"
        return self._metric(min(fitting, key=lambda reading: _strangeness((reading,))))

    def _term(self, term: Reading) -> str:
        marks = [*_mark("t", term.target, term.head)]
        if isinstance(self._compiled.get("loss"), (list, dict)):
            marks += _mark("l", term.loss, term.head)
        if self._compiled.get("loss_weights") is not None:
            marks += self._weight(term)
        if self.case.spec["data"].get("sample_weight") is not None:
            marks += _mark("s", term.sample_weight, term.head, SHARED)
        return _marked(term.head, marks)

    def _weight(self, term: Reading) -> list[str]:
        if term.weight is None or ":" not in term.weight:
            shared = () if term.head in self.mentioned.weights else (SHARED,)
            return _mark("w", term.weight, term.head, *shared)
        # int:2 is always written for the first head of the case, int:3 for the second.
        heads = [*letters_in(self.case.spec["model"]["outputs"]), None]
        return _mark("w", str(heads[int(term.weight[4:]) - 2]), term.head)

    @staticmethod
    def _metric(reading: Reading) -> str:
        marks = [*_mark("t", reading.target, reading.head), *_mark("l", reading.loss, reading.head)]
        if reading.sample_weight is not None:
            marks += _mark("s", reading.sample_weight, reading.head, SHARED) or ["s+"]
        return _marked(reading.head, marks)


def _mark(kind: str, letter: str | None, *own: str) -> list[str]:
    if letter in own:
        return []
    return [f"{kind}-" if letter is None else f"{kind}{letter}"]


def _marked(head: str, marks: list[str]) -> str:
    return head + (f"({','.join(marks)})" if marks else "")


@dataclass(frozen=True)
class Pairs:
    """The numbers of one call as letters: the total loss, each logged loss, each metric."""

    total: str
    losses: tuple[tuple[str, str], ...] = ()
    metrics: tuple[tuple[str, str], ...] = ()

    @property
    def entries(self) -> list[tuple[str, str]]:
        """Everything that is logged beside the total."""
        return [*self.losses, *self.metrics]

    def __str__(self) -> str:
        """As the record has it."""
        parts = [self.total]
        logged = (entries for entries in (self.losses, self.metrics) if entries)
        parts += [" ".join(f"{log}:{text}" for log, text in entries) for entries in logged]
        return " | ".join(parts)
