"""A callback monitors the log of one output without ``mode``: Keras raises, or takes less for better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Paired, Verdict
from keraslint.pairing.builtin import is_builtin_metric
from keraslint.pairing.monitors import automatic, better
from keraslint.rewriting import calls, parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, TrainingSite
from keraslint.tree import Leaf, at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.pairing import Metric
    from keraslint.pairing.monitors import Direction, Way
    from keraslint.sites.model import Monitor

rule = Rule(__name__, code="KER703", since="0.1.0", severity=Severity.ERROR)

_CALLBACKS = frozenset({"EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau"})
_OTHER = {"min": "max", "max": "min"}
_WORDS = {"min": "less", "max": "more"}


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare what the callback takes for better with what is better."""
    match site, verdict:
        case TrainingSite(compiled=CompileCall() as compiled), Paired(logs=logs) if not compiled.by_path:
            written = {metric: _direction(compiled, metric) for metric in verdict.metrics}
            for monitor in site.monitors:
                name = monitor.key.removeprefix("val_")
                if monitor.callback in _CALLBACKS and monitor.mode == "auto" and name in logs:
                    wanted = _wanted(name, written, verdict)
                    yield from _finding(
                        site, monitor, wanted, {one.name: way for one, way in written.items()}
                    )


def _finding(
    site: TrainingSite, monitor: Monitor, wanted: Way | None, own: dict[str, Direction | None]
) -> Iterator[Finding]:
    if site.version is None or monitor.callback is None:
        return
    taken = automatic(monitor.callback, monitor.key, own, site.version)
    edits = wanted and calls.with_more(site, monitor.location, "mode", wanted)
    if taken == "raises":
        title = f"Say that {_WORDS[wanted]} is better" if wanted else ""
        asked = f"whether more or less {monitor.key!r} is better"
        message = f"Keras raises ValueError at fit: {monitor.callback} cannot tell {asked}"
        yield rule.finding(monitor.location, message, fixes=parts.fix(title, Safety.SAFE, edits or None))
    elif taken is not None and wanted == _OTHER[taken]:
        title = f"Take {_WORDS[wanted]} for better"
        message = f"{monitor.callback} takes {_WORDS[taken]} {monitor.key!r} for better"
        yield rule.finding(monitor.location, message, fixes=parts.fix(title, Safety.UNSAFE, edits or None))


def _wanted(name: str, written: dict[Metric, Direction | None], paired: Paired) -> Way | None:
    """Which way a log is better: less of any loss; of a metric what Keras says of it."""
    if any(term.log == name for term in paired.terms):
        return "min"
    way = next((way for metric, way in written.items() if metric.log == name), None)
    return None if way == "raises" else way


def _direction(compiled: CompileCall, metric: Metric) -> Direction | None:
    """Which way one of Keras's own metrics is better; a function of the program does not say so."""
    part = compiled.weighted_metrics if metric.weighted else compiled.metrics
    leaf = at(part.tree, metric.metric) if isinstance(part, Given) else None
    if not isinstance(leaf, Leaf):
        return None
    written = leaf.value
    way = better(written.value if isinstance(written.value, str) else written.text)
    function = written.name == written.text.rpartition(".")[2] and not written.text[:1].isupper()
    return "raises" if way is None and function and not is_builtin_metric(written.text) else way
