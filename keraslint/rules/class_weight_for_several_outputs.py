"""``class_weight`` where a model has several targets, which Keras raises on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Fault, Rejected, Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import DataCall, Given, NotGiven, TrainingSite
from keraslint.sites.reading import counted, raises
from keraslint.tree import Branch, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding

rule = Rule(__name__, code="KER111", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Say that class weights belong to one target, and are a ``sample_weight`` for each of several."""
    match site, verdict:
        case (
            TrainingSite(
                data=DataCall(targets=Given(tree=Branch() as targets), class_weight_at=place) as data
            ),
            Rejected(fault=Fault.CLASS_WEIGHT),
        ) if isinstance(data.sample_weight, NotGiven):
            count = counted(len(list(leaves(targets))), "target", "targets")
            message = f"{raises(verdict)}: class_weight, and {count} in a {targets.kind}"
            yield rule.finding(place or data.location, message)
