"""``zip(model.metrics_names, model.evaluate(...))``, whose names and values are not in one order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rewriting import calls, parts
from keraslint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.findings import Finding
    from keraslint.sites.model import TrainingSite

rule = Rule(__name__, code="KER604", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the names with the values that the zip brings together."""
    match verdict:
        case Paired(evaluate=values, metrics_names=names) if len(values) > 1:
            wrong = [(name, value) for name, value in zip(names, values, strict=False) if name != value]
            for use in site.uses:
                if wrong and use.how == "zip metrics_names":
                    name, value = wrong[0]
                    message = f"the value {value!r} gets the name {name!r}: metrics_names are {list(names)}"
                    edits = calls.as_dict(site, use.location)
                    title = "Let Keras return a dict of the values by name"
                    yield rule.finding(use.location, message, fixes=parts.fix(title, Safety.UNSAFE, edits))
                elif use.how == "index metrics_names" and use.names:
                    found = _misread(use.names[0], names, values)
                    yield from [rule.finding(use.location, found)] if found else ()


def _misread(wanted: str, names: Sequence[str], values: Sequence[str]) -> str | None:
    """What is wrong with the value at the place of a name."""
    known = f"metrics_names are {list(names)}"
    if wanted not in names:
        return f"Python raises ValueError: {wanted!r} is not among them, {known}"
    place = names.index(wanted)
    if place >= len(values):
        return f"Python raises IndexError: there are {len(values)} values, {known}"
    return None if values[place] == wanted else f"the value {values[place]!r} is read as {wanted!r}: {known}"
