"""Data in a dict for inputs in a list: Keras 3.4 to 3.6 gives them to the inputs in the order of the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Related, Safety, Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import DataCall, Given, TrainingSite
from keraslint.sites.reading import heads, is_mapping, label, misfed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Edit, Finding
    from keraslint.sites.model import Written
    from keraslint.tree import Tree

rule = Rule(__name__, code="KER207", since="0.1.0", severity=Severity.ERROR, keras=3)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the name of each input with the key of the data that it gets."""
    match site, verdict:
        case (
            TrainingSite(
                inputs=Given(tree=inputs) as declared, data=DataCall(inputs=Given(tree=data) as given)
            ),
            Paired() as paired,
        ) if is_mapping(data) and not is_mapping(inputs):
            found = misfed(site, paired)
            if found:
                title = "Give the data in a list, in the order of the inputs"
                yield rule.finding(
                    given.location,
                    f"Keras gives the inputs {found[0]} the data {found[1]}",
                    related=(Related(declared.location, "the inputs are declared here"),),
                    fixes=parts.fix(title, Safety.UNSAFE, _listed(site, given, inputs)),
                )


def _listed(site: TrainingSite, given: Given, inputs: Tree[Written]) -> tuple[Edit, ...] | None:
    keys = list(given.tree.keys) if is_mapping(given.tree) else []
    names = [label(inputs, head) for head in heads(inputs)]
    if set(keys) != set(names) or len(keys) != len(names):
        return None
    return parts.placed(site, given, [keys.index(name) for name in names if name])
