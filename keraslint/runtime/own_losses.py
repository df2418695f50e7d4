"""A program's own loss and two shapes that differ by a last 1 enter; two values leave if it broadcasts.

The loss is computed twice on made-up numbers, once with the shapes as they are and once with the target in
the output's shape. Where it handles both, the values are one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keraslint.runtime.tensors import as_float

if TYPE_CHECKING:
    from keraslint.runtime.tensors import Shape

_SAMPLES = 5
_NEAR = 1e-4


def values(loss: Any, target: Shape, output: Shape) -> tuple[float, float] | None:
    """What the loss gives for these shapes, and for equal ones; None if they agree or it cannot be told."""
    if None in target[1:] or None in output[1:]:
        return None
    try:
        found = _computed(loss, target, output), _computed(loss, output, output)
    except Exception:  # noqa: BLE001 - a loss of the program's own may want other numbers than these
        return None
    far = abs(found[0] - found[1]) > _NEAR * max(1.0, abs(found[0]), abs(found[1]))
    return found if far else None


def _computed(loss: Any, target: Shape, output: Shape) -> float:
    import numpy as np

    def numbers(shape: Shape, low: float) -> Any:
        sizes = [_SAMPLES, *(size or 1 for size in shape[1:])]
        return np.linspace(low, 0.9, int(np.prod(sizes)), dtype="float32").reshape(sizes)

    return as_float(loss(numbers(target, 0.1), numbers(output, 0.3) ** 2))
