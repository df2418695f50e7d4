"""Gradients of several scalars by the variables of a model, one set for each scalar, on each backend.

A function that computes the scalars enters, and the variables; what the scalars mean is not known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import keras
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Differentiated(NamedTuple):
    """What the function gave, and for each scalar one gradient a variable (zeros where none flows)."""

    scalars: list[Any]
    beside: Any
    gradients: list[list[Any]]


def differentiate(
    function: Callable[[], tuple[list[Any], Any]], variables: Sequence[Any], held: Sequence[Any] = ()
) -> Differentiated:
    """Call ``function() -> (scalars, anything)`` once and go back through it once for each scalar.

    ``held`` are the variables that the function may assign; on jax they are assigned when it is over.
    """
    on = {"tensorflow": _on_tensorflow, "jax": _on_jax, "torch": _on_torch}[keras.config.backend()]
    return on(function, list(variables), held)


def _filled(gradients: Sequence[Any], variables: Sequence[Any]) -> list[Any]:
    pairs = zip(gradients, variables, strict=True)
    return [ops.zeros(v.shape, v.dtype) if part is None else ops.convert_to_tensor(part) for part, v in pairs]


def _on_tensorflow(function: Any, variables: list[Any], held: Sequence[Any]) -> Differentiated:
    import tensorflow as tf  # noqa: PLC0415 - only that backend has it

    del held
    with tf.GradientTape(persistent=True) as tape:
        scalars, beside = function()
    gradients = [_filled(tape.gradient(scalar, variables), variables) for scalar in scalars]
    return Differentiated(scalars, beside, gradients)


def _on_torch(function: Any, variables: list[Any], held: Sequence[Any]) -> Differentiated:
    import torch  # noqa: PLC0415 - only that backend has it

    del held
    with torch.enable_grad():
        scalars, beside = function()
    tensors, nothing = [variable.value for variable in variables], [None] * len(variables)
    gradients = [
        torch.autograd.grad(scalar, tensors, retain_graph=True, allow_unused=True)
        if scalar.requires_grad
        else nothing
        for scalar in scalars
    ]
    return Differentiated(scalars, beside, [_filled(each, variables) for each in gradients])


def _on_jax(function: Any, variables: list[Any], held: Sequence[Any]) -> Differentiated:
    import jax  # noqa: PLC0415 - only that backend has it

    kept = [(variable, variable.value) for variable in held]

    def pure(values: list[Any]) -> Any:
        pairs = [*zip(variables, values, strict=True), *kept]
        with keras.StatelessScope(state_mapping=pairs) as scope:
            scalars, beside = function()
        return scalars, (beside, [scope.get_current_value(variable) for variable in held])

    scalars, backward, (beside, after) = jax.vjp(pure, [v.value for v in variables], has_aux=True)
    for variable, value in zip(held, after, strict=True):
        variable.assign(value)
    zeros = [ops.zeros_like(scalar) for scalar in scalars]
    ones = [[*zeros[:i], ops.ones_like(one), *zeros[i + 1 :]] for i, one in enumerate(scalars)]
    return Differentiated(scalars, beside, [list(backward(each)[0]) for each in ones])
