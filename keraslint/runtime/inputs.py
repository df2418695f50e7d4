"""Which data each input of a functional model gets: the model and its data enter, findings leave.

Nothing is said about Keras here, it is asked: data of the same structure, each with a number of its own, go
through the model's own reading of its inputs, and the numbers say what went where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keraslint.runtime import internals, kinds
from keraslint.runtime.tensors import numbers_of
from keraslint.runtime.trees import mapped, shown, tree_of
from keraslint.sites.reading import is_mapping, is_sequence
from keraslint.tree import Branch, at, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Location
    from keraslint.tree import Path, Tree


def findings(model: Any, x: Any, at: Location) -> Iterator[Finding]:
    """Inputs of a functional model that get other data than those written for them."""
    given = tree_of(x)
    if not isinstance(given, Branch) or not internals.is_functional(model):
        return
    declared = tree_of(internals.inputs_struct(model))
    wanted = _wanted(declared, given)
    got = _got(model, given, x)
    for path, tensor in leaves(declared):
        own, actual = wanted.get(path), got.get(id(tensor))
        if own is not None and actual is not None and own != actual:
            text = f"Keras feeds the input {_name(path, tensor)!r} with the data at {shown(actual)}"
            yield kinds.EXCHANGED_INPUTS.at(at, f"{text}, not with those at {shown(own)}")


def _name(path: Path, tensor: Any) -> str:
    return str(path[-1]) if path and isinstance(path[-1], str) else str(getattr(tensor, "name", shown(path)))


def _wanted(declared: Tree[Any], given: Branch[Any]) -> dict[Path, Path]:
    """By key or name in a dict of data, by declared position in a list as long as the inputs."""
    inputs = list(leaves(declared))
    if is_mapping(given) and any(len(path) > 1 for path, _ in inputs):
        return {path: path for path, _ in inputs if at(given, path) is not None}
    if is_mapping(given):
        keys = {path: (_name(path, tensor),) for path, tensor in inputs}
        return {path: key for path, key in keys.items() if key[0] in given.keys}
    if is_sequence(given) and len(given.items) == len(inputs):
        return {path: (index,) for index, (path, _) in enumerate(inputs)}
    return {}


def _got(model: Any, given: Branch[Any], x: Any) -> dict[int, Path]:
    """The path of the data that each input tensor gets, by the tensor's identity."""
    marks = dict(enumerate((path for path, _ in leaves(given)), start=1))
    number = {path: mark for mark, path in marks.items()}
    try:
        marked = mapped(x, lambda path, leaf: _marked(leaf, number[path]))
        read = internals.standardized_inputs(model, marked)
    except Exception:  # noqa: BLE001 - what Keras refuses it refuses when it trains, too
        return {}
    tensors = internals.flat_inputs(model)
    found = [_mark(one) for one in read]
    return {id(tensor): marks[mark] for tensor, mark in zip(tensors, found, strict=False) if mark in marks}


def _mark(tensor: Any) -> int | None:
    numbers = numbers_of(tensor)
    if numbers is None or numbers.size == 0 or numbers.dtype.kind not in "iuf":
        return None
    return int(numbers.reshape(-1)[0])


def _marked(leaf: Any, mark: int) -> Any:
    import numpy as np

    shape = [1, *(int(size) for size in leaf.shape[1:])]
    numbers = numbers_of(leaf)
    kind = "float32" if numbers is None or numbers.dtype.kind not in "iu" else "int32"
    return np.full(shape, mark, kind)
