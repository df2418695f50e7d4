"""A monitor or key of a history with a name that Keras made up for a layer, such as ``dense_3_loss``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import Given, TrainingSite
from keraslint.sites.reading import declaration_of, heads, label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import Written
    from keraslint.tree import Tree

rule = Rule(__name__, code="KER705", since="0.1.0", severity=Severity.WARNING)

# keras/src/utils/naming.py, ``auto_name``: the class in snake case, and a number from the second layer on.
_MADE_UP = re.compile(
    r"(?:val_)?(?P<layer>(?:dense|einsum_dense|conv\dd|conv\dd_transpose|separable_conv\dd|activation|softmax"
    r"|re_lu|lstm|gru|simple_rnn|bidirectional|time_distributed|flatten|reshape|lambda|concatenate|add"
    r"|average|multiply|dropout|batch_normalization|layer_normalization|global_average_pooling\dd"
    r"|global_max_pooling\dd|up_sampling\dd|model|functional|sequential)_\d+)_\w+"
)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Look for made-up names where some of several heads has no name of its own."""
    del verdict
    match site:
        case TrainingSite(outputs=Given(tree=outputs) as declared) if len(heads(outputs)) > 1:
            for monitor in site.monitors:
                found = _MADE_UP.fullmatch(monitor.key)
                if found and _may_be_made_up(found["layer"], outputs):
                    message = f"Keras makes up the name {found['layer']!r}, which depends on what ran before"
                    yield rule.finding(monitor.location, message, related=(declaration_of(declared),))


def _may_be_made_up(name: str, outputs: Tree[Written]) -> bool:
    names = {label(outputs, head) for head in heads(outputs)}
    return None in names and name not in names
