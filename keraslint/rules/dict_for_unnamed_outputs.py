"""Losses, metrics or targets in a dict for a model that returns a list: its outputs have no names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Fault, Rejected, Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import declaration_of, is_mapping, is_sequence, raises

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import SitePart

rule = Rule(__name__, code="KER112", since="0.1.0", severity=Severity.ERROR)

_LOSS = frozenset({Fault.LOSS_KEYS, Fault.LOSS_STRUCTURE})
_METRICS = frozenset({Fault.METRICS_KEYS, Fault.METRICS_STRUCTURE})


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Say that Keras knows these outputs by position alone; targets are another rule's affair."""
    match site, verdict:
        case (
            TrainingSite(
                kind="subclass",
                outputs=Given(tree=outputs) as declared,
                compiled=CompileCall() as compiled,
            ),
            Rejected(),
        ) if is_sequence(outputs):
            for name, part in _blamed(compiled, verdict):
                match part:
                    case Given(tree=written) if is_mapping(written):
                        message = f"{raises(verdict)}: {name} for {list(written.keys)}, outputs without names"
                        yield rule.finding(part.location, message, related=(declaration_of(declared),))


def _blamed(compiled: CompileCall, rejected: Rejected) -> tuple[tuple[str, SitePart], ...]:
    """The parts whose keys Keras may have looked for in vain."""
    if rejected.fault in _LOSS:
        return (("loss", compiled.loss),)
    if rejected.fault in _METRICS:
        return ("metrics", compiled.metrics), ("weighted_metrics", compiled.weighted_metrics)
    return ()
