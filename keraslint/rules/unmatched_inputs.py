"""Data in a dict whose keys are not those of the inputs: one is missing, or one too many takes a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Related, Safety, Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import DataCall, Given, TrainingSite
from keraslint.sites.reading import is_mapping, labels, misfed, raises

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix
    from keraslint.sites.model import Written
    from keraslint.tree import Branch

rule = Rule(__name__, code="KER209", since="0.1.0", severity=Severity.ERROR, keras=3)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the keys of the data with the names of the inputs."""
    match site:
        case TrainingSite(
            inputs=Given(tree=inputs) as declared, data=DataCall(inputs=Given(tree=data) as given)
        ) if is_mapping(data) and (named := labels(inputs)):
            match verdict:
                case Rejected(fault=Fault.INPUTS):
                    consequence = raises(verdict)
                case Paired() if is_mapping(inputs) and (found := misfed(site, verdict)):
                    consequence = f"Keras gives the inputs {found[0]} the data {found[1]}"
                case _:
                    return
            yield rule.finding(
                given.location,
                f"{consequence}: data for {list(data.keys)}, inputs {list(named)}",
                related=(Related(declared.location, "the inputs are declared here"),),
                fixes=_fixes(site, given, data, list(named)),
            )


def _fixes(site: TrainingSite, given: Given, data: Branch[Written], names: list[str]) -> tuple[Fix, ...]:
    """The data without those that no input is called after, where none is missing."""
    if not set(names) < set(data.keys):
        return ()
    kept: list[tuple[str, int | str]] = [
        (str(key), place) for place, key in enumerate(data.keys) if key in names
    ]
    left = [key for key in data.keys if key not in names]
    return parts.fix(f"Leave out {left}", Safety.UNSAFE, parts.rekeyed(site, given, kept))
