"""Several outputs in a list, one of them of a layer without a name: Keras makes one up for its logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite, Unread
from keraslint.sites.reading import heads, is_sequence
from keraslint.tree import Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import Written
    from keraslint.tree import Path

rule = Rule(__name__, code="KER503", since="0.1.0", severity=Severity.INFO, optional=True)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Look for heads of layers that are given no name, where a loss may be computed from them."""
    match site:
        case TrainingSite(
            kind="functional", outputs=Given(tree=outputs), compiled=CompileCall(loss=Given() | Unread())
        ) if is_sequence(outputs):
            for key, child in outputs.items if len(heads(outputs)) > 1 else ():
                if isinstance(child, Leaf) and _is_unnamed(child.value) and _has_loss((key,), verdict):
                    message = "Keras makes up a name for this output, and logs its loss under it"
                    yield rule.finding(child.value.location, message)


def _is_unnamed(output: Written) -> bool:
    maker = output.maker
    return maker is not None and maker.symbol.startswith("keras.layers.") and maker.option("name") is None


def _has_loss(head: Path, verdict: Verdict) -> bool:
    """Whether a loss may be computed from this head; only what is paired tells that none is."""
    return not isinstance(verdict, Paired) or any(head == term.head[:1] for term in verdict.terms)
