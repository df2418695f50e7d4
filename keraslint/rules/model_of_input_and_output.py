"""A model made of ``input=`` and ``output=``, names of Keras 1 that neither Keras 2 nor 3 takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Verdict
from keraslint.rewriting import arguments, parts
from keraslint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import TrainingSite

rule = Rule(__name__, code="KER808", since="0.1.0", severity=Severity.ERROR, keras=3)

NAMES = {"input": "inputs", "output": "outputs"}


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Name the arguments of today; the verdict has no part in it."""
    del verdict
    for old in site.old_calls:
        if old.name == "Model":
            yield rule.finding(
                old.location,
                "Keras raises ValueError: Model has the arguments inputs and outputs, not input and output",
                fixes=parts.fix(
                    "Write inputs and outputs", Safety.UNSAFE, arguments.renamed(site, old.location, NAMES)
                ),
            )
