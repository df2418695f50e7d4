"""State of losses: which losses keep some, and whether the step that is computed trains.

A loss with state has ``variables``, a list of ``keras.Variable``, and ``build()``, which makes them. The
model that is compiled with it trains, saves and loads them; losses learn here whether they may change them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import keras

_training = ContextVar("training", default=True)


def training() -> bool:
    """Whether the loss value that is computed now is one to train with; so it is unless ``evaluating``."""
    return _training.get()


@contextmanager
def evaluating(*, yes: bool = True) -> Iterator[None]:
    """Losses that are called here leave their state as it is; ``evaluate`` and validation do this."""
    token = _training.set(training() and not yes)
    try:
        yield
    finally:
        _training.reset(token)


def stateful(value: Any) -> Iterator[Any]:
    """Everything with state in ``value``: in itself, in what a loss holds as attributes, in a container."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from stateful(each)
    elif hasattr(value, "build") and hasattr(value, "variables"):
        yield value
    elif isinstance(value, keras.losses.Loss):
        yield from stateful(list(vars(value).values()))


def variables_of(holders: Iterable[Any]) -> list[Any]:
    """The variables of everything with state, each once; made where they are not made yet."""
    found: dict[int, Any] = {}
    for holder in holders:
        holder.build()
        found |= {id(variable): variable for variable in holder.variables}
    return list(found.values())
