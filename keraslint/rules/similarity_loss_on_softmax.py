"""A loss of similarity on a softmax: the probabilities of classes are compared as embeddings."""

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

rule = Rule(__name__, code="KER313", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Look at what makes the outputs that losses of similarity are paired with."""
    if isinstance(verdict, Paired):
        for one in embedded(site, verdict):
            if one.is_softmax:
                message = (
                    f"Keras compares the probabilities {shown(one.outputs.tree, one.head)!r} as embeddings"
                )
                related = (declaration_of(one.outputs),)
                yield rule.finding(one.loss.location, message, related=related)
