"""What a version of Keras does at a site and a later one does otherwise: asked for with ``--from`` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Paired, Rejected
from keraslint.pairing.logs import averages
from keraslint.rewriting import calls
from keraslint.rules.base import Rule
from keraslint.sites.model import Given
from keraslint.sites.reading import shown
from keraslint.tree import at, dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Location
    from keraslint.sites.changes import Change
    from keraslint.tree import Path

rule = Rule(__name__, code="KER003", since="0.1.0", severity=Severity.ERROR, subject="change")


def check(change: Change) -> Iterator[Finding]:
    """Say what raises, then what is paired otherwise, then what is called otherwise."""
    old, new, where = f"Keras {change.since}", f"Keras {change.version}", _place(change)
    match change.before, change.after:
        case Paired(), Rejected() as rejected:
            yield rule.finding(where, f"{new} raises {rejected.error} at {rejected.call}, {old} does not")
        case Rejected() as rejected, Paired():
            message = f"{new} takes this, {old} raises {rejected.error} at {rejected.call}"
            yield rule.finding(where, message, severity=Severity.INFO)
        case Paired(), Paired():
            yield from _paired(change, old, new)


def _paired(change: Change, old: str, new: str) -> Iterator[Finding]:
    where = _place(change)
    astray: dict[tuple[str, ...], list[str]] = {}
    for what, paths in change.trained_otherwise().items():
        astray.setdefault(tuple(_named(change, head) for head in paths), []).append(what)
    for heads, parts in astray.items():
        message = f"{new} gives the outputs {list(heads)} other {' and '.join(parts)} than {old}"
        yield rule.finding(where, message)
    if metrics := [dotted(path) or "metrics" for path in change.measured_otherwise()]:
        message = f"{new} computes the metrics at {metrics} of something else than {old}"
        yield rule.finding(where, message, severity=Severity.WARNING)
    gone, come = change.logs()
    if gone and not any("?" in log for log in (*gone, *come)):
        instead = f", but {list(come)}" if come else ""
        message = f"{new} logs no {list(gone)} as {old} does{instead}"
        yield rule.finding(where, message, severity=Severity.WARNING)
    for logs, without in zip(change.weighted_otherwise(), ("without", "with"), strict=True):
        if logs:
            message = f"{new} logs {list(logs)} {without} the weight of the loss"
            yield rule.finding(where, f"{message}, unlike {old}", severity=Severity.INFO)
    yield from _averaged(change, old, new)


def _averaged(change: Change, old: str, new: str) -> Iterator[Finding]:
    data = change.site.data
    if data and change.averaged_otherwise() and calls.kept_in_a_loop(change.site, data.location):
        means, single = (old, new) if averages(data.call, change.since) else (new, old)
        message = f"{single} returns the values of this batch from {data.call}, {means} means over all so far"
        yield rule.finding(data.location, message, severity=Severity.WARNING)


def _named(change: Change, head: Path) -> str:
    outputs = change.site.outputs
    known = isinstance(outputs, Given) and at(outputs.tree, head) is not None
    return shown(outputs.tree, head) if isinstance(outputs, Given) and known else dotted(head)


def _place(change: Change) -> Location:
    """The compile call decides what is paired; without one there is the data call alone."""
    call = change.site.compiled or change.site.data
    return call.location if call else change.site.model
