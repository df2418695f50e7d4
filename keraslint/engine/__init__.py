"""Documents and rules enter, outcomes leave."""

from keraslint.engine.checking import check, check_source
from keraslint.engine.selection import BadSelectorError, selected
from keraslint.engine.settings import Settings

__all__ = ["BadSelectorError", "Settings", "check", "check_source", "selected"]
