"""The rules: every module of this package that holds a ``rule`` is one; there is no list to add it to."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING

from keraslint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from keraslint.findings import Finding


@dataclass(frozen=True)
class Registered:
    """A rule, the function that applies it, and the first sentence of its module's docstring."""

    rule: Rule
    check: Callable[..., Iterable[Finding]]
    summary: str


@cache
def registered() -> tuple[Registered, ...]:
    """Every rule, by code."""
    names = [module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")]
    rules = [found for name in names if (found := _registered(name))]
    rules.sort(key=lambda found: found.rule.code)
    for one, other in pairwise(rules):
        if one.rule.code == other.rule.code:
            message = f"{one.rule.module} and {other.rule.module} have one code, {one.rule.code}"
            raise ValueError(message)
    return tuple(rules)


def _registered(name: str) -> Registered | None:
    module = import_module(f"{__name__}.{name}")
    rule = getattr(module, "rule", None)
    if not isinstance(rule, Rule):
        return None
    summary = " ".join((module.__doc__ or "").strip().split("\n\n")[0].split())
    return Registered(rule, module.check, summary)
