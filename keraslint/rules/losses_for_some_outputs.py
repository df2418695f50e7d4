"""None among the losses of outputs in a list, with which Keras 3.0 to 3.6 trains other heads or raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import declaration_of, has_mapping, meant, raises, shown
from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import Written

rule = Rule(__name__, code="KER214", since="0.1.0", severity=Severity.ERROR, keras=3)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the heads that are trained with those that a loss was written for."""
    match site:
        case TrainingSite(
            outputs=Given(tree=Branch() as outputs) as declared,
            compiled=CompileCall(loss=Given(tree=Branch() as losses) as loss),
        ) if not has_mapping(outputs) and any(map(_is_none, losses.children)):
            consequence = _consequence(outputs, losses, verdict)
            if consequence:
                count = sum(map(_is_none, losses.children))
                message = f"{consequence}: {count} of {len(losses.items)} losses {_are(count)} None"
                yield rule.finding(loss.location, message, related=(declaration_of(declared),))


def _consequence(outputs: Branch[Written], losses: Branch[Written], verdict: Verdict) -> str | None:
    match verdict:
        case Rejected(fault=Fault.LOSS_COUNT) if meant(outputs, losses):
            return raises(verdict)
        case Paired(terms=terms):
            intended = meant(outputs, losses)
            for term in terms:
                key = term.loss[0] if term.loss else None
                if key is not None and intended.get(key, term.head) != term.head:
                    written = shown(outputs, intended[key])
                    return f"Keras trains {shown(outputs, term.head)!r} with the loss of {written!r}"
    return None


def _is_none(entry: object) -> bool:
    return isinstance(entry, Leaf) and bool(entry.value.is_none)


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
