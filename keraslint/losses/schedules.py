"""Weights that are known in advance: functions of the step or of the epoch, and turns taken by the terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import keras
from keras import ops

from keraslint.losses.paths import nearest
from keraslint.losses.weighting import Weighting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from keraslint.losses.terms import Term

UNITS = ("step", "epoch")


@keras.saving.register_keras_serializable(package="keraslint")
@dataclass(frozen=True)
class Schedule:
    """A weight that moves by step or by epoch: ``NestedLoss({...}, weights={"class": Schedule(decay)})``.

    ``value`` is a ``keras.optimizers.schedules.LearningRateSchedule`` or a function; it gets the number of
    training steps (or of the epoch, as ``fit`` counts it) from 0 as a float scalar and returns a scalar. It
    is traced with the step, so a function uses ``keras.ops`` and no ``if`` on its argument. Written bare as
    a weight, a function or a ``LearningRateSchedule`` is a schedule by step. Raises ``ValueError`` for
    another unit, ``TypeError`` for what cannot be called.
    """

    value: Callable[[Any], Any] | Any
    by: Literal["step", "epoch"] = "step"

    def __post_init__(self) -> None:
        """Refuse what is no function and no unit."""
        _refuse_unknown_unit(self.by)
        if isinstance(self.value, Weighting):
            msg = f"{type(self.value).__name__} weights all terms: write it alone, weights=...."
            raise TypeError(msg)
        if not callable(self.value):
            msg = f"A schedule takes a function or a LearningRateSchedule; it was given {self.value!r}."
            raise TypeError(msg)

    def get_config(self) -> dict[str, Any]:
        """The function or ``LearningRateSchedule``, and the unit."""
        return {"value": keras.saving.serialize_keras_object(self.value), "by": self.by}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Schedule:
        """The inverse of ``get_config``."""
        return cls(**keras.saving.deserialize_keras_object(config))


def _refuse_unknown_unit(by: str) -> None:
    if by not in UNITS:
        msg = f"Weights move by 'step' or by 'epoch', not by {by!r}."
        raise ValueError(msg)


class Clock(Weighting):
    """A weighting that counts: training steps by itself, epochs as ``fit`` counts them."""

    def make(self) -> None:
        """Make the two counters."""
        self.counters = {unit: self.state(unit) for unit in UNITS}

    def observe(self, values: Any) -> None:
        """One step more."""
        del values
        self.counters["step"].assign(self.counters["step"] + 1)

    def on_epoch_begin(self, epoch: int) -> None:
        """This epoch."""
        self.counters["epoch"].assign(float(epoch))


class Scheduled(Clock):
    """What a dict of weights becomes when some of them are schedules; the others stay with their terms."""

    def __init__(self, schedules: Sequence[Schedule | None]) -> None:
        super().__init__()
        self.schedules = tuple(schedules)

    def factors(self, values: Any, *, training: bool) -> Any:
        """Each schedule at its count, 1 for terms without one."""
        del training
        return ops.stack(
            [
                ops.ones((), values.dtype)
                if schedule is None
                else ops.cast(schedule.value(ops.convert_to_tensor(self.counters[schedule.by])), values.dtype)
                for schedule in self.schedules
            ]
        )


@keras.saving.register_keras_serializable(package="keraslint")
class Alternating(Clock):
    """Terms take turns: in each turn the weight of one group of them is 1, that of the others 0.

    Args:
        groups: the turns in order, each a path or a list of paths, ``["class", ["detection",
            "detection.bbox"]]``; terms in no group are trained in every turn. None: every term has its turn.
        by: what is counted, ``"step"`` or ``"epoch"``.
        every: how many steps or epochs a turn lasts.
        base: constants by path, as in ``Weighting``.

    In ``evaluate`` every term counts. A term whose turn it is not is computed and logged all the same. Raises
    ``ValueError`` for a path without a loss.
    """

    def __init__(
        self,
        groups: Sequence[str | Sequence[str]] | None = None,
        by: Literal["step", "epoch"] = "step",
        every: int = 1,
        base: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(base)
        _refuse_unknown_unit(by)
        if groups is not None and not groups:
            msg = (
                "Nobody's turn ever comes: name the groups of terms, or leave them out for one after another."
            )
            raise ValueError(msg)
        if every < 1:
            msg = f"A turn lasts at least one {by}, not {every}."
            raise ValueError(msg)
        self.groups = groups and [[group] if isinstance(group, str) else list(group) for group in groups]
        self.by = by
        self.every = every

    def bind(self, terms: Sequence[Term]) -> None:
        """Take the terms to weight, and make the table of turns: shape ``(turns, terms)``."""
        super().bind(terms)
        paths = [term.path for term in terms]
        for path in (path for group in self.groups or () for path in group):
            refuse_unknown(path, paths)
        if self.groups is None:
            self.turns = tuple(tuple(float(one is other) for other in terms) for one in terms)
            return
        free = [path for path in paths if not any(path in group for group in self.groups)]
        self.turns = tuple(
            tuple(float(path in free or path in group) for path in paths) for group in self.groups
        )

    def factors(self, values: Any, *, training: bool) -> Any:
        """The row of the turn."""
        if not training:
            return ops.ones_like(values)
        count = ops.cast(self.counters[self.by], "int32")
        turn = ops.mod(ops.floor_divide(count, self.every), len(self.turns))
        return ops.take(ops.convert_to_tensor(self.turns, values.dtype), turn, axis=0)

    def get_config(self) -> dict[str, Any]:
        """Groups, unit and length of the turns."""
        groups = self.groups and [list(group) for group in self.groups]
        return {**super().get_config(), "groups": groups, "by": self.by, "every": self.every}


def refuse_unknown(path: str, paths: Sequence[str]) -> None:
    """Raise ``ValueError`` for a path at which no term stands."""
    if path not in paths:
        msg = f"No loss stands at {path!r}. Nearest: {nearest(path, list(paths))!r}."
        raise ValueError(msg)
