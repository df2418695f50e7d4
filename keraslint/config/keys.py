"""The table of a configuration enters; the first thing that is wrong with it leaves, as one line."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from keraslint.engine.selection import BadSelectorError, verify
from keraslint.engine.targets import AUTO, BadVersionError, targets
from keraslint.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Callable


def wrong_with(table: dict[str, Any]) -> str:
    """What is wrong, beginning with the name of the key; empty where nothing is."""
    for key, value in table.items():
        if key not in KEYS:
            near = get_close_matches(key.replace("_", "-"), KEYS, n=1, cutoff=0.5)
            advice = f"the nearest is {near[0]!r}" if near else f"known are {', '.join(KEYS)}"
            return f"no key is called {key!r}; {advice}"
        if wrong := KEYS[key](value):
            return f"{key} {wrong}"
    return ""


def _strings(value: object) -> str:
    right = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return "" if right else "must be a list of strings"


def _string(value: object) -> str:
    return "" if isinstance(value, str) and value else "must be a string"


def _truth(value: object) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _selectors(value: object) -> str:
    if wrong := _strings(value):
        return wrong
    assert isinstance(value, list)
    try:
        for selector in value:
            verify(selector)
    except BadSelectorError as error:
        return f"is wrong: {error}"
    return ""


def _table_of_selectors(value: object) -> str:
    if not isinstance(value, dict) or any(_strings(item) for item in value.values()):
        return "must be a table of lists of strings"
    return next((wrong for item in value.values() if (wrong := _selectors(item))), "")


def _severity(value: object) -> str:
    names = [severity.value for severity in Severity]
    return "" if value in names else f"must be one of {', '.join(names)}"


def _version(value: object) -> str:
    if isinstance(value, str):
        value = [value]
    if _strings(value) or not isinstance(value, list):
        return "must be a string or a list of strings"
    if value == [AUTO]:
        return ""
    try:
        targets(value)
    except BadVersionError as error:
        return f"is wrong: {error}"
    return ""


KEYS: dict[str, Callable[[object], str]] = {
    "select": _selectors,
    "extend-select": _selectors,
    "ignore": _selectors,
    "per-file-ignores": _table_of_selectors,
    "exclude": _strings,
    "extend-exclude": _strings,
    "force-exclude": _truth,
    "respect-gitignore": _truth,
    "keras-version": _version,
    "severity": _severity,
    "output-format": _string,
    "baseline": _string,
}
