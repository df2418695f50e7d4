"""The private parts of Keras that the runtime check reads: here and nowhere else.

Each function says in which versions it was looked at; where an attribute is not what it was there, it raises
``ForeignKerasError``, and the check says that it does not know this Keras.
"""

from __future__ import annotations

import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from keraslint.pairing import Version, parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

FIRST, LAST = Version(3, 0, 0), parse("3.15")
"""Keras 3 as read; a newer one is tried, and any attribute that has moved is said."""


class ForeignKerasError(RuntimeError):
    """Keras keeps something elsewhere than in the versions that were read."""


def keras_of(model: Any) -> ModuleType:
    """The Keras that made the model: ``keras`` or ``tf_keras``."""
    for cls in type(model).__mro__:
        package = cls.__module__.partition(".")[0]
        if package in {"keras", "tf_keras"} and cls.__name__ in {"Model", "Trainer"}:
            return sys.modules[package]
    message = f"no model of Keras: {type(model).__name__}"
    raise TypeError(message)


def version_of(keras: ModuleType) -> Version:
    """The version of a Keras."""
    return parse(str(keras.__version__))


def is_keras_2(keras: ModuleType) -> bool:
    """Whether it is ``tf_keras``, or a ``keras`` before 3."""
    return str(keras.__version__).startswith("2")


def _read(thing: Any, name: str) -> Any:
    try:
        return getattr(thing, name)
    except AttributeError as error:
        message = f"{type(thing).__name__} of this Keras has no {name}"
        raise ForeignKerasError(message) from error


def is_functional(model: Any) -> bool:
    """Whether the graph of layers is known: ``Model(inputs, outputs)`` and classes made of it.

    Read in 3.0 to 3.15 (``keras/src/models/functional.py``) and tf_keras 2.15 to 2.21.
    """
    if is_keras_2(keras_of(model)):
        return bool(_read(model, "_is_graph_network"))
    return hasattr(model, "_outputs_struct") and hasattr(model, "_inputs_struct")


def outputs_struct(model: Any) -> Any:
    """The outputs as they were declared (``keras/src/ops/function.py``; tf_keras: ``functional.py``)."""
    return _read(model, "_nested_outputs" if is_keras_2(keras_of(model)) else "_outputs_struct")


def inputs_struct(model: Any) -> Any:
    """The inputs as they were declared."""
    return _read(model, "_nested_inputs" if is_keras_2(keras_of(model)) else "_inputs_struct")


def operation_of(tensor: Any) -> Any:
    """The layer or operation that makes a symbolic tensor, None where that is not known."""
    history = getattr(tensor, "_keras_history", None)
    return getattr(history, "operation", None) or getattr(history, "layer", None)


def operation_inputs(operation: Any) -> list[Any]:
    """The tensors that the only call of an operation was given; none where it was called several times."""
    nodes = getattr(operation, "_inbound_nodes", [])
    return list(getattr(nodes[0], "input_tensors", None) or []) if len(nodes) == 1 else []


def compiled_parts(model: Any) -> dict[str, Any]:
    """What ``compile`` was given, the objects themselves: loss, loss_weights, metrics, weighted_metrics.

    Read in 3.0 to 3.15 (``trainers/compile_utils.py``: ``_user_loss``, ``_user_metrics``) and in tf_keras
    2.15 to 2.21 (``engine/compile_utils.py``: ``_user_losses``).
    """
    two = is_keras_2(keras_of(model))
    losses = _read(model, "compiled_loss" if two else "_compile_loss")
    metrics = _read(model, "compiled_metrics" if two else "_compile_metrics")
    parts: dict[str, Any] = {}
    if losses is not None:
        parts["loss"] = _read(losses, "_user_losses" if two else "_user_loss")
        parts["loss_weights"] = _read(losses, "_user_loss_weights")
    if metrics is not None:
        parts["metrics"] = _read(metrics, "_user_metrics")
        parts["weighted_metrics"] = _read(metrics, "_user_weighted_metrics")
    return {name: part for name, part in parts.items() if part is not None}


def standardized_inputs(model: Any, inputs: Any) -> list[Any]:
    """The tensors that a functional model makes of its inputs, in the order of ``flat_inputs``.

    ``Functional._standardize_inputs``, read in 3.0 to 3.15; ``_flatten_to_reference_inputs`` in tf_keras
    2.15 to 2.21.
    """
    two = is_keras_2(keras_of(model))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(_read(model, "_flatten_to_reference_inputs" if two else "_standardize_inputs")(inputs))


def flat_inputs(model: Any) -> list[Any]:
    """The input tensors in the order of ``standardized_inputs``."""
    return list(model.inputs if is_keras_2(keras_of(model)) else _read(model, "_inputs"))


def shuffles(dataset: Any) -> bool:
    """Whether iterating a ``tf.data.Dataset`` once changes the order in which it comes next.

    ``_inputs()`` leads to the datasets below (TensorFlow 2.15 to 2.21); where it does not exist: yes.
    """
    if "Shuffle" in type(dataset).__name__:
        return True
    below = getattr(dataset, "_inputs", None)
    return below is None or any(shuffles(one) for one in below())


@contextmanager
def fresh_compile(model: Any) -> Iterator[None]:
    """Lend the model unused losses, metrics and test function, and take them back, so that a test leaves no
    trace: neither what Keras builds with the first batch it sees, nor a traced step.

    Written into ``__dict__``, since ``__setattr__`` tracks what it is given. Read in 3.0 to 3.15; for Keras 2
    the two containers are copied by their own ``_user_*`` parts.
    """
    kept = {name: model.__dict__.get(name) for name in _BUILT if name in model.__dict__}
    model.__dict__.update(_unused(model, kept))
    try:
        yield
    finally:
        model.__dict__.update(kept)


_BUILT = ("_compile_loss", "_compile_metrics", "compiled_loss", "compiled_metrics", "test_function")


def _unused(model: Any, kept: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {name: None for name in kept if name == "test_function"}
    names = getattr(model, "output_names", None)
    parts = compiled_parts(model)
    for name, wanted in (("loss", ("loss", "loss_weights")), ("metrics", ("metrics", "weighted_metrics"))):
        for attribute in (f"_compile_{name}", f"compiled_{name}"):
            if kept.get(attribute) is not None:
                given = [parts.get(one) for one in wanted]
                made[attribute] = type(kept[attribute])(*given, output_names=names)
    return made
