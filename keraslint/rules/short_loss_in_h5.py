"""A model saved as ``.h5`` whose loss has a short name, such as ``mse``, and that cannot be loaded again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Related, Safety, Severity
from keraslint.pairing import Verdict
from keraslint.pairing.builtin import LONG_NAMES
from keraslint.rewriting import calls, parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.tree import leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix, Location
    from keraslint.sites.model import Written

rule = Rule(__name__, code="KER804", since="0.1.0", severity=Severity.WARNING, keras=3)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Look for short names among the losses; the verdict has no part in it."""
    del verdict
    match site:
        case TrainingSite(compiled=CompileCall(loss=Given(tree=losses)), old_calls=old_calls):
            short = [leaf for _, leaf in leaves(losses) if leaf.value in LONG_NAMES]
            for old in old_calls:
                if short and old.name == "save as h5":
                    yield _finding(old.location, short, _fixes(site, short))


def _fixes(site: TrainingSite, short: list[Written]) -> tuple[Fix, ...]:
    """The long names, which are those of the same functions."""
    found = [calls.string(site, one.location, str(one.value), LONG_NAMES[str(one.value)]) for one in short]
    edits = [edit for edits in found if edits for edit in edits]
    whole = tuple(dict.fromkeys(edits)) if all(found) else None
    return parts.fix("Write the long names of the losses", Safety.SAFE, whole)


def _finding(saved: Location, short: list[Written], fixes: tuple[Fix, ...]) -> Finding:
    name = short[0].value
    return rule.finding(
        saved,
        f"Keras raises ValueError at load_model of this file, unless compile=False, for the loss {name!r}",
        related=(Related(short[0].location, "the loss is given here"),),
        fixes=fixes,
    )
