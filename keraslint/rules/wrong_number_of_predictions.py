"""Predictions unpacked into another number of names than the model has outputs, or indexed past the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import Given, TrainingSite
from keraslint.sites.reading import declaration_of, heads, is_sequence, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import ResultUse

rule = Rule(__name__, code="KER606", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the names, or the index, with the outputs; the verdict has no part in it."""
    del verdict
    match site:
        case TrainingSite(outputs=Given(tree=outputs) as declared) if is_sequence(outputs):
            names = [shown(outputs, head) for head in heads(outputs)]
            for use in site.uses:
                error = _error(use, len(outputs.items)) if use.call == "predict" else None
                if error and len(outputs.items) > 1:
                    message = f"Python raises {error}, of {names}"
                    yield rule.finding(use.location, message, related=(declaration_of(declared),))


def _error(use: ResultUse, count: int) -> str | None:
    if use.how == "unpack" and use.count not in {None, count}:
        return f"ValueError: {use.count} names for {count} predictions"
    if use.how == "index" and use.index is not None and not -count <= use.index < count:
        return f"IndexError: no index {use.index} among {count} predictions"
    return None
