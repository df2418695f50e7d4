"""What the modules of a project hold: each is run once, whichever document wants something of it first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keraslint.inference.state import State
    from keraslint.inference.values import Item, Object, Value


@dataclass
class Frame:
    """A scope: its parent, its document, and the paths that left it or its loops early."""

    parent: int | None
    document: int = 0
    globals: set[str] = field(default_factory=set)
    returned: list[State] = field(default_factory=list)
    broken: list[State] = field(default_factory=list)
    continued: list[State] = field(default_factory=list)
    yielded: list[tuple[dict[str, bool], Item]] = field(default_factory=list)


@dataclass
class Holdings:
    """The scopes of a project, and the names and objects that its modules were left with.

    ``names`` and ``heap`` lie below every state; ``modules`` has the frame of each module that was run,
    None where it cannot be read; ``stars`` what each imported with a star from outside; ``fresh`` numbers
    unknown values and objects.
    """

    frames: list[Frame] = field(default_factory=list)
    names: dict[tuple[int, str], Value] = field(default_factory=dict)
    heap: dict[int, Object] = field(default_factory=dict)
    modules: dict[str, int | None] = field(default_factory=dict)
    exports: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stars: dict[int, list[str]] = field(default_factory=dict)
    fresh: int = 0
