"""A result of ``evaluate`` or ``train_on_batch`` of several outputs, unpacked or indexed by position."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Paired, Verdict
from keraslint.rewriting import calls, parts
from keraslint.rules.base import Rule
from keraslint.sites.model import Given, TrainingSite
from keraslint.sites.reading import heads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Fix
    from keraslint.sites.model import ResultUse

rule = Rule(__name__, code="KER605", since="0.1.0", severity=Severity.ERROR)

_CALLS = frozenset({"evaluate", "train_on_batch", "test_on_batch"})
_UNSEEN = frozenset({"loss", "metrics", "weighted_metrics"})


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the number of names, or the index, with the values that Keras returns."""
    match site, verdict:
        case (
            TrainingSite(outputs=Given(tree=outputs)),
            Paired(evaluate=values, assumed=assumed),
        ) if len(heads(outputs)) > 1 and _UNSEEN.isdisjoint(assumed):
            for use in site.uses:
                if use.call in _CALLS:
                    yield from _finding(site, use, values)


def _finding(site: TrainingSite, use: ResultUse, values: tuple[str, ...]) -> Iterator[Finding]:
    error = _error(use, len(values))
    if error:
        message = f"Python raises {error}: Keras returns {_returned(values)}"
        yield rule.finding(use.location, message, fixes=_fixes(site, use, values))
    elif _relies_on_order(use) and not _has_unknown(values):
        message = f"Keras returns {_returned(values)} in this order, which differs between its versions"
        yield rule.finding(use.location, message, severity=Severity.INFO, fixes=_fixes(site, use, values))


def _fixes(site: TrainingSite, use: ResultUse, values: tuple[str, ...]) -> tuple[Fix, ...]:
    """Take the values by name: by those they are given, or those that Keras returns in these places."""
    targets = calls.targets_of(site, use) or []
    named = len(set(targets)) == len(targets) > 0 and set(targets) <= set(values)
    keys = targets if named else [*values]
    if _has_unknown(values) or (use.how == "unpack" and use.count != len(keys)):
        return ()
    edits = calls.by_key(site, use, keys, "values", ask=True)
    how = repr(keys[use.index]) if edits and use.index is not None else str(keys)
    return parts.fix(f"Let Keras return a dict, and take the values by name: {how}", Safety.UNSAFE, edits)


def _relies_on_order(use: ResultUse) -> bool:
    """Whether another order would change the result; the total comes first everywhere."""
    return use.how == "unpack" or (use.how == "index" and use.index != 0)


def _error(use: ResultUse, count: int) -> str | None:
    """What Python says of this use of that many values; one alone is a number."""
    if use.how == "unpack" and use.count is not None:
        if count == 1:
            return f"TypeError, one number for {use.count} names"
        return f"ValueError, {use.count} names for {count} values" if use.count != count else None
    if use.how == "index" and use.index is not None:
        if count == 1:
            return "TypeError, a number has no index"
        if not -count <= use.index < count:
            return f"IndexError, {count} values have no index {use.index}"
    return None


def _returned(values: tuple[str, ...]) -> str:
    if len(values) == 1:
        return f"{values[0]!r} alone"
    return f"{len(values)} values" if _has_unknown(values) else str(list(values))


def _has_unknown(values: tuple[str, ...]) -> bool:
    """Whether some name is made of that of a layer that is not known."""
    return any("?" in value for value in values)
