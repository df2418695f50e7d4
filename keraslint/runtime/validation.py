"""Whether validation data are structured as training data: two live sites and their verdicts enter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keraslint.findings import Severity
from keraslint.pairing import Paired, Verdict
from keraslint.runtime import kinds
from keraslint.tree import MAPPINGS, Branch, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Location
    from keraslint.runtime.reading import Live
    from keraslint.tree import Tree


def differs(train: Live, test: Live, verdict: Verdict, other: Verdict, at: Location) -> Iterator[Finding]:
    """A dict in one and a list in the other, other keys, another number of targets.

    It is information where both are paired, since the numbers are then those of the same heads.
    """
    one, two = train.parts.get("targets"), test.parts.get("targets")
    if one is None or two is None or _shape_of(one) == _shape_of(two):
        return
    both = isinstance(verdict, Paired) and isinstance(other, Paired)
    text = f"targets are {_words(one)} in training and {_words(two)} in validation"
    yield kinds.VALIDATION.at(at, text, Severity.INFO if both else None)


def _shape_of(tree: Tree[Any]) -> tuple[object, ...]:
    """What pairs: keys of dicts and positions of sequences."""
    mapping = isinstance(tree, Branch) and tree.kind in MAPPINGS
    return (mapping, frozenset(path for path, _ in leaves(tree)))


def _words(tree: Tree[Any]) -> str:
    if not isinstance(tree, Branch):
        return "one array"
    return f"a {tree.kind.replace('_', ' ')} of {list(tree.keys)}"
