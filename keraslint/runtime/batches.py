"""One batch of whatever a model is trained on enters and leaves, with the same data whole again.

Arrays are sliced. Of what can be read again (a dataset, a ``PyDataset``, a ``DataLoader``) the first batch is
read; of an iterator it is taken, and a generator that begins with it takes the iterator's place. A dataset
that shuffles would come in another order afterwards, so where nothing may change its ``element_spec`` has to
do: structure, shapes and dtypes, without values.
"""

from __future__ import annotations

import random
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keraslint.runtime import internals
from keraslint.runtime.trees import mapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.pairing import Feed

ROWS = 1024
"""So many samples of an array are looked at; Keras's own batch is smaller."""


@dataclass(frozen=True)
class Batch:
    """Inputs, targets and sample weights of one batch; ``feed`` is how they come; ``data`` is the whole."""

    x: Any
    y: Any
    sample_weight: Any
    feed: Feed
    data: Any


def take(
    x: Any, y: Any = None, sample_weight: Any = None, rows: int = ROWS, *, untouched: bool = False
) -> Batch:
    """The first batch. With ``untouched`` nothing is read that would come otherwise the second time."""
    if _is_dataset(x):
        return _of_dataset(x, untouched=untouched)
    if hasattr(x, "__getitem__") and hasattr(x, "__len__") and _is_py_dataset(x):
        with _same_numbers():
            return _unpacked(x[0], "py_dataset", x)
    if _is_loader(x):
        with _same_numbers():
            return _unpacked(_first_of_loader(x), "generator", x)
    if hasattr(x, "__next__"):
        return _of_iterator(x)
    return Batch(_sliced(x, rows), _sliced(y, rows), _sliced(sample_weight, rows), "arrays", x)


def _classes(thing: Any) -> set[str]:
    return {f"{cls.__module__.partition('.')[0]}.{cls.__name__}" for cls in type(thing).__mro__}


def _is_dataset(x: Any) -> bool:
    return bool(_classes(x) & {"tensorflow.DatasetV2", "tensorflow.DistributedDatasetInterface"})


def _is_py_dataset(x: Any) -> bool:
    return bool(_classes(x) & {"keras.PyDataset", "keras.Sequence", "tf_keras.Sequence"})


def _is_loader(x: Any) -> bool:
    return "torch.DataLoader" in _classes(x)


def _of_dataset(dataset: Any, *, untouched: bool) -> Batch:
    if (untouched and internals.shuffles(dataset)) or not hasattr(dataset, "take"):
        return _unpacked(dataset.element_spec, "dataset", dataset)
    with _same_numbers():
        return _unpacked(next(iter(dataset.take(1))), "dataset", dataset)


def _of_iterator(iterator: Any) -> Batch:
    first = next(iterator)

    def whole() -> Iterator[Any]:
        yield first
        yield from iterator

    return _unpacked(first, "generator", whole())


def _first_of_loader(loader: Any) -> Any:
    """Collated here where the samples can be indexed: iterating would start workers and draw numbers."""
    dataset, size = loader.dataset, loader.batch_size
    if size is None or not hasattr(dataset, "__getitem__") or not hasattr(dataset, "__len__"):
        return next(iter(loader))
    return loader.collate_fn([dataset[index] for index in range(min(size, len(dataset)))])


def _unpacked(batch: Any, feed: Feed, data: Any) -> Batch:
    """``unpack_x_y_sample_weight``; the loader of torch makes a list of the outermost tuple."""
    if not isinstance(batch, (tuple, list)):
        return Batch(batch, None, None, feed, data)
    x, y, sample_weight = (*batch, None, None, None)[:3]
    return Batch(x, y, sample_weight, feed, data)


def _sliced(part: Any, rows: int) -> Any:
    return mapped(part, lambda _, leaf: _first_rows(leaf, rows))


def _first_rows(leaf: Any, rows: int) -> Any:
    try:
        return leaf[:rows] if len(leaf.shape) > 0 else leaf
    except (AttributeError, TypeError):
        return leaf


@contextmanager
def _same_numbers() -> Iterator[None]:
    """Draw no random number that the program would have drawn: Python's, NumPy's and torch's."""
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    kept = random.getstate(), numpy and numpy.random.get_state(), torch and torch.random.get_rng_state()
    try:
        yield
    finally:
        random.setstate(kept[0])
        if numpy:
            numpy.random.set_state(kept[1])
        if torch:
            torch.random.set_rng_state(kept[2])
