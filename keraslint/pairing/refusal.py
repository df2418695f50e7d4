"""How a clause says that Keras raises, or that it cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keraslint.pairing.model import Fault


class RefusedError(Exception):
    """Keras raises ``error`` with about this message; ``clause`` is the line of Keras that does it."""

    def __init__(self, fault: Fault, error: str, message: str, clause: str, call: str | None = None) -> None:
        """Without ``call`` it is the request's own."""
        super().__init__(message)
        self.fault = fault
        self.error = error
        self.message = message
        self.clause = clause
        self.call = call


class UnknownError(Exception):
    """The clause needs something that the request does not show."""
