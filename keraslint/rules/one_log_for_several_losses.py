"""Losses of several outputs that Keras logs under one name, so that only the last is seen."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import Given, TrainingSite
from keraslint.sites.reading import shown
from keraslint.tree import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import Written
    from keraslint.tree import Path, Tree

rule = Rule(__name__, code="KER303", since="0.1.0", severity=Severity.WARNING, keras=3)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Group the heads by the name under which their loss is logged."""
    match site, verdict:
        case TrainingSite(kind=kind, outputs=Given(tree=outputs) as declared), Paired(terms=terms):
            severity = Severity.INFO if kind == "subclass" else Severity.WARNING
            under: dict[str, set[Path]] = defaultdict(set)
            for term in terms:
                if term.log is not None:
                    under[term.log].add(term.head)
            for log, heads in under.items():
                if len(heads) > 1:
                    names = _names(outputs, sorted(heads, key=repr))
                    message = f"Keras logs the losses of {names} as {log!r}: the last one takes the place"
                    message = f"{message} of the others"
                    yield rule.finding(declared.location, message, severity=severity)


def _names(outputs: Tree[Written], heads: list[Path]) -> list[str]:
    """The heads as a message tells them apart: by their places where they have one name."""
    names = [shown(outputs, head) for head in heads]
    return names if len(set(names)) == len(names) else [f"outputs[{dotted(head)}]" for head in heads]
