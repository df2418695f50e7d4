"""Predictions unpacked into a name that is the name of another output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Edit, Safety, Severity
from keraslint.pairing import Verdict
from keraslint.rewriting import calls, parts
from keraslint.rules.base import Rule
from keraslint.sites.model import Given, TrainingSite
from keraslint.sites.reading import declaration_of, heads, is_flat, is_sequence, layer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix, Related
    from keraslint.sites.model import ResultUse

rule = Rule(__name__, code="KER608", since="0.1.0", severity=Severity.WARNING)


def check(site: TrainingSite, _: Verdict) -> Iterator[Finding]:
    """Look at outputs whose layers have names of their own, in a list or tuple: what ``predict`` returns."""
    match site.outputs:
        case Given(tree=outputs) as declared if is_sequence(outputs) and is_flat(outputs):
            names = [layer(outputs, head) for head in heads(outputs)]
            if len(set(names)) == len(names):
                for use in site.uses:
                    if use.call == "predict" and use.how == "unpack":
                        yield from _finding(site, use, names, declaration_of(declared))


def _finding(
    site: TrainingSite, use: ResultUse, names: list[str | None], declared: Related
) -> Iterator[Finding]:
    given = calls.targets_of(site, use) or []
    if len(given) != len(names):
        return
    astray = [target for name, target in zip(names, given, strict=True) if target != name and target in names]
    if astray:
        yield rule.finding(
            use.location,
            f"Keras returns the outputs {names} in this order, not {given}",
            severity=rule.severity if len(set(astray)) > 1 else Severity.INFO,
            related=(declared,),
            fixes=_fixes(site, use, names, given),
        )


def _fixes(site: TrainingSite, use: ResultUse, names: list[str | None], given: list[str]) -> tuple[Fix, ...]:
    """The same names in the order of the outputs, if every output has its own."""
    ordered = [name for name in names if name in given]
    place = calls.target_of(site, use) if len(ordered) == len(given) else None
    edits = None if place is None else (Edit(place, ", ".join(map(str, ordered))),)
    return parts.fix(f"Unpack into {ordered}, as the outputs are called", Safety.UNSAFE, edits)
