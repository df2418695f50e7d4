"""Outputs in a dict whose keys are not the names of the layers that make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Verdict
from keraslint.rewriting import calls, parts
from keraslint.rules.base import Rule
from keraslint.sites.model import Given, TrainingSite, Written
from keraslint.sites.reading import is_mapping
from keraslint.tree import Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding

rule = Rule(__name__, code="KER504", since="0.1.0", severity=Severity.INFO, optional=True)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare each key with the name of its layer; the verdict has no part in it."""
    del verdict
    match site:
        case TrainingSite(kind="functional", outputs=Given(tree=outputs)) if is_mapping(outputs):
            for key, leaf in outputs.items:
                if isinstance(leaf, Leaf) and leaf.value.name not in {None, key}:
                    yield _finding(site, leaf.value, str(key))


def _finding(site: TrainingSite, written: Written, key: str) -> Finding:
    differ = "versions of Keras differ in which of the two they go by"
    message = f"the key {key!r} holds the output of the layer {written.name!r}: {differ}"
    edits = calls.renamed_layer(site, written.made, str(written.name), key)
    fixes = parts.fix(f"Name the layer {key!r}", Safety.UNSAFE, edits)
    return rule.finding(written.location, message, fixes=fixes)
