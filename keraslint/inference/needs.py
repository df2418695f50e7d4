"""What a document is judged by besides itself enters as it is asked for; the whole of it leaves.

A module that was run for one document is not run again for the next, which needs all the same what that
module had asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Needs:
    """The files that were read, and the paths at which it was looked whether there is a file or a package.

    ``everything`` says that all files of the run were gone through.
    """

    files: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    everything: bool = False


NOTHING = Needs()


@dataclass
class Asked:
    """What one document or module asked for itself."""

    modules: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    everything: bool = False


class Ledger:
    """Who asks for what. Mutable: the one that asks is the last that began."""

    def __init__(self) -> None:
        """Nobody asked for anything."""
        self._modules: dict[str, Asked] = {}
        self._asking = [Asked()]

    @property
    def now(self) -> Asked:
        """What the one that is asking asked for so far."""
        return self._asking[-1]

    def document(self) -> None:
        """A document begins."""
        self._asking = [Asked()]

    def module(self, path: str) -> None:
        """A module begins, inside of the one that asks for it."""
        asked = self._modules[path] = Asked()
        self._asking.append(asked)

    def done(self) -> None:
        """A module ends."""
        self._asking.pop()

    def needs(self) -> Needs:
        """What the document needs, with all that the modules need that it asked for."""
        asked, seen = [self._asking[0]], set[str]()
        waiting = list(self._asking[0].modules)
        while waiting:
            path = waiting.pop()
            if path in self._modules and path not in seen:
                seen.add(path)
                asked.append(self._modules[path])
                waiting += self._modules[path].modules
        return Needs(
            frozenset().union(*(one.files for one in asked)),
            frozenset().union(*(one.places for one in asked)),
            any(one.everything for one in asked),
        )
