"""A place of a call enters; the edits leave that give arguments the names that Keras 3 has for them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from keraslint.findings import Edit, Location, Span
from keraslint.rewriting.calls import source_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keraslint.sites.model import TrainingSite

Edits = tuple[Edit, ...]


def renamed(site: TrainingSite, location: Location, names: Mapping[str, str]) -> Edits | None:
    """The call at a place with other names for its keyword arguments."""
    source = source_of(site, location)
    call = None if source is None else source.node(location)
    if source is None or not isinstance(call, ast.Call):
        return None
    edits = []
    for keyword in call.keywords:
        span, name = source.span(keyword), keyword.arg or ""
        if name in names:
            old = Span(span.line, span.column, span.line, span.column + len(name))
            edits.append(Edit(Location(source.path, old), names[name]))
    return tuple(edits)


def named(site: TrainingSite, location: Location, name: str) -> Edits | None:
    """The positional argument at a place with a name; None where others follow it."""
    source = source_of(site, location)
    argument = None if source is None else source.node(location)
    call = None if source is None or argument is None else source.parents.get(argument)
    if source is None or argument is None or not isinstance(call, ast.Call) or argument not in call.args[-1:]:
        return None
    if isinstance(argument, ast.Starred) or any(keyword.arg == name for keyword in call.keywords):
        return None
    span = source.span(argument)
    at = Span(span.line, span.column, span.line, span.column)
    return (Edit(Location(source.path, at), f"{name}="),)
