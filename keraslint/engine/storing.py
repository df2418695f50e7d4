"""Values of frozen dataclasses enter, lists for JSON leave, and the other way; what does not fit is refused.

Nothing is called by a name that stands in the data: what is built is what is asked for.
"""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

PLAIN = (str, int, bool, type(None))


class UnfitError(ValueError):
    """Data that is not what is asked for."""


def encode(value: object) -> Any:  # noqa: ANN401 (any JSON)
    """A value as JSON: a dataclass is the list of its fields."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return [encode(getattr(value, one.name)) for one in fields(value)]
    if isinstance(value, tuple):
        return [encode(one) for one in value]
    if isinstance(value, PLAIN):
        return value
    message = f"{type(value).__name__} is not stored"
    raise TypeError(message)


def decode(kind: type[T], data: object) -> T:
    """A value of a kind; UnfitError where the data is none."""
    return cast("T", _decoder(cast("Any", kind))(data))


@cache
def _decoder(hint: Any) -> Callable[[Any], Any]:  # noqa: ANN401, PLR0911 (a case for each kind of hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        (inner,) = (one for one in arguments if one is not type(None))
        other = _decoder(inner)
        return lambda data: None if data is None else other(data)
    if origin is Literal:
        return lambda data: data if data in arguments else _unfit(data)
    if origin is tuple and arguments[1:] == (...,):
        each = _decoder(arguments[0])
        return lambda data: tuple(each(one) for one in _list(data))
    if origin is tuple:
        return _row(tuple, [_decoder(one) for one in arguments])
    if is_dataclass(hint):
        hints, make = get_type_hints(hint), cast("Callable[..., Any]", hint)
        return _row(lambda values: make(*values), [_decoder(hints[one.name]) for one in fields(hint)])
    if issubclass(hint, Enum):
        known = {one.value: one for one in hint}
        return lambda data: known[data] if isinstance(data, str) and data in known else _unfit(data)
    return lambda data: data if type(data) is hint else _unfit(data)


def _row(make: Callable[[list[Any]], Any], parts: list[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def decoder(data: object) -> Any:  # noqa: ANN401 (whatever is made)
        if len(_list(data)) != len(parts):
            _unfit(data)
        return make([part(one) for part, one in zip(parts, _list(data), strict=True)])

    return decoder


def _list(data: object) -> list[Any]:
    return data if isinstance(data, list) else _unfit(data)


def _unfit(data: object) -> Any:  # noqa: ANN401 (never returns)
    message = f"not what is asked for: {data!r:.60}"
    raise UnfitError(message)
