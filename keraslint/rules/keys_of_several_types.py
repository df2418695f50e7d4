"""Outputs under keys of which some are text and some are numbers, which Keras cannot sort."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Fault, Rejected, Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import Given, TrainingSite
from keraslint.sites.reading import is_mapping, raises
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import Written
    from keraslint.tree import Key, Tree

rule = Rule(__name__, code="KER116", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Find the dict that holds both."""
    match site, verdict:
        case TrainingSite(outputs=Given(tree=outputs) as declared), Rejected(fault=Fault.OUTPUTS):
            for keys in _mixed(outputs):
                yield rule.finding(declared.location, f"{raises(verdict)}: outputs under keys {keys}")


def _mixed(outputs: Tree[Written]) -> Iterator[list[Key]]:
    """The keys of each dict that Keras cannot sort."""
    if not isinstance(outputs, Branch):
        return
    if is_mapping(outputs) and len({type(key) for key in outputs.keys}) > 1:
        yield list(outputs.keys)
    for child in outputs.children:
        yield from _mixed(child)
