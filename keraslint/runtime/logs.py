"""Logs that callbacks watch: callbacks and the logs that Keras will write enter, findings leave."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from keraslint.runtime import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.findings import Finding, Location

_HOOKS = ("on_epoch_end", "on_train_batch_end", "on_batch_end", "on_test_end")


def findings(
    callbacks: Sequence[Any], logs: Sequence[str], at: Location, *, validated: bool
) -> Iterator[Finding]:
    """Monitors that name no log. Silent where a callback of the program's own may write logs itself."""
    known = {*logs, *(f"val_{log}" for log in logs if validated), "lr", "learning_rate"}
    if any(_may_write_logs(one) for one in callbacks):
        return
    for one in callbacks:
        monitor = getattr(one, "monitor", None)
        if isinstance(monitor, str) and monitor not in known and _matters(one):
            text = f"{type(one).__name__} watches {monitor!r}, which Keras will not log"
            yield kinds.UNKNOWN_LOG.at(at, text + _hint(monitor, known, validated=validated))


def _may_write_logs(callback: Any) -> bool:
    if type(callback).__module__.partition(".")[0] in {"keras", "tf_keras", "keraslint"}:
        return False
    return any(
        cls.__module__.partition(".")[0] not in {"keras", "tf_keras", "builtins"}
        and any(hook in vars(cls) for hook in _HOOKS)
        for cls in type(callback).__mro__
    )


def _matters(callback: Any) -> bool:
    """A checkpoint that saves every time does not look at what it watches."""
    return bool(getattr(callback, "save_best_only", True))


def _hint(monitor: str, known: set[str], *, validated: bool) -> str:
    if monitor.startswith("val_") and not validated and monitor != "val_":
        return ": there are no validation data"
    near = get_close_matches(monitor, sorted(known), n=1)
    return f"; the nearest is {near[0]!r}" if near else f"; it logs {sorted(known - {'lr', 'learning_rate'})}"
