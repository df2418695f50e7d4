"""Outputs in one kind of container, and losses, weights, metrics or targets in the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import declaration_of, heads, is_mapping, is_sequence
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import SitePart

rule = Rule(__name__, code="KER902", since="0.1.0", severity=Severity.INFO, optional=True)

_KINDS = {
    "list": "a list",
    "tuple": "a tuple",
    "dict": "a dict",
    "ordered_dict": "an OrderedDict",
    "namedtuple": "a namedtuple",
}


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the containers of the parts with that of the outputs; the verdict has no part in it."""
    del verdict
    match site.outputs:
        case Given(tree=Branch() as outputs) as declared if len(heads(outputs)) > 1:
            named = is_mapping(outputs)
            for name, part in _parts(site):
                if not isinstance(part, Given) or not isinstance(tree := part.tree, Branch):
                    continue
                if is_sequence(tree) if named else is_mapping(tree):
                    message = f"the outputs are in {_KINDS[outputs.kind]}, {name} in {_KINDS[tree.kind]}"
                    yield rule.finding(part.location, message, related=(declaration_of(declared),))


def _parts(site: TrainingSite) -> Iterator[tuple[str, SitePart]]:
    match site.compiled:
        case CompileCall() as compiled:
            yield "losses", compiled.loss
            yield "loss weights", compiled.loss_weights
            yield "metrics", compiled.metrics
            yield "weighted metrics", compiled.weighted_metrics
    if site.data is not None:
        yield "targets", site.data.targets
        yield "sample weights", site.data.sample_weight
