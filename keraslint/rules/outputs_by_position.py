"""``model.outputs`` by position, or a zip of names, for outputs in a dict, which Keras sorts by key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Fix, Safety, Severity
from keraslint.pairing import Verdict
from keraslint.rewriting import calls
from keraslint.rules.base import Rule
from keraslint.sites.model import Given, TrainingSite
from keraslint.sites.reading import declaration_of
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import ResultUse

rule = Rule(__name__, code="KER603", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the order in which the outputs are declared with that of their keys."""
    del verdict
    match site:
        case TrainingSite(outputs=Given(tree=Branch(kind="dict") as outputs) as declared):
            keys = [str(key) for key in outputs.keys]
            for use in site.uses:
                message = _message(use, keys)
                if message:
                    severity = Severity.WARNING if use.how == "index outputs" else Severity.ERROR
                    yield rule.finding(
                        use.location,
                        message,
                        severity=severity,
                        related=(declaration_of(declared),),
                        fixes=tuple(_fixes(site, use, keys)),
                    )


def _message(use: ResultUse, keys: list[str]) -> str | None:
    inner = sorted(keys)
    if use.how == "zip" and use.names:
        return f"this brings {list(use.names)} together with the keys {keys}, not with the predictions"
    if keys == inner:
        return None
    if use.how == "zip outputs" and use.names and sorted(use.names) == inner and list(use.names) != inner:
        return f"this brings {list(use.names)} together with the outputs {inner}, which Keras has sorted"
    if use.how == "index outputs" and use.index is not None and -len(keys) <= use.index < len(keys):
        one, other = inner[use.index], keys[use.index]
        return f"Keras sorts the outputs: this is {one!r}, not {other!r}" if one != other else None
    return None


def _fixes(site: TrainingSite, use: ResultUse, keys: list[str]) -> Iterator[Fix]:
    """The output that Keras has there by its key, or the one that is declared there."""
    if use.how != "index outputs" or use.index is None:
        return
    kept, meant = sorted(keys)[use.index], keys[use.index]
    for safety, title, key in (
        (Safety.SAFE, f"Keep the output that this is: {kept!r}", kept),
        (Safety.UNSAFE, f"Take the output that is declared there: {meant!r}", meant),
    ):
        edits = calls.output_by_key(site, use.location, key)
        if edits:
            yield Fix(title, safety, edits)
