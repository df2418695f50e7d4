"""A list of targets in a ``tf.data`` dataset, which stacks it into one tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Paired, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import DataCall, Given, TrainingSite
from keraslint.sites.reading import declaration_of, heads, shown
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding

rule = Rule(__name__, code="KER403", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Look for a list with a target for each head; of other lengths one tensor may be what is wanted."""
    match site, verdict:
        case (
            TrainingSite(
                outputs=Given(tree=outputs) as declared,
                data=DataCall(feed="dataset", targets=Given(tree=Branch(kind="list") as written) as targets),
            ),
            Rejected() | Paired(),
        ) if len(written.items) == len(heads(outputs)) > 1:
            names = [shown(outputs, head) for head in heads(outputs)]
            message = f"tf.data makes one tensor of this list of {len(names)} targets for the outputs {names}"
            edits = parts.placed(site, targets, range(len(names)), "tuple")
            yield rule.finding(
                targets.location,
                message,
                related=(declaration_of(declared),),
                fixes=parts.fix(f"Give the targets for {names} as a tuple", Safety.UNSAFE, edits),
            )
