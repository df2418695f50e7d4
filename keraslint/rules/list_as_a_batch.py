"""A generator that yields its batch as a list, where Keras 3 wants a tuple."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import DataCall, Given, TrainingSite
from keraslint.sites.reading import counted, fed_at
from keraslint.sites.requests import refused_batch
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding

rule = Rule(__name__, code="KER402", since="0.1.0", severity=Severity.ERROR, keras=3)


def check(site: TrainingSite, _: Verdict) -> Iterator[Finding]:
    """Say what the generator yields; whether the outputs are known does not matter."""
    match site.data:
        case DataCall(batch=Given(tree=Branch() as written) as batch) as data:
            for refused in refused_batch(data):
                if not refused.path and refused.found == "list":
                    amount = "" if written.open else f" of {counted(len(written.items), 'entry', 'entries')}"
                    edits = parts.placed(site, batch, range(len(written.items)), "tuple")
                    yield rule.finding(
                        batch.location,
                        f"Keras raises {refused.error} at {data.call}: the generator yields a list{amount}, "
                        "not a tuple",
                        related=(fed_at(data),),
                        fixes=parts.fix("Yield the batch as a tuple", Safety.UNSAFE, edits),
                    )
