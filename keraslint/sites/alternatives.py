"""Alternatives: the ways in which the conditions that a site depends on can come out together."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

from keraslint.inference.values import Choice, Compiled, Item, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keraslint.inference.values import Value

MAX_CONDITIONS = 6
"""Conditions that one site may depend on before it is given up."""

Assumed: TypeAlias = "dict[str, bool]"

_EQUAL = re.compile(r"^\((?P<what>.*) (?:Eq|Is) (?P<constant>'[^']*'|-?[\d.]+|None|True|False)\)$", re.DOTALL)


def tests(value: Value | Item | None) -> Iterator[str]:
    """The conditions that a value depends on."""
    match value:
        case Item(value=inner):
            yield from tests(inner)
        case Choice(test=test, then=then, other=other):
            yield test
            yield from tests(then)
            yield from tests(other)
        case Snapshot(items=items):
            for _, item in items:
                yield from tests(item)
        case Compiled():
            for part in (value.loss, value.loss_weights, value.metrics, value.weighted_metrics):
                yield from tests(part)


def assignments(conditions: Iterable[str]) -> list[Assumed] | None:
    """Every way in which the conditions can come out; None where they are too many."""
    names = list(dict.fromkeys(conditions))
    if len(names) > MAX_CONDITIONS:
        return None
    ways = (dict(zip(names, way, strict=True)) for way in product((True, False), repeat=len(names)))
    return [way for way in ways if possible(way)]


def possible(way: Assumed) -> bool:
    """False where one thing would equal two constants, or be None and yet true."""
    holding = [match for test, holds in way.items() if holds and (match := _EQUAL.match(test))]
    constants: dict[str, set[str]] = {}
    for match in holding:
        constants.setdefault(match["what"], set()).add(match["constant"])
    if any(len(found) > 1 for found in constants.values()):
        return False
    return not any("None" in found and way.get(what) for what, found in constants.items())


def doubtful(test: str) -> bool:
    """Whether a condition is on what some call returned, and no option that somebody can choose.

    A parameter, an attribute of parsed arguments, an entry of a configuration can be chosen; whether a layer
    from elsewhere returns ``None`` cannot.
    """
    return _RETURNED.match(test) is not None


_RETURNED = re.compile(r"^\(?#\d+(?: |\)|$)")


def telling(way: Assumed) -> Assumed:
    """The conditions that tell the alternative: not those that follow from one thing equalling a constant."""
    equal = {match["what"] for test, holds in way.items() if holds and (match := _EQUAL.match(test))}
    implied = {
        test for test, holds in way.items() if not holds and (m := _EQUAL.match(test)) and m["what"] in equal
    }
    return {test: holds for test, holds in way.items() if test not in implied}
