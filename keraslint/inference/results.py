"""What a program does with the results of ``predict`` and ``evaluate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from keraslint.inference.events import MonitorEvent, UseEvent
from keraslint.inference.snapshot import seen
from keraslint.inference.values import Array, Const, History, Origin, Result, Value

if TYPE_CHECKING:
    from keraslint.inference.core import Run


def used(
    run: Run,
    result: Result,
    how: Literal["unpack", "index", "iterate", "zip metrics_names"],
    origin: Origin,
    *,
    count: int | None = None,
    index: int | None = None,
) -> None:
    """Report that ``result`` was taken apart."""
    if run.expecting or run.loading or result.as_dict:
        return
    model = seen(run, result.model, result.node)
    if model is not None:
        run.events.append(
            UseEvent(
                model,
                result.call,
                result.origin,
                how,
                origin,
                run.given(),
                count,
                index,
            )
        )


def index(run: Run, result: Result, place: Value, origin: Origin) -> Value:
    """``result[place]``: by a number is a use, by a name is what a dict is for."""
    if isinstance(place, Const) and isinstance(place.value, int) and not isinstance(place.value, bool):
        used(run, result, "index", origin, index=place.value)
    return Array(origin)


def monitored(run: Run, history: History, key: Value, origin: Origin) -> Value:
    """``history.history[key]``."""
    if isinstance(key, Const) and isinstance(key.value, str) and not (run.expecting or run.loading):
        run.events.append(MonitorEvent(history.origin, key.value, origin))
    return run.unknown("the values of a log")
