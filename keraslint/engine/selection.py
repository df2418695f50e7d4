"""Selectors enter, rules leave: a selector is ``ALL``, a code, the beginning of codes, or a rule's name."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from keraslint.rules import registered
from keraslint.rules.moved import MOVED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keraslint.rules import Registered

ALL = "ALL"
CODE = re.compile(r"(?i)KER\d{3}")


class BadSelectorError(ValueError):
    """A selector that selects nothing; the message is one line and names the nearest that would."""


def selected(select: Iterable[str], ignore: Iterable[str]) -> tuple[Registered, ...]:
    """The rules that ``select`` names more closely than ``ignore`` does; ``ALL`` names no optional one."""
    select, ignore = tuple(select), tuple(ignore)
    for selector in (*select, *ignore):
        verify(selector)
    return tuple(
        found
        for found in registered()
        if closeness(select, *keys(found))
        > max(closeness(ignore, *keys(found)), 1 if found.rule.optional else 0)
    )


def keys(found: Registered) -> tuple[str, str]:
    """The code and name of a rule."""
    return found.rule.code, found.rule.name


def named(selector: str) -> frozenset[str]:
    """The codes of the rules about training sites that a selector names."""
    return frozenset(
        found.rule.code
        for found in registered()
        if found.rule.subject == "site" and closeness((selector,), *keys(found))
    )


def verify(selector: str) -> None:
    """Refuse a selector that no rule answers to."""
    if not any(closeness((selector,), *keys(found)) for found in registered()):
        explained = f"; `keraslint explain {selector}` says why" if selector in MOVED else _nearest(selector)
        message = f"no rule is called {selector!r}{explained}"
        raise BadSelectorError(message)


def closeness(selectors: Sequence[str], code: str, name: str) -> int:
    """How closely the closest of the selectors names the rule; 0 where none does."""
    return max((_closeness(selector, code, name) for selector in selectors), default=0)


def _closeness(selector: str, code: str, name: str) -> int:
    if selector == ALL:
        return 1
    if selector in {code, name}:
        return 1 + len(code)
    return len(selector) if selector and selector.startswith("KER") and code.startswith(selector) else 0


def _nearest(selector: str) -> str:
    known = [ALL, *(key for found in registered() for key in keys(found))]
    near = get_close_matches(selector, known, n=1, cutoff=0.5)
    near = near or get_close_matches(selector.upper(), known, n=1)
    if CODE.fullmatch(selector):
        codes = (found.rule.code for found in registered())
        near = [min(codes, key=lambda code: abs(int(code[3:]) - int(selector[3:])))]
    return f"; the nearest is {near[0]!r}" if near else "; `keraslint rules` lists them"
