"""One-hot targets for a loss of similarity, which compares integer labels with one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rules.base import Rule
from keraslint.sites.reading import shown
from keraslint.sites.similarity import embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import TrainingSite

rule = Rule(__name__, code="KER311", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Look at what makes the targets that losses of similarity are paired with."""
    if isinstance(verdict, Paired):
        for one in embedded(site, verdict):
            if one.target is not None and one.has_one_hot_labels:
                head = shown(one.outputs.tree, one.head)
                message = f"the loss of {head!r} compares labels, one integer a sample: these are one-hot"
                yield rule.finding(one.target.location, message)
