"""Outputs in a dict whose keys are not written in sorted order, the order that Keras flattens them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import Given, TrainingSite
from keraslint.sites.reading import is_mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding

rule = Rule(__name__, code="KER903", since="0.1.0", severity=Severity.INFO, optional=True)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the keys with themselves in order; the verdict has no part in it."""
    del verdict
    match site.outputs:
        case Given(tree=outputs) as declared if is_mapping(outputs):
            keys = [key for key in outputs.keys if isinstance(key, str)]
            if keys != sorted(keys):
                # Of a subclassed model, which has no `outputs`, Keras 3 keeps the order in logs and metrics.
                does = "pairs lists with" if site.kind == "subclass" else "has"
                message = f"Keras {does} the outputs {keys} in the order {sorted(keys)}"
                yield rule.finding(declared.location, message)
