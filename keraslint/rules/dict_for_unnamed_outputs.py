"""Losses, metrics or targets in a dict for a model that returns a list: its outputs have no names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Fault, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import declaration_of, heads, is_mapping, is_sequence, raises

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix
    from keraslint.sites.model import SitePart, Written
    from keraslint.tree import Branch

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
                        fixes = _fixes(site, part, written, "[]" if "metrics" in name else "None")
                        yield rule.finding(
                            part.location, message, related=(declaration_of(declared),), fixes=fixes
                        )


def _fixes(site: TrainingSite, part: Given, written: Branch[Written], nothing: str) -> tuple[Fix, ...]:
    """The names that Keras 2 gave such outputs say their places: ``output_1``, ``output_2``."""
    outputs = site.outputs.tree if isinstance(site.outputs, Given) else None
    count = 0 if outputs is None else len(heads(outputs))
    places = {f"output_{place + 1}": place for place in range(count)}
    if not set(written.keys) <= set(places):
        return ()
    order = [written.keys.index(key) if key in written.keys else nothing for key in places]
    edits = parts.placed(site, part, order)
    return parts.fix("Write them by position, as Keras 2 numbered the outputs", Safety.UNSAFE, edits)


def _blamed(compiled: CompileCall, rejected: Rejected) -> tuple[tuple[str, SitePart], ...]:
    """The parts whose keys Keras may have looked for in vain."""
    if rejected.fault in _LOSS:
        return (("loss", compiled.loss),)
    if rejected.fault in _METRICS:
        return ("metrics", compiled.metrics), ("weighted_metrics", compiled.weighted_metrics)
    return ()
