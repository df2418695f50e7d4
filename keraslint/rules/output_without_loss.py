"""An output that is given targets and has neither loss nor metric, so that nothing compares the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, DataCall, Given, TrainingSite
from keraslint.sites.reading import declaration_of, heads, is_mapping, label, labels, meant, shown
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix
    from keraslint.sites.model import Written

rule = Rule(__name__, code="KER306", since="0.1.0", severity=Severity.INFO)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Find the targets whose head a dict of losses does not name; one given None is left out knowingly."""
    match site, verdict:
        case (
            TrainingSite(
                outputs=Given(tree=Branch() as outputs) as declared,
                compiled=CompileCall(loss=Given(tree=losses) as loss),
                data=DataCall(targets=Given(tree=targets)),
            ),
            Paired(terms=terms, metrics=metrics),
        ) if is_mapping(losses) and set(losses.keys) < set(labels(outputs) or ()):
            taken = {term.target[0] for term in terms if term.target}
            intended = meant(outputs, targets) if isinstance(targets, Branch) else {}
            given = [head for key, head in intended.items() if key not in taken]
            busy = {term.head for term in terms} | {metric.head for metric in metrics}
            idle = [
                shown(outputs, head)
                for head in heads(outputs)
                if head in given and head not in busy and label(outputs, head) not in losses.keys
            ]
            if idle:
                yield rule.finding(
                    loss.location,
                    f"Keras does nothing with the targets of {idle}: losses for {list(losses.keys)}",
                    related=(declaration_of(declared),),
                    fixes=_fixes(site, loss, losses, idle),
                )


def _fixes(site: TrainingSite, loss: Given, losses: Branch[Written], idle: list[str]) -> tuple[Fix, ...]:
    """None as their loss, which says that they are left out knowingly."""
    kept: list[tuple[str, int | str]] = [(str(key), place) for place, key in enumerate(losses.keys)]
    edits = parts.rekeyed(site, loss, [*kept, *((name, "None") for name in idle)])
    return parts.fix(f"Say that {idle} are left out knowingly", Safety.SAFE, edits)
