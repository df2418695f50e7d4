"""What the modules of a project hold: each is run once, whichever document wants something of it first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keraslint.inference.state import State
    from keraslint.inference.values import Item, Object, Value


@dataclass
class Frame:
    """A scope: its parent, its document, and the paths that left it or its loops early.

    ``of_module`` says that it was opened while a module was run, whose functions may refer to it.
    """

    parent: int | None
    document: int = 0
    of_module: bool = False
    globals: set[str] = field(default_factory=set)
    returned: list[State] = field(default_factory=list)
    broken: list[State] = field(default_factory=list)
    continued: list[State] = field(default_factory=list)
    yielded: list[tuple[dict[str, bool], Item]] = field(default_factory=list)


GONE = Frame(None)
"""In place of a scope that nothing refers to any more."""


@dataclass
class Holdings:
    """The scopes of a project, and the names and objects that its modules were left with.

    ``names`` and ``heap`` lie below every state; ``modules`` has the frame of each module that was run,
    None where it cannot be read; ``stars`` what each imported with a star from outside; ``fresh`` numbers
    unknown values and objects. ``running`` are the modules that are being run, one inside the other;
    ``unsettled`` are those that depend on who asked first.
    """

    frames: list[Frame] = field(default_factory=list)
    names: dict[tuple[int, str], Value] = field(default_factory=dict)
    heap: dict[int, Object] = field(default_factory=dict)
    modules: dict[str, int | None] = field(default_factory=dict)
    exports: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stars: dict[int, list[str]] = field(default_factory=dict)
    fresh: int = 0
    running: list[str] = field(default_factory=list)
    unsettled: set[str] = field(default_factory=set)
    left: dict[str, tuple[list[tuple[int, str]], list[int]]] = field(default_factory=dict)

    def hold(self, path: str, state: State) -> None:
        """Keep what a module was left with."""
        self.names.update(state.names.held)
        self.heap.update(state.heap.held)
        self.left[path] = list(state.names.held), list(state.heap.held)

    def settle(self, first: int) -> None:
        """After a document, forget the modules that depend on who asked first, for the next asks anew, and
        the scopes from ``first`` on in which no module was run.
        """
        for path in self.unsettled:
            names, heap = self.left.pop(path, ([], []))
            for name in names:
                self.names.pop(name, None)
            for address in heap:
                self.heap.pop(address, None)
            self.modules.pop(path, None)
            self.exports.pop(path, None)
        self.unsettled.clear()
        for number in range(first, len(self.frames)):
            if not self.frames[number].of_module:
                self.frames[number] = GONE
