"""The outputs of a model: a model and a batch of inputs enter, the declared tree of tensors leaves."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from keraslint.runtime import internals
from keraslint.runtime.trees import mapped, tree_of
from keraslint.tree import Leaf, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from keraslint.pairing import ModelKind
    from keraslint.tree import Tree

_FEW = 2  # samples of a forward pass


class UnknownOutputsError(Exception):
    """The outputs cannot be known without more than one forward pass; the text says why."""


def kind_of(model: Any) -> ModelKind:
    """How the model was made."""
    if isinstance(model, internals.keras_of(model).Sequential):
        return "sequential"
    return "functional" if internals.is_functional(model) else "subclass"


def outputs_of(model: Any, x: Any, predicted: Any = None) -> Tree[Any]:
    """Symbolic where the graph is known; else what was ``predicted`` where the model was called already; else
    of a symbolic call, or of one forward pass of two samples.
    """
    kind = kind_of(model)
    if kind == "functional":
        return tree_of(internals.outputs_struct(model))
    if kind == "sequential" and getattr(model, "built", False):
        outputs = getattr(model, "outputs", None)
        if outputs:
            return Leaf(outputs[0])
    if predicted is not None:
        return tree_of(predicted)
    if x is None:
        message = "the outputs of this model are known when it sees data"
        raise UnknownOutputsError(message)
    outputs = tree_of(_called(model, x))
    if kind == "sequential" and not isinstance(outputs, Leaf):
        message = "a Sequential model that returns a container"
        raise UnknownOutputsError(message)
    return outputs


def _called(model: Any, x: Any) -> Any:
    keras = internals.keras_of(model)
    if hasattr(keras, "KerasTensor") and hasattr(model, "compute_output_spec"):
        try:
            return model.compute_output_spec(mapped(x, lambda _, leaf: _symbol(keras, leaf)))
        except Exception:  # noqa: BLE001, S110 - a call that is not symbolic is made with numbers below
            pass
    if not all(hasattr(leaf, "__getitem__") for _, leaf in leaves(tree_of(x))):
        message = "its outputs are known once it is called with numbers, and these data are not read before"
        raise UnknownOutputsError(message)
    try:
        with unchanged(model):
            return model(mapped(x, lambda _, leaf: leaf[:_FEW]))
    except Exception as error:
        message = f"the model cannot be called: {type(error).__name__}: {error}"
        raise UnknownOutputsError(message) from error


def _symbol(keras: ModuleType, leaf: Any) -> Any:
    dtype = str(leaf.dtype).rpartition(".")[2].removeprefix("<dtype: '").removesuffix("'>")
    return keras.KerasTensor((None, *leaf.shape[1:]), dtype)


@contextmanager
def unchanged(model: Any) -> Iterator[None]:
    """Give every variable of the model the value back that it had, metrics and seeds included.

    Variables that are made meanwhile are left as they were made.
    """
    kept = [(variable, _value(variable)) for variable in _variables(model)]
    try:
        yield
    finally:
        for variable, value in kept:
            variable.assign(value)


def _variables(model: Any) -> list[Any]:
    found = [*getattr(model, "variables", ())]
    for metric in getattr(model, "metrics", ()):
        found += list(metric.variables)
    return list({id(variable): variable for variable in found}.values())


def _value(variable: Any) -> Any:
    """A copy: a tensor of torch shares its memory with the variable."""
    import numpy as np

    numbers = variable.numpy() if hasattr(variable, "numpy") else variable
    return np.array(numbers, copy=True)
