"""``keraslint.losses.NestedLoss({"head.box": ...})``: losses by dot path, as the dicts that mean the same.

Only where every head has exactly one loss: what fewer, more or joint losses do is no pairing of Keras's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.inference.snapshot import freeze
from keraslint.inference.values import ByPath, Const, Item, Snapshot, Unknown

if TYPE_CHECKING:
    import ast

    from keraslint.inference.core import Arguments, Run
    from keraslint.inference.values import Origin, Value

WHY = "what this NestedLoss does is no pairing of Keras's"


def nested_loss(run: Run, arguments: Arguments, node: ast.expr) -> Value:
    """``NestedLoss(losses, weights)``."""
    losses, weights = arguments.get("losses", 0), arguments.get("weights", 1)
    if losses is None or arguments.rest is not None:
        return run.unknown(WHY)
    held = None if weights is None else freeze(run, weights.value)
    return ByPath(freeze(run, losses.value), held, run.origin(node))


def translated(loss: Item, outputs: Value) -> tuple[Item, Item | None]:
    """Losses and weights in the dicts that the outputs stand in."""
    by_path = loss.value
    if not isinstance(by_path, ByPath):
        return loss, None
    losses = _tree(by_path.losses, outputs, loss.origin, None)
    if losses is None:
        return Item(Unknown(WHY), loss.origin), None
    if by_path.weights is None or by_path.weights == Const(None):
        return Item(losses, loss.origin), None
    weights = _tree(by_path.weights, outputs, loss.origin, Const(1.0))
    if weights is None:
        return Item(Unknown(WHY), loss.origin), None
    return Item(losses, loss.origin), Item(weights, loss.origin)


def _tree(given: Value, outputs: Value, origin: Origin, default: Value | None) -> Snapshot | None:
    """What stands at each head, in the containers of the outputs; None where it is not one thing for each."""
    if not isinstance(given, Snapshot) or given.kind != "dict" or given.rest is not None:
        return None
    entries = {str(key): item for key, item in given.items}
    made = _under(outputs, "", entries, Item(default, origin) if default else None)
    return made if isinstance(made, Snapshot) and not entries else None


def _under(outputs: Value, path: str, entries: dict[str, Item], default: Item | None) -> Value | None:
    if not isinstance(outputs, Snapshot) or outputs.kind != "dict" or outputs.rest is not None:
        return None
    made = []
    for key, item in outputs.items:
        below = f"{path}.{key}" if path else str(key)
        if isinstance(item.value, Snapshot):
            inner = _under(item.value, below, entries, default)
            if inner is None:
                return None
            made.append((key, Item(inner, item.origin)))
            continue
        found = entries.pop(below, default)
        if found is None:
            return None
        made.append((key, found))
    return Snapshot("dict", tuple(made))
