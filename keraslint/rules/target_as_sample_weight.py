"""A batch ``(x, y1, y2)`` for two outputs, of which Keras takes the third entry for sample weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Related, Safety, Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import DataCall, Given, TrainingSite
from keraslint.sites.reading import ends_in_weights, heads, may_be_a_container, raises, shown
from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding

rule = Rule(__name__, code="KER404", since="0.1.0", severity=Severity.ERROR, keras=3)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Find one target and one array of sample weights in a tuple, where there are several outputs."""
    match site:
        case TrainingSite(
            outputs=Given(tree=Branch() as outputs),
            data=DataCall(
                targets=Given(tree=Leaf()) as target, sample_weight=Given(tree=Leaf()) as third
            ) as data,
        ) if ends_in_weights(data) and len(heads(outputs)) > 1 and not may_be_a_container(target.tree):
            names = [shown(outputs, head) for head in heads(outputs)]
            match verdict:
                case Rejected(fault=Fault.TARGETS_STRUCTURE):
                    consequence = raises(verdict)
                case Paired(terms=terms) if len(terms) < len(names):
                    consequence = f"Keras trains {[shown(outputs, term.head) for term in terms]}"
                case _:
                    return
            message = f"{consequence}: this is taken for sample weights, which leaves one target for {names}"
            related = (Related(target.location, "the only target"),)
            title = "Give both as targets, in one tuple"
            edits = None
            if len(names) == 2:  # noqa: PLR2004 (one target for each of two outputs)
                edits = parts.grouped(site, target.location, third.location)
            yield rule.finding(
                third.location, message, related=related, fixes=parts.fix(title, Safety.UNSAFE, edits)
            )
