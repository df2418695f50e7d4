"""``model.output_names``: the names of a functional model's outputs in flattening order, some of them
unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.pairing.refusal import UnknownError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keraslint.tree import Key


@dataclass(frozen=True)
class OutputNames:
    """The names; None where the layer's name is not known. Answers raise ``UnknownError``, never guess."""

    names: tuple[str | None, ...]

    def __len__(self) -> int:
        """The number of outputs."""
        return len(self.names)

    def __iter__(self) -> Iterator[str]:
        """The names; one that is not known is shown by its number."""
        return (f"?{number}" if name is None else name for number, name in enumerate(self.names))

    def are(self, keys: Iterable[Key]) -> bool:
        """``set(output_names) == set(keys)``."""
        given = set(keys)
        known = set(self.names) - {None}
        if None not in self.names or len(self.names) != len(given) or not known <= given:
            return known == given and None not in self.names
        raise self._unknown()

    def cover(self, keys: Iterable[Key]) -> bool:
        """``set(keys) <= set(output_names)``."""
        missing = set(keys) - set(self.names)
        if not missing:
            return True
        if len(missing) > self.names.count(None):
            return False
        raise self._unknown()

    def _unknown(self) -> UnknownError:
        return UnknownError(f"the name of output {self.names.index(None)} is not known")
