"""The result of a model with outputs in a dict, unpacked, indexed or iterated as if it were a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Fix, Safety, Severity
from keraslint.pairing import Verdict
from keraslint.rewriting import calls
from keraslint.rules.base import Rule
from keraslint.sites.model import Given, TrainingSite
from keraslint.sites.reading import declaration_of, is_mapping
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import ResultUse
    from keraslint.tree import Key

rule = Rule(__name__, code="KER601", since="0.1.0", severity=Severity.ERROR)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Say what a use that suits a list does with a dict of predictions; the verdict has no part in it."""
    del verdict
    match site:
        case TrainingSite(outputs=Given(tree=Branch() as outputs) as declared) if is_mapping(outputs):
            for use in site.uses:
                consequence = _consequence(use, outputs.keys) if use.call == "predict" else None
                if consequence:
                    yield rule.finding(
                        use.location,
                        consequence,
                        severity=Severity.INFO if use.how == "iterate" else Severity.ERROR,
                        related=(declaration_of(declared),),
                        fixes=_fixes(site, use, outputs.keys),
                    )


def _fixes(site: TrainingSite, use: ResultUse, keys: tuple[Key, ...]) -> tuple[Fix, ...]:
    """Take the predictions by key: by the names they are given, or in the order declared."""
    names = [key for key in keys if isinstance(key, str)]
    targets = calls.targets_of(site, use)
    if targets is not None and set(targets) == set(names):
        names = targets
    edits = calls.by_key(site, use, names, "predictions") if len(names) == len(keys) else None
    how = f"{names[use.index]!r}" if edits and use.index is not None else f"{names}"
    return (Fix(f"Take the predictions by key: {how}", Safety.UNSAFE, edits),) if edits else ()


def _consequence(use: ResultUse, keys: tuple[Key, ...]) -> str | None:
    if use.how == "unpack" and use.count not in (None, len(keys)):
        return f"Python raises ValueError: {use.count} names for the keys {list(keys)}"
    if use.how == "unpack":
        return f"this unpacks the keys {list(keys)}, not the predictions"
    if use.how == "index" and use.index is not None and use.index not in keys:
        return f"Python raises KeyError: {use.index}, the keys are {list(keys)}"
    if use.how == "iterate":
        return f"this goes over the keys {list(keys)}, not over the predictions"
    return None
