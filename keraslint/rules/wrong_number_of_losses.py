"""A list of losses that is shorter or longer than the outputs: heads stay untrained, or Keras raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import counted, declaration_of, heads, is_flat, is_sequence, raises, shown
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.tree import Path

rule = Rule(__name__, code="KER102", since="0.1.0", severity=Severity.ERROR)

_FAULTS = frozenset({Fault.LOSS_COUNT, Fault.LOSS_STRUCTURE, Fault.WEIGHTS_COUNT, Fault.WEIGHTS_STRUCTURE})


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the number of losses with the number of heads, where a list has one loss for each."""
    match site:
        case TrainingSite(
            outputs=Given(tree=Branch() as outputs) as declared,
            compiled=CompileCall(loss=Given(tree=Branch() as losses) as loss),
        ) if is_flat(outputs) and is_sequence(losses) and len(heads(outputs)) not in (1, len(losses.items)):
            names = {head: shown(outputs, head) for head in heads(outputs)}
            consequence = _consequence(verdict, names)
            if consequence:
                yield rule.finding(
                    loss.location,
                    f"{consequence}: {counted(len(losses.items), 'loss', 'losses')} for {len(names)} outputs",
                    related=(declaration_of(declared),),
                )


def _consequence(verdict: Verdict, names: dict[Path, str]) -> str | None:
    match verdict:
        case Rejected(fault=fault) if fault in _FAULTS:
            return raises(verdict)
        case Paired(terms=terms):
            trained = [names[head] for head in names if any(term.head == head for term in terms)]
            untrained = [name for name in names.values() if name not in trained]
            return f"Keras trains {trained}, not {untrained}" if untrained else None
        case _:
            return None
