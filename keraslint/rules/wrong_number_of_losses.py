"""A list of losses that is shorter or longer than the outputs: heads stay untrained, or Keras raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from keraslint.findings import Safety, Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite, Written
from keraslint.sites.reading import alike, counted, declaration_of, heads, is_flat, is_sequence, raises, shown
from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix
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
                    fixes=_fixes(site, loss, losses, verdict),
                )


def _fixes(site: TrainingSite, loss: Given, losses: Branch[Written], verdict: Verdict) -> tuple[Fix, ...]:
    """None for the heads that stay untrained, or the one loss for all; what is too much goes."""
    outputs = site.outputs.tree if isinstance(site.outputs, Given) else None
    number, count = len(losses.items), 0 if outputs is None else len(heads(outputs))
    kind: Literal["tuple", "list"] = "tuple" if losses.kind == "tuple" else "list"
    if number > count:
        edits = parts.placed(site, loss, range(count), kind)
        return parts.fix(f"Keep the first {count} losses, one for each output", Safety.UNSAFE, edits)
    if not number or not isinstance(verdict, Paired | Rejected) or not is_sequence(losses):
        return ()
    old: list[int | str] = [*range(number)]
    untrained = parts.placed(site, loss, [*old, *["None"] * (count - number)], kind)
    first = losses.children[0]
    text = first.value.text if isinstance(first, Leaf) and "..." not in first.value.text else None
    same = text is not None and all(alike(first, one) for one in losses.children)
    repeated = parts.placed(site, loss, [*old, *[str(text)] * (count - number)], kind) if same else None
    return (
        *parts.fix("Write None for the outputs that are not trained", Safety.SAFE, untrained)
        * isinstance(verdict, Paired),
        *parts.fix(f"Train every output with {text}", Safety.UNSAFE, repeated),
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
