"""Metrics and targets in dicts for outputs in a list: Keras 3.14.0 gives the metrics other heads' targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, DataCall, Given, TrainingSite
from keraslint.sites.reading import declaration_of, heads, is_mapping, is_sequence, label, placement
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix
    from keraslint.sites.model import Written

rule = Rule(__name__, code="KER206", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the targets of the metrics with the heads that these have the names of."""
    match site, verdict:
        case (
            TrainingSite(
                outputs=Given(tree=Branch() as outputs) as declared,
                compiled=CompileCall() as compiled,
                data=DataCall(targets=Given(tree=Branch() as targets) as given_targets),
            ),
            Paired(terms=terms, metrics=metrics),
        ) if is_sequence(outputs) and is_mapping(targets):
            trained = placement(outputs, targets, [(term.head, term.target) for term in terms])
            if trained is not None and trained.harmful:
                return
            for part, weighted in ((compiled.metrics, False), (compiled.weighted_metrics, True)):
                pairs = [(one.head, one.target) for one in metrics if one.weighted == weighted]
                placed = placement(outputs, targets, pairs)
                if isinstance(part, Given) and placed and placed.harmful:
                    given, meant = list(placed.given), list(placed.meant)
                    yield rule.finding(
                        part.location,
                        f"Keras gives the metrics of {given} the targets of {meant}",
                        related=(declaration_of(declared),),
                        fixes=_fixes(site, outputs, given_targets),
                    )


def _fixes(site: TrainingSite, outputs: Branch[Written], targets: Given) -> tuple[Fix, ...]:
    """The targets in a list, which every version gives to the outputs in their order."""
    keys = targets.tree.keys if isinstance(targets.tree, Branch) else ()
    names = [label(outputs, head) for head in heads(outputs)]
    whole = set(names) == set(keys) and len(names) == len(keys)
    edits = parts.placed(site, targets, [keys.index(str(name)) for name in names]) if whole else None
    return parts.fix("Give the targets in a list, in the order of the outputs", Safety.UNSAFE, edits)
