"""A monitor of a callback, or a key of a history, that is close to the name of a log and is none."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Paired, Verdict
from keraslint.pairing.builtin import is_builtin_metric
from keraslint.rewriting import calls, parts
from keraslint.rules.base import Rule
from keraslint.sites.model import CompileCall, Given, NotGiven, TrainingSite, Written
from keraslint.sites.reading import heads, is_mapping, label, layer
from keraslint.tree import Branch, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.sites.model import Monitor, SitePart
    from keraslint.tree import Tree

rule = Rule(__name__, code="KER701", since="0.1.0", severity=Severity.WARNING)

VALIDATION = "val_"
# Callbacks add the learning rate: under the first name in Keras 3, under the second in Keras 2.
RATES = ("learning_rate", "lr")
# Names that Keras itself takes for one another, but does not log under one another.
ALIASES = {
    "acc": "accuracy", "accuracy": "acc", "mse": "mean_squared_error", "mae": "mean_absolute_error",
    "mean_squared_error": "mse", "mean_absolute_error": "mae",
}  # fmt: skip
CLOSE = 0.85
"""Below, a name may as well be that of a log which a callback or a layer of the program adds."""


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare the names with the keys of the logs, where all of these are known."""
    match site, verdict:
        case (
            TrainingSite(outputs=Given(tree=outputs), compiled=CompileCall() as compiled),
            Paired(logs=logs, assumed=assumed),
        ) if not {"loss", "metrics", "weighted_metrics"} & {*assumed} and _all_named(outputs, compiled):
            if compiled.by_path:  # keraslint.losses logs a term under its dot path, where Keras has a slash
                logs = tuple(log.replace("/", ".") for log in logs)
            for monitor in site.monitors:
                meant = _meant(monitor.key.removeprefix(VALIDATION), logs, outputs)
                if meant and not calls.stores(site, monitor.location, monitor.key):
                    yield _finding(site, monitor, meant, logs)


def _finding(site: TrainingSite, monitor: Monitor, meant: str, logs: tuple[str, ...]) -> Finding:
    prefix = VALIDATION if monitor.key.startswith(VALIDATION) else ""
    absent = f"Keras logs no {monitor.key!r}; close is {prefix + meant!r} of {list(logs)}"
    if monitor.in_path:
        message = f"{monitor.callback} raises KeyError, its path names what is not there: {absent}"
        return rule.finding(monitor.location, message, severity=Severity.ERROR)
    edits = calls.string(site, monitor.location, monitor.key, prefix + meant)
    fixes = parts.fix(f"Name the log that Keras has: {prefix + meant!r}", Safety.UNSAFE, edits)
    if monitor.callback is None:
        message = f"Python raises KeyError: {absent}"
        return rule.finding(monitor.location, message, severity=Severity.ERROR, fixes=fixes)
    message = f"{monitor.callback} monitors what is not there: {absent}"
    return rule.finding(monitor.location, message, fixes=fixes)


def _all_named(outputs: Tree[Written], compiled: CompileCall) -> bool:
    """Whether the names are known of which Keras makes those of the logs."""
    if len(heads(outputs)) > 1:
        if any(label(outputs, head) is None for head in heads(outputs)):
            return False
    elif isinstance(compiled.loss, Given) and isinstance(compiled.loss.tree, Branch):
        return False
    return all(_is_named(part) for part in (compiled.metrics, compiled.weighted_metrics))


def _is_named(part: SitePart) -> bool:
    match part:
        case Given(tree=tree):
            return all(leaf.is_none or _has_known_name(leaf) for _, leaf in leaves(tree))
        case NotGiven():
            return True
        case _:
            return False


def _has_known_name(metric: Written) -> bool:
    """Whether a metric is a string, a function, an object with ``name=``, or one of Keras's own, made of
    nothing: of the other objects only the class is known.
    """
    if metric.name is None or isinstance(metric.value, str):
        return metric.name is not None
    if metric.name[:1].isupper():
        return metric.text.endswith("()") and is_builtin_metric(metric.text)
    return metric.name.isidentifier()


def _meant(name: str, logs: tuple[str, ...], outputs: Tree[Written]) -> str | None:
    """The log that was probably meant by a name that is none; None where it may come from elsewhere."""
    if name in logs or name in RATES:
        return None
    for own, alias in ALIASES.items():
        if name == own or name.endswith(f"_{own}"):
            candidate = name.removesuffix(own) + alias
            if candidate in logs:
                return candidate
    if name.removesuffix("_loss") in _names_of_heads(outputs) and name.endswith("_loss"):
        return next(iter(get_close_matches(name, logs, n=1)), "loss")
    same_end = [log for log in logs if log != "loss" and _end(log) == _end(name)]
    if len(same_end) == 1 and "/" in same_end[0] + name:
        return same_end[0]
    return next(iter(get_close_matches(name, logs, n=1, cutoff=CLOSE)), None)


def _end(log: str) -> str:
    """The last key of a nested output with what is logged of it: losses bear its path, metrics do not."""
    return log.rpartition("/")[2]


def _names_of_heads(outputs: Tree[Written]) -> set[str | None]:
    """The keys and the names of the layers: Keras makes names of logs of the one or the other."""
    found = {layer(outputs, head) for head in heads(outputs)}
    return found | {label(outputs, head) for head in heads(outputs)} if is_mapping(outputs) else found
