"""A list of targets for outputs in a dict, which Keras pairs in the sorted order of the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import DataCall, Given, TrainingSite
from keraslint.sites.reading import declaration_of, has_mapping, is_sequence, placement
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding

rule = Rule(__name__, code="KER201", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the head that each target is compared with, with the position it was written at."""
    match site, verdict:
        case (
            TrainingSite(
                outputs=Given(tree=Branch() as outputs) as declared,
                data=DataCall(targets=Given(tree=Branch() as written) as targets),
            ),
            Paired(terms=terms),
        ) if has_mapping(outputs) and is_sequence(written):
            placed = placement(outputs, written, [(term.head, term.target) for term in terms])
            if placed:
                yield rule.finding(
                    targets.location,
                    placed.sentence("targets"),
                    severity=Severity.ERROR if placed.harmful else Severity.INFO,
                    related=(declaration_of(declared),),
                    fixes=parts.both(site, targets, placed, "targets"),
                )
