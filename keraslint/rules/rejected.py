"""What Keras raises on, where no other rule says so: losses, weights, metrics or data that it cannot read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Fault, Rejected, Verdict
from keraslint.rules import registered
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.sites.reading import (
    declaration_of,
    ends_in_weights,
    heads,
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
            at = part if isinstance(part, Given) else site.data or site.compiled or declared
            names = [shown(outputs, head) for head in heads(outputs)]
            message = f"{raises(verdict)} for {name} {names}; it says: {_words(verdict)}"
            yield rule.finding(at.location, message, related=(declaration_of(declared),))


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
    of_a_batch = rejected.fault is Fault.FEED and site.data.feed != "arrays"  # and of one backend alone
    return not unseen and not of_a_batch and not ends_in_weights(site.data)


def _part(site: TrainingSite, rejected: Rejected) -> tuple[str, SitePart | None]:
    """What Keras does not take, in words, and as it was written."""
    compiled, data = site.compiled or CompileCall(site.model), site.data
    match rejected.fault:
        case Fault.LOSS_STRUCTURE | Fault.LOSS_COUNT | Fault.LOSS_KEYS:
            return "these losses of the outputs", compiled.loss
        case Fault.WEIGHTS_STRUCTURE | Fault.WEIGHTS_COUNT | Fault.WEIGHTS_KEYS | Fault.WEIGHTS_TYPE:
            return "these loss weights of the outputs", compiled.loss_weights
        case Fault.METRICS_STRUCTURE | Fault.METRICS_COUNT | Fault.METRICS_KEYS:
            weighted = not isinstance(compiled.metrics, Given) or "`weighted_metrics`" in rejected.message
            part = compiled.weighted_metrics if weighted else compiled.metrics
            return "these metrics of the outputs", part
        case Fault.OUTPUTS:
            return "the outputs", site.outputs
        case Fault.SAMPLE_WEIGHT:
            return "these sample weights of the outputs", data.sample_weight if data else None
        case _:
            return "these targets of the outputs", data.targets if data else None


def _words(rejected: Rejected) -> str:
    """What Keras says, without what it prints of the parts themselves, which are written there."""
    lines = rejected.message.splitlines()
    first = _PRINTED.sub("", _GOT.sub("", lines[0]))
    said = first if len(first.split()) > 1 else lines[-1]
    return said.partition(". ")[0].rstrip(".:")
