"""The runtime check: what Keras pairs on a live model, shown and verified before the first step.

``check(model, x, y)`` looks at one model and one batch; ``guard()`` watches every ``compile``, ``fit``,
``evaluate`` and ``train_on_batch`` of a block, ``callback()`` one ``fit``, ``keraslint run train.py`` a whole
program, ``pytest --keraslint`` a test suite. What Keras does with a model is said by ``keraslint.pairing``,
which the linter uses, too; ``check(..., prove=True)`` holds it against the numbers that Keras logs.

Nothing here imports Keras: whichever Keras made the model is the one that is asked. It does not know what a
``compute_loss`` of the program's own does, nor what a ``train_step`` makes of its batch before it calls
``compute_loss``, which ``callback()`` sees; such models are left undecided.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keraslint.runtime.callbacks import callback
    from keraslint.runtime.checking import check
    from keraslint.runtime.guarding import Guard, guard
    from keraslint.runtime.report import MispairedError, Proof, Report, Row

__all__ = ["Guard", "MispairedError", "Proof", "Report", "Row", "callback", "check", "guard"]

_HOMES = {
    "Guard": "guarding",
    "MispairedError": "report",
    "Proof": "report",
    "Report": "report",
    "Row": "report",
    "callback": "callbacks",
    "check": "checking",
    "guard": "guarding",
}


def __getattr__(name: str) -> object:
    """Load a name when it is asked for: the plugin of pytest lies in this package and must cost nothing."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
