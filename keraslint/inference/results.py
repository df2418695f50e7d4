"""What a program does with the results of ``predict`` and ``evaluate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.inference.events import MonitorEvent, UseEvent
from keraslint.inference.snapshot import seen
from keraslint.inference.values import (
    Array,
    Const,
    History,
    Item,
    List,
    MetricsNames,
    Origin,
    Ref,
    Result,
    Value,
    Values,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.inference.core import Run
    from keraslint.inference.events import How
    from keraslint.inference.values import Object


def used(
    run: Run,
    result: Result,
    how: How,
    origin: Origin,
    *,
    count: int | None = None,
    index: int | None = None,
    names: tuple[str, ...] | None = None,
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
                names,
            )
        )


def outputs_used(
    run: Run,
    ref: Ref,
    how: How,
    origin: Origin,
    *,
    index: int | None = None,
    names: tuple[str, ...] | None = None,
) -> None:
    """Report that ``model.outputs`` was taken apart."""
    model = None if run.expecting or run.silent() else seen(run, ref)
    if model is not None:
        event = UseEvent(model, "predict", origin, how, origin, run.given(), index=index, names=names)
        run.events.append(event)


def zipped(run: Run, columns: Sequence[tuple[Value | Object, tuple[Item, ...]]], origin: Origin) -> None:
    """Report a ``zip`` of names with what a model gives for them; a column is a thing and its elements."""
    names = next((found for _, items in columns if (found := _names(items))), None)
    for thing, _ in columns:
        match thing:
            case Result(call="predict"):
                used(run, thing, "zip", origin, names=names)
            case Values(result=result):
                used(run, result, "zip values", origin, names=names)
            case List(outputs_of=Ref() as ref):
                outputs_used(run, ref, "zip outputs", origin, names=names)


def _names(items: tuple[Item, ...]) -> tuple[str, ...]:
    """The elements, where all of them are strings."""
    found = [item.value.value for item in items if isinstance(item.value, Const)]
    texts = [text for text in found if isinstance(text, str)]
    return tuple(texts) if len(texts) == len(items) else ()


def index(run: Run, result: Result | Values, place: Value, origin: Origin) -> Value:
    """``result[place]``: by a number is a use, by a name is what a dict is for."""
    if isinstance(place, Const) and isinstance(place.value, int) and not isinstance(place.value, bool):
        if isinstance(result, Values):
            used(run, result.result, "index values", origin, index=place.value)
        else:
            used(run, result, "index", origin, index=place.value)
    if isinstance(place, MetricsNames) and isinstance(result, Result) and place.model == result.model:
        how: How = "index metrics_names" if place.name else "zip metrics_names"
        used(run, result, how, origin, names=(place.name,) if place.name else None)
    return Array(origin)


def unpacked(run: Run, result: Result | Values, count: int | None, origin: Origin) -> None:
    """``a, b = result``."""
    if isinstance(result, Values):
        used(run, result.result, "unpack values", origin, count=count)
    else:
        used(run, result, "unpack", origin, count=count)


def monitored(run: Run, history: History, key: Value, origin: Origin) -> Value:
    """``history.history[key]``."""
    if isinstance(key, Const) and isinstance(key.value, str) and not (run.expecting or run.loading):
        run.events.append(MonitorEvent(history.origin, key.value, origin))
    return run.unknown("the values of a log")
