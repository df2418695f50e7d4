"""The activation of a head: a symbolic tensor enters, the name of what was applied last leaves."""

from __future__ import annotations

from typing import Any

from keraslint.runtime import internals

UNKNOWN = ""

_LAYERS = {"Softmax": "softmax", "ReLU": "relu", "LeakyReLU": "leaky_relu", "Sigmoid": "sigmoid"}
_WITH_ACTIVATION = ("Dense", "EinsumDense", "Activation")
_KEEP = ("Reshape", "Flatten", "Identity")  # layers that leave every number as it is
_MOST_LAYERS = 8


def of_tensor(tensor: Any) -> str:
    """``softmax``, ``linear``...; empty where the numbers may be anything."""
    for _ in range(_MOST_LAYERS):
        operation = internals.operation_of(tensor)
        kind = type(operation).__name__
        if kind not in _KEEP:
            return _of_operation(operation, kind)
        below = internals.operation_inputs(operation)
        if len(below) != 1:
            return UNKNOWN
        tensor = below[0]
    return UNKNOWN


def _of_operation(operation: Any, kind: str) -> str:
    module = type(operation).__module__.partition(".")[0]
    if module not in {"keras", "tf_keras"}:
        return UNKNOWN
    if kind in _LAYERS:
        return _LAYERS[kind]
    # A convolution ends in an activation as a dense layer does.
    if kind in _WITH_ACTIVATION or (kind.startswith("Conv") and hasattr(operation, "activation")):
        return str(getattr(operation.activation, "__name__", UNKNOWN))
    return UNKNOWN
