"""A whole number as a loss weight, where Keras 3 wants a float."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Edit, Safety, Severity
from keraslint.pairing import Fault, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import raises
from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Location
    from keraslint.sites.model import Written

rule = Rule(__name__, code="KER113", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Look at the type that Keras looks at."""
    match site, verdict:
        case (
            TrainingSite(compiled=CompileCall(loss_weights=Given(tree=Leaf(value=weight)) as weights)),
            Rejected(fault=Fault.WEIGHTS_TYPE),
        ):
            kind = type(weight.value).__name__
            what = f"one loss weight, {weight.text}, of type {kind}"
            yield _finding(verdict, what, weights.location, weight)
        case (
            TrainingSite(compiled=CompileCall(loss_weights=Given(tree=Branch(items=entries)))),
            Rejected(fault=Fault.WEIGHTS_TYPE),
        ):
            for key, entry in entries:
                if isinstance(entry, Leaf) and isinstance(entry.value.value, int):
                    what = f"the loss weight of {key!r}, {entry.value.text}, is a whole number"
                    yield _finding(verdict, what, entry.value.location, entry.value)


def _finding(rejected: Rejected, what: str, at: Location, weight: Written) -> Finding:
    title = "Write the loss weight as a float"
    fixes = parts.fix(title, Safety.UNSAFE, _as_float(at, weight))
    return rule.finding(at, f"{raises(rejected)}: {what}", fixes=fixes)


def _as_float(at: Location, weight: Written) -> tuple[Edit, ...] | None:
    """The same number with a point; what is no literal stays, as it may be meant for other things too."""
    literal = isinstance(weight.value, int) and weight.text == str(weight.value)
    return (Edit(at, f"{weight.value}.0"),) if literal else None
