"""Terms: what was written for each path (one loss or several, with weights) becomes a flat tuple of terms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keraslint.losses.functions import as_loss
from keraslint.losses.paths import nearest
from keraslint.losses.schedules import Schedule
from keraslint.losses.weighting import Weighting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Term:
    """One summand of the total: ``weight`` times what ``loss`` says of the node at ``path``.

    ``log`` is its key in the logs, where its loss value stands without the weight.
    """

    path: str
    name: str
    loss: Any
    weight: Any
    log: str


def terms_of(losses: Any, weights: Mapping[str, Any] | None) -> tuple[Term, ...]:
    """Every term in written order. A weight that is for no term, and two terms under one log, are refused."""
    if not isinstance(losses, Mapping):
        msg = f"NestedLoss takes a dict from paths to losses, as in {{'': loss}}; it was given {losses!r}."
        raise TypeError(msg)
    weights = dict(weights or {})
    for path in losses:
        if not isinstance(path, str):
            msg = f"A path is text: write {str(path)!r}, not {path!r}."
            raise TypeError(msg)
    _refuse_strangers("", weights, [path for path, value in losses.items() if value is not None])
    found = [term for path, value in losses.items() for term in _at_path(path, value, weights.get(path))]
    if not found:
        msg = "NestedLoss needs at least one loss."
        raise ValueError(msg)
    _refuse_same_logs(found)
    return tuple(found)


def _at_path(path: str, value: Any, weight: Any) -> Iterator[Term]:
    if value is None:
        return
    if not isinstance(value, (Mapping, list, tuple)):
        loss = as_loss(value)
        yield Term(path, loss.name, loss, moving_or_number(path, weight), f"{path or loss.name}_loss")
        return
    for name, loss, own in named_parts(path, value, weight, moving_or_number):
        yield Term(path, name, loss, own, f"{path}_{name}_loss" if path else f"{name}_loss")


def number(path: str, weight: Any) -> float | None:
    """A weight as a float; None is no weight, which is not multiplied at all."""
    if weight is None:
        return None
    if isinstance(weight, (Mapping, list, tuple, str, bool)) or moves(weight):
        msg = f"The weight at {path!r} is {weight!r}; one loss there takes one number."
        raise TypeError(msg)
    if not math.isfinite(weight):
        msg = f"The weight at {path!r} is {weight!r}, which makes every total {float(weight)!r}."
        raise ValueError(msg)
    return float(weight)


def moves(weight: Any) -> bool:
    """Whether a weight is a schedule, or something of which one can be made."""
    return isinstance(weight, (Schedule, Weighting)) or callable(weight)


def moving_or_number(path: str, weight: Any) -> Any:
    """A weight as a ``Schedule`` or as a float."""
    if moves(weight):
        return weight if isinstance(weight, Schedule) else Schedule(weight)
    return number(path, weight)


def named_parts(
    path: str, value: Any, weight: Any, read: Callable[[str, Any], Any] = number
) -> list[tuple[str, Any, Any]]:
    """Name, loss and weight of several losses at one place; those of a list are named after themselves."""
    parts = dict(value) if isinstance(value, Mapping) else _named([as_loss(part) for part in value])
    if isinstance(weight, (list, tuple)):
        if len(weight) != len(parts):
            msg = f"{len(weight)} weights for the {len(parts)} losses at {path!r}."
            raise ValueError(msg)
        weight = dict(zip(parts, weight, strict=True))
    if not isinstance(weight, Mapping):
        weight = dict.fromkeys(parts, weight)
    _refuse_strangers(path, weight, list(parts))
    return [(name, as_loss(loss), read(path, weight.get(name))) for name, loss in parts.items()]


def _named(losses: list[Any]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for loss in losses:
        name, again = loss.name, 0
        while name in names:
            again += 1
            name = f"{loss.name}_{again}"
        names[name] = loss
    return names


def _refuse_strangers(path: str, weights: Mapping[str, Any], known: list[str]) -> None:
    for name in weights:
        if name not in known:
            place = f" at {path!r}" if path else ""
            msg = f"The weight {name!r}{place} is for no loss. Nearest: {nearest(str(name), known)!r}."
            raise ValueError(msg)


def _refuse_same_logs(terms: list[Term]) -> None:
    seen: dict[str, Term] = {}
    for term in terms:
        other = seen.setdefault(term.log, term)
        if other is not term:
            msg = (
                f"{term.name!r} at {term.path!r} and {other.name!r} at {other.path!r} would both be logged "
                f"as {term.log!r}: give one of them another name, as in {{path: {{name: loss}}}}."
            )
            raise ValueError(msg)
    for term in terms:
        shown = seen.get(f"val_{term.log}")
        if shown is not None:
            msg = (
                f"The loss at {shown.path!r} would be logged as {shown.log!r}, as in validation the one at "
                f"{term.path!r} is: give it another name, as in {{path: {{name: loss}}}}."
            )
            raise ValueError(msg)
