"""What Keras raises on, where no other rule says so: losses, weights, metrics or data that it cannot read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Fault, Rejected, Verdict
from keraslint.rules import registered
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, DataCall, Given, TrainingSite
from keraslint.sites.reading import (
    declaration_of,
    ends_in_weights,
    heads,
    is_sequence,
    may_be_a_container,
    raises,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import SitePart

rule = Rule(__name__, code="KER150", since="0.1.0", severity=Severity.ERROR)

# Values in the messages of the specification, where Keras prints what it was given.
_GOT = re.compile(r", got .*\*.*$")
_PRINTED = re.compile(r"[:,]? ?(?:y=)?(?<!\w)[\[({'].*\*.*$")


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Ask every other rule first: theirs say more."""
    match site, verdict:
        case TrainingSite(outputs=Given(tree=outputs) as declared), Rejected() if _is_certain(
            site, verdict
        ) and not _is_said(site, verdict):
            name, part = _part(site, verdict)
            if not isinstance(part, Given):  # no loss at all: a layer may add one
                return
            of = f"outputs {[shown(outputs, head) for head in heads(outputs)]}"
            if verdict.fault is Fault.INPUTS and isinstance(site.inputs, Given):
                of = f"inputs {[shown(site.inputs.tree, head) for head in heads(site.inputs.tree)]}"
            message = f"{raises(verdict)} for {name}the {of}; it says: {_words(verdict)}"
            yield rule.finding(part.location, message, related=(declaration_of(declared),))


def _is_said(site: TrainingSite, rejected: Rejected) -> bool:
    """Whether another rule says that Keras raises here."""
    return any(
        "raises" in finding.message and finding.severity is not Severity.INFO
        for found in registered()
        if found.rule is not rule and found.rule.subject == "site" and not found.rule.optional
        for finding in found.check(site, rejected)
    )


def _is_certain(site: TrainingSite, rejected: Rejected) -> bool:
    """Whether it does not hang on what data hold that cannot be seen."""
    if site.data is None or rejected.call in {"Model", "compile"}:
        return True
    targets = site.data.targets
    unseen = isinstance(targets, Given) and may_be_a_container(targets.tree)
    if rejected.fault is Fault.INPUTS and not _is_listed(site.data.inputs):
        return False
    of_a_batch = rejected.fault is Fault.FEED and site.data.feed != "arrays"  # and of one backend alone
    return not unseen and not of_a_batch and not ends_in_weights(site.data)


def _is_listed(part: SitePart) -> bool:
    return isinstance(part, Given) and is_sequence(part.tree)


def _part(site: TrainingSite, rejected: Rejected) -> tuple[str, SitePart]:
    """What Keras does not take, in words, and as it was written."""
    compiled, data = site.compiled or CompileCall(site.model), site.data or DataCall("fit", site.model)
    what = rejected.fault.value.partition(" ")[0]
    if what == "metrics":
        weighted = not isinstance(compiled.metrics, Given) or "`weighted_metrics`" in rejected.message
        return "these metrics of ", compiled.weighted_metrics if weighted else compiled.metrics
    parts: dict[str, tuple[str, SitePart]] = {
        "outputs": ("", site.outputs),
        "loss": ("these losses of ", compiled.loss),
        "loss_weights": ("these loss weights of ", compiled.loss_weights),
        "inputs": ("these data of ", data.inputs),
        "sample_weight": ("these sample weights of ", data.sample_weight),
    }
    return parts.get(what, ("these targets of ", data.targets))


def _words(rejected: Rejected) -> str:
    """What Keras says, without what it prints of the parts themselves, which are written there."""
    lines = rejected.message.splitlines()
    first = _PRINTED.sub("", _GOT.sub("", lines[0]))
    said = first if len(first.split()) > 1 else lines[-1]
    return said.partition(". ")[0].rstrip(".:")
