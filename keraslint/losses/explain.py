"""The plan of a ``NestedLoss`` as a table: terms with their heads and arrays, and heads with their terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from keraslint.losses import targets
from keraslint.losses.paths import PathError, at, items, keys_of, nodes, unknown_path
from keraslint.tree import dotted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.losses.nested import NestedLoss
    from keraslint.tree import Path

TITLES = ("path", "loss", "weight", "outputs", "targets", "logged as")


def explain(nested: NestedLoss, model: Any, y: Any = None) -> str:
    """What ``nested`` trains on ``model``: a row a term, then every head that none or several terms reach.

    ``model`` is a functional or Sequential model, or the outputs of any model (arrays in containers); without
    targets ``y`` their column is left empty. Raises ``PathError`` for a path that leads nowhere, for a
    subclassed model (call it, and give its outputs), and for targets that do not fit.
    """
    outputs = _outputs(model)
    paths = [_keys(outputs, term.path) for term in nested.terms]
    if y is not None:
        targets.refuse_surplus(y, outputs, paths)
    rows = [
        (
            term.path or "''",
            term.name,
            _weight(nested, term.weight),
            _shapes(at(outputs, keys)),
            "" if y is None else _shapes(targets.at_path(y, outputs, keys)),
            term.log,
        )
        for term, keys in zip(nested.terms, paths, strict=True)
    ]
    return "\n".join([*table([TITLES, *rows]), *_heads(nested, outputs, paths)])


def _outputs(model: Any) -> Any:
    if not isinstance(model, keras.Model):
        return model
    outputs = getattr(model, "output", None) if getattr(model, "inputs", None) else None
    if outputs is None:
        msg = "The outputs of a subclassed model are known when it is called: explain(model(x)) instead."
        raise PathError(msg)
    return outputs


def _keys(outputs: Any, path: str) -> Path:
    keys = keys_of(outputs, path)
    if keys is None:
        raise unknown_path(outputs, path)
    return keys


def _weight(nested: NestedLoss, constant: float | None) -> str:
    moving = [] if nested.weighting is None else [type(nested.weighting).__name__]
    return " x ".join([*([] if constant is None else [f"{constant:g}"]), *moving]) or "1"


def _shapes(node: Any) -> str:
    below = items(node)
    if below is None:
        return str(tuple(node.shape)) if hasattr(node, "shape") else repr(node)
    return ", ".join(f"{key} {_shapes(part)}" for key, part in below)


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with the cells of a table under each other; its first row is underlined."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]


def _heads(nested: NestedLoss, outputs: Any, paths: Sequence[Path]) -> list[str]:
    heads = [keys for keys in nodes(outputs) if items(at(outputs, keys)) is None]
    lines = []
    for head in heads:
        logs = [term.log for term, keys in zip(nested.terms, paths, strict=True) if head[: len(keys)] == keys]
        if not logs:
            lines.append(f"{dotted(head)} has no loss: it needs no target and is not trained.")
        elif len(logs) > 1:
            lines.append(f"{dotted(head)} is trained by {len(logs)} terms: {', '.join(logs)}.")
    return lines
