"""Documents and rules enter, outcomes leave.

What is exported is imported when it is asked for: most of the engine is for runs with something to judge.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from keraslint.engine.settings import Configured, Settings

if TYPE_CHECKING:
    from keraslint.engine.checking import check, check_source
    from keraslint.engine.selection import BadSelectorError, selected

__all__ = ["BadSelectorError", "Configured", "Settings", "check", "check_source", "selected"]

_HOMES = {
    "check": "checking",
    "check_source": "checking",
    "BadSelectorError": "selection",
    "selected": "selection",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    found: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return found
