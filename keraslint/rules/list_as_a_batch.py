"""A generator that yields its batch as a list, where Keras 3 wants a tuple."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import DataCall, Given, TrainingSite
from keraslint.sites.reading import counted, fed_at
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding

rule = Rule(__name__, code="KER402", since="0.1.0", severity=Severity.ERROR, keras=3)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Look at the batch of a generator; of a ``PyDataset`` Keras makes it a tuple."""
    del verdict
    match site.data:
        case (
            DataCall(feed="generator", batch=Given(tree=Branch(kind="list") as written) as batch) as data
        ) if written.items:
            amount = "" if written.open else f" of {counted(len(written.items), 'entry', 'entries')}"
            message = f"Keras raises ValueError at {data.call}: the generator yields a list{amount}"
            edits = parts.placed(site, batch, range(len(written.items)), "tuple")
            yield rule.finding(
                batch.location,
                f"{message}, not a tuple",
                related=(fed_at(data),),
                fixes=parts.fix("Yield the batch as a tuple", Safety.UNSAFE, edits),
            )
