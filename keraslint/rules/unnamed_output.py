"""Several outputs in a list, one of them of a layer without a name: Keras makes one up for its logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite, Unread
from keraslint.sites.reading import heads, is_sequence
from keraslint.tree import Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding

rule = Rule(__name__, code="KER503", since="0.1.0", severity=Severity.INFO, optional=True)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Look for heads of layers that are given no name; the verdict has no part in it."""
    del verdict
    match site:
        case TrainingSite(
            kind="functional", outputs=Given(tree=outputs), compiled=CompileCall(loss=Given() | Unread())
        ) if is_sequence(outputs):
            for leaf in outputs.children if len(heads(outputs)) > 1 else ():
                maker = leaf.value.maker if isinstance(leaf, Leaf) else None
                unnamed = maker is not None and maker.symbol.startswith("keras.layers.")
                if isinstance(leaf, Leaf) and maker is not None and unnamed and maker.option("name") is None:
                    message = "Keras makes up a name for this output, and logs its loss under it"
                    yield rule.finding(leaf.value.location, message)
