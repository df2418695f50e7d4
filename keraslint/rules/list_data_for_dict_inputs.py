"""Data in a list for inputs in a dict, which Keras gives to the inputs in the sorted order of their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Related, Safety, Severity
from keraslint.pairing import Fault, Paired, Rejected, Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import DataCall, Given, TrainingSite
from keraslint.sites.reading import is_mapping, is_sequence, misfed, raises

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix

rule = Rule(__name__, code="KER208", since="0.1.0", severity=Severity.ERROR, keras=3)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the place of each input with that of the data that it gets."""
    match site:
        case TrainingSite(
            inputs=Given(tree=inputs) as declared, data=DataCall(inputs=Given(tree=data) as given)
        ) if is_mapping(inputs) and is_sequence(data):
            names = [str(key) for key in inputs.keys]
            match verdict:
                case Rejected(fault=Fault.INPUTS):
                    number = len(data.items)
                    message = f"{raises(verdict)}: data in a {data.kind} of {number} for the inputs {names}"
                case Paired() if found := misfed(site, verdict):
                    message = f"Keras gives the inputs {found[0]} the data {found[1]}"
                case _:
                    return
            yield rule.finding(
                given.location,
                message,
                related=(Related(declared.location, "the inputs are declared here"),),
                fixes=_fixes(site, given, names, verdict) if len(names) == len(data.items) else (),
            )


def _fixes(site: TrainingSite, given: Given, names: list[str], verdict: Verdict) -> tuple[Fix, ...]:
    """The data under the keys of the inputs that they go to, and of those that they are written for."""
    kept = parts.named(site, given, sorted(names)) if isinstance(verdict, Paired) else None
    return (
        *parts.fix(f"Keep what is trained: name the data {sorted(names)}", Safety.SAFE, kept),
        *parts.fix(
            f"Name the data {names}, as the inputs are declared",
            Safety.UNSAFE,
            parts.named(site, given, names),
        ),
    )
