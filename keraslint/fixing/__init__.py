"""Findings with fixes enter; files leave, with all edits of a fix or none, after the engine judged them."""

from keraslint.fixing.contents import Contents
from keraslint.fixing.differences import difference, patch
from keraslint.fixing.journal import RefusedError, UnfinishedError
from keraslint.fixing.judged import Task
from keraslint.fixing.rounds import Changed, Fixed, fixed, previewed
from keraslint.fixing.silencing import Silenced, silenced
from keraslint.fixing.writing import recover, write

__all__ = [
    "Changed", "Contents", "Fixed", "RefusedError", "Silenced", "Task", "UnfinishedError", "difference",
    "fixed", "patch", "previewed", "recover", "silenced", "write",
]  # fmt: skip
