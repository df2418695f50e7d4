"""Losses, weights or targets in a dict for outputs in a list: Keras 3.5 and 3.6 pair them in sorted order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, DataCall, Given, TrainingSite
from keraslint.sites.reading import declaration_of, is_mapping, placement
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import SitePart
    from keraslint.sites.reading import Pair

rule = Rule(__name__, code="KER205", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the head that each entry goes to with the one that has its name."""
    match site, verdict:
        case TrainingSite(outputs=Given(tree=Branch() as outputs) as declared), Paired() if not (
            is_mapping(outputs)
        ):
            for name, part, pairs in _parts(site, verdict):
                if not isinstance(part, Given) or not is_mapping(part.tree):
                    continue
                placed = placement(outputs, part.tree, pairs)
                if placed and placed.harmful:
                    yield rule.finding(
                        part.location,
                        placed.sentence(name),
                        related=(declaration_of(declared),),
                        fixes=parts.both_by_position(site, part, placed, name),
                    )


def _parts(site: TrainingSite, paired: Paired) -> Iterator[tuple[str, SitePart, list[Pair]]]:
    """What may stand in a dict, and where Keras puts it. Weights beside a list are another rule's affair."""
    terms, compiled = paired.terms, site.compiled
    if isinstance(compiled, CompileCall):
        yield "losses", compiled.loss, [(term.head, term.loss) for term in terms]
        if isinstance(compiled.loss, Given) and is_mapping(compiled.loss.tree):
            yield "weights", compiled.loss_weights, [(term.head, term.weight) for term in terms]
    if isinstance(site.data, DataCall):
        yield "targets", site.data.targets, [(term.head, term.target) for term in terms]
