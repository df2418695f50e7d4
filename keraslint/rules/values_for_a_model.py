"""Inputs or outputs of a model that are the values of a dict, ``d.values()``, which Keras 3 does not take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import TrainingSite

rule = Rule(__name__, code="KER210", since="0.1.0", severity=Severity.ERROR, keras=3)


def check(site: TrainingSite, _: Verdict) -> Iterator[Finding]:
    """Say what the values are not; a list of them has the order in which they were written."""
    for old in site.old_calls:
        if old.name == "values":
            edits = parts.around(old.location, "list(", ")")
            yield rule.finding(
                old.location,
                "Keras raises ValueError at Model: the values of a dict are no list, tuple or dict",
                fixes=parts.fix("Make a list of the values, as Keras 2 took them", Safety.UNSAFE, edits),
            )
