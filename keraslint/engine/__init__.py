"""Documents and rules enter, outcomes leave."""

from keraslint.engine.checking import check, check_source
from keraslint.engine.selection import BadSelectorError, selected
from keraslint.engine.settings import Configured, Settings

__all__ = ["BadSelectorError", "Configured", "Settings", "check", "check_source", "selected"]
