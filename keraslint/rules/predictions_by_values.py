"""Predictions told apart by the order of ``.values()``, which differs between the backends of Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Verdict
from keraslint.rewriting import calls, parts
from keraslint.rules.base import Rule
from keraslint.sites.model import Given, TrainingSite
from keraslint.sites.reading import declaration_of
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix
    from keraslint.sites.model import ResultUse

rule = Rule(__name__, code="KER602", since="0.1.0", severity=Severity.ERROR)

USES = frozenset({"unpack values", "index values", "zip values"})
SORTING = frozenset({"jax", "torch"})
"""Backends on which predictions in a dict come in the order of the sorted keys."""


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the names with the order that Keras gives the predictions in; the verdict has no part in it."""
    del verdict
    match site:
        case TrainingSite(outputs=Given(tree=Branch(kind="dict") as outputs) as declared):
            keys = [str(key) for key in outputs.keys]
            for use in site.uses:
                if use.how in USES and keys != sorted(keys):
                    yield from _finding(site, use, keys, declared)


def _finding(site: TrainingSite, use: ResultUse, keys: list[str], declared: Given) -> Iterator[Finding]:
    backend = calls.backend(site, use.location)
    given = sorted(keys) if backend in SORTING else keys
    names = calls.targets_of(site, use) if use.how == "unpack values" else use.names
    known = list(names) if names and sorted(names) == sorted(keys) else None
    related = (declaration_of(declared),)
    fixes = _fixes(site, use, known or keys)
    if known is not None and known != given:
        message = f"Keras gives the predictions for {given}{f' on {backend}' if backend else ''}, not {known}"
        yield rule.finding(use.location, message, related=related, fixes=fixes)
    elif backend is None and (site.version is None or site.version.major > 2):  # noqa: PLR2004
        message = (
            f"Keras gives the predictions for {_at(use, keys)} on TensorFlow, for {_at(use, sorted(keys))}"
        )
        elsewhere = f"{message} on JAX and PyTorch"
        yield rule.finding(use.location, elsewhere, severity=Severity.INFO, related=related, fixes=fixes)


def _at(use: ResultUse, keys: list[str]) -> str:
    """What a use takes of predictions in this order."""
    inside = use.index is not None and -len(keys) <= use.index < len(keys)
    return repr(keys[use.index]) if inside and use.index is not None else str(keys)


def _fixes(site: TrainingSite, use: ResultUse, keys: list[str]) -> tuple[Fix, ...]:
    edits = calls.values_by_key(site, use, keys, "predictions")
    return parts.fix(f"Take the predictions by key: {keys}", Safety.UNSAFE, edits)
