"""A loss function that takes the outputs apart, where Keras gives it one output at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import declaration_of, heads, shown
from keraslint.tree import Branch, Leaf, at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import Written
    from keraslint.tree import Tree

rule = Rule(__name__, code="KER304", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Find losses that are computed for a single head and look for several in it."""
    match site, verdict:
        case (
            TrainingSite(
                outputs=Given(tree=Branch() as outputs) as declared,
                compiled=CompileCall(loss=Given(tree=losses), by_path=False),
            ),
            Paired(terms=terms),
        ) if len(heads(outputs)) > 1:
            alone: dict[Written, list[str]] = {}
            for term in terms:
                loss, head = at(losses, term.loss), at(outputs, term.head)
                if isinstance(loss, Leaf) and isinstance(head, Leaf) and _looks(loss.value, outputs):
                    alone.setdefault(loss.value, []).append(shown(outputs, term.head))
            for written, names in alone.items():
                yield rule.finding(
                    written.location,
                    f"Keras gives {written.name or written.text} one output of {names} at a time: "
                    f"it takes {list(written.takes)} out of it",
                    related=(declaration_of(declared),),
                )


def _looks(loss: Written, outputs: Tree[Written]) -> bool:
    """Whether what the loss takes out are outputs of this model: keys of theirs, or as many places."""
    if not loss.takes:
        return False
    keys = set(outputs.keys) if isinstance(outputs, Branch) else set()
    numbers = all(isinstance(entry, int) for entry in loss.takes)
    return len(loss.takes) == len(heads(outputs)) if numbers else bool(keys & set(loss.takes))
