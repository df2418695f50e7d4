"""Clauses: which of the numbered lines of Keras a verdict followed."""

from __future__ import annotations


class Trail:
    """The clauses that a request has met so far, each once."""

    def __init__(self) -> None:
        self._met: dict[str, None] = {}

    def met(self, clause: str) -> None:
        """Note a clause."""
        self._met[clause] = None

    @property
    def clauses(self) -> tuple[str, ...]:
        """Their numbers in the order in which they were met."""
        return tuple(self._met)
