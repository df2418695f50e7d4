"""A model made of the ``inputs`` of one whose inputs are in a dict, which Keras has sorted by their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Verdict
from keraslint.rewriting import calls, parts
from keraslint.rules.base import Rule
from keraslint.sites.model import Given
from keraslint.sites.reading import heads, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import TrainingSite

rule = Rule(__name__, code="KER506", since="0.1.0", severity=Severity.INFO)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Say in which order the inputs are now; the verdict has no part in it."""
    del verdict
    match site.inputs:
        case Given(tree=inputs):
            names = [shown(inputs, path) for path in heads(inputs)]
            for old in site.old_calls:
                if old.name == "inputs":
                    fixes = parts.fix(
                        "Take the inputs as they were declared: 'input', by their keys",
                        Safety.UNSAFE,
                        calls.singular(site, old.location, "inputs"),
                    )
                    message = f"this model has its inputs in a list, sorted by their keys: {names}"
                    yield rule.finding(old.location, message, fixes=fixes)
