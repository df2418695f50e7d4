"""Arrays and symbolic tensors enter; shapes, dtypes, ranges and numbers leave. The one place with NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

Shape: TypeAlias = "tuple[int | None, ...]"

INTEGERS = ("int", "uint", "bool")


@dataclass(frozen=True)
class Looks:
    """What can be said of a tensor without knowing what it is for; unknown parts are None.

    ``shape`` has None for the batch. ``whole`` says that every number seen is an integer, ``binary`` that
    there are zeros and ones and nothing else.
    """

    shape: Shape | None = None
    dtype: str = ""
    low: float | None = None
    high: float | None = None
    whole: bool = False
    binary: bool = False

    @property
    def range(self) -> tuple[float, float] | None:
        """The smallest and the largest number."""
        return None if self.low is None or self.high is None else (self.low, self.high)


def looks(tensor: Any) -> Looks:
    """Look at an array, a tensor, a ``TensorSpec`` or a symbolic tensor."""
    shape = shape_of(tensor)
    dtype = str(getattr(tensor, "dtype", "")).rpartition(".")[2].removeprefix("<dtype: '").removesuffix("'>")
    numbers = numbers_of(tensor)
    if numbers is None or numbers.size == 0 or numbers.dtype.kind not in "biuf":
        return Looks(shape, dtype)
    import numpy as np

    finite = numbers[np.isfinite(numbers)]
    if finite.size == 0:
        return Looks(shape, dtype or str(numbers.dtype))
    low, high = float(finite.min()), float(finite.max())
    whole = numbers.dtype.kind in "biu" or bool((finite == np.round(finite)).all())
    binary = whole and (low, high) == (0.0, 1.0)
    return Looks(shape, dtype or str(numbers.dtype), low, high, whole=whole, binary=binary)


def shape_of(tensor: Any) -> Shape | None:
    """The shape, None for the first axis and for each that is open."""
    shape = getattr(tensor, "shape", None)
    if shape is None or getattr(shape, "rank", 0) is None:
        return None
    sizes = [None if size is None else int(size) for size in shape]
    return (None, *sizes[1:]) if sizes else ()


def numbers_of(tensor: Any) -> Any:
    """The tensor as an array, None where it holds no numbers (yet)."""
    import numpy as np

    try:
        if hasattr(tensor, "detach"):
            return tensor.detach().cpu().numpy()
        if hasattr(tensor, "numpy") or hasattr(tensor, "__array__"):
            return np.asarray(tensor)
    except Exception:  # noqa: BLE001 - a symbolic tensor of three backends raises what it likes
        return None
    return None


def as_float(value: Any) -> float:
    """A scalar tensor as a number."""
    numbers = numbers_of(value)
    return float(value if numbers is None else numbers)
