"""A loss of similarity that expects embeddings of length 1, on an output that nothing normalises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rules.base import Rule
from keraslint.sites.reading import declaration_of, shown
from keraslint.sites.similarity import embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import TrainingSite

rule = Rule(__name__, code="KER312", since="0.1.0", severity=Severity.WARNING)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Look at what makes the outputs that losses of similarity are paired with."""
    if isinstance(verdict, Paired):
        for one in embedded(site, verdict):
            if one.wants_unit_length and one.is_of_any_length and not one.is_softmax:
                head = shown(one.outputs.tree, one.head)
                message = f"this loss takes products of {head!r} for cosines: they are of any length"
                yield rule.finding(one.loss.location, message, related=(declaration_of(one.outputs),))
