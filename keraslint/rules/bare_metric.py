"""A metric that stands in no list, tuple or dict, which Keras 3 raises on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Fault, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import heads, is_mapping, raises
from keraslint.tree import Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Edit, Finding

rule = Rule(__name__, code="KER107", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Look at what ``compile`` is given."""
    match site, verdict:
        case (
            TrainingSite(compiled=CompileCall() as compiled),
            Rejected(fault=Fault.METRICS_STRUCTURE, call="compile"),
        ):
            for name, part in (
                ("metrics", compiled.metrics),
                ("weighted_metrics", compiled.weighted_metrics),
            ):
                if isinstance(part, Given) and isinstance(part.tree, Leaf):
                    title = "Put the metric in a list for each output"
                    yield rule.finding(
                        part.location,
                        f"{raises(verdict)}: {name} is {part.tree.value.text}, no list, tuple or dict",
                        fixes=parts.fix(title, Safety.UNSAFE, _listed(site, part)),
                    )


def _listed(site: TrainingSite, part: Given) -> tuple[Edit, ...] | None:
    """A list with the metric; for several outputs one entry each."""
    outputs = site.outputs.tree if isinstance(site.outputs, Given) else None
    if outputs is None or parts.source_of(site, part.location) is None:
        return None
    if len(heads(outputs)) > 1:
        return parts.repeated(site, part, named=is_mapping(outputs))
    return parts.around(part.location, "[", "]")
