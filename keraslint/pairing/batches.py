"""What Keras refuses of a batch that a generator or ``PyDataset`` gives: the batch enters as written, inputs
included, and the parts that are not taken leave. Mirrors keras/src/trainers/data_adapters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.pairing.model import RefusedPart
from keraslint.pairing.versions import Version
from keraslint.tree import SEQUENCES, Branch, Leaf, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.pairing.model import Backend, Feed, Token
    from keraslint.tree import Path, Tree


def refused_parts(
    batch: Tree[Token], feed: Feed, version: Version, backend: Backend
) -> Iterator[RefusedPart]:
    """The batch itself, or each entry of it that is not taken."""
    if feed == "generator" and isinstance(batch, Branch) and batch.kind == "list":
        yield _no_tuple()
        return
    signed = backend == "tensorflow" and feed in {"generator", "py_dataset"}
    parts = [part for path, entry in _entries(batch) if signed for part in _refused(entry, path, version)]
    yield from (*_too_many(batch), *parts) if feed == "py_dataset" else (*parts, *_too_many(batch))


def _too_many(batch: Tree[Token]) -> Iterator[RefusedPart]:
    """F26: inputs, targets and sample weights, and nothing else."""
    # elif len(data) == 3: return (data[0], data[1], data[2]) ... raise ValueError(error_msg)
    if isinstance(batch, Branch) and batch.kind in SEQUENCES and len(batch.items) > len(ENTRIES):
        message = "Data is expected to be in format `x`, `(x,)`, `(x, y)`, or `(x, y, sample_weight)`"
        yield RefusedPart((), "entries", "ValueError", message, "F26")


ENTRIES = ("x", "y", "sample_weight")


def _no_tuple() -> RefusedPart:
    """F24: what a generator yields is a tuple; a PyDataset's list is made one."""
    # if not isinstance(first_batches[0], tuple): raise ValueError
    message = "When passing a Python generator to a Keras model, the generator must return a tuple"
    return RefusedPart((), "list", "ValueError", message, "F24")


def _entries(batch: Tree[Token]) -> list[tuple[Path, Tree[Token]]]:
    """Inputs, targets and sample weights; a dict is all inputs."""
    if not isinstance(batch, Branch) or batch.kind not in {"tuple", "list"}:
        return [((), batch)]
    return [((key,), entry) for key, entry in batch.items]


def _refused(entry: Tree[Token], path: Path, version: Version) -> Iterator[RefusedPart]:
    """What TensorFlow does not take of inputs, targets or sample weights."""
    numbers = [token for _, token in leaves(entry) if isinstance(token, (int, float))]
    if numbers:
        yield _no_rank(numbers[0], path, version)
    elif _has_list(entry):
        # F23: ds = tf.data.Dataset.from_generator(get_tf_iterator, output_signature=self._output_signature)
        message = (
            "`output_signature` must contain objects that are subclass of `tf.TypeSpec` but found <class "
            "'list'> which is not."
        )
        yield RefusedPart(path, "list", "TypeError", message, "F23")


def _no_rank(number: float, path: Path, version: Version) -> RefusedPart:
    """F25: a number is no array; since 3.11 it is first made one."""
    # if rank < 1: raise ValueError
    if version < Version(3, 11, 0):
        message = f"'{type(number).__name__}' object has no attribute 'shape'"
        return RefusedPart(path, "number", "AttributeError", message, "F25")
    message = "When passing a dataset to a Keras model, the arrays must be at least rank 1."
    return RefusedPart(path, "number", "ValueError", message, "F25")


def _has_list(entry: Tree[Token]) -> bool:
    return not isinstance(entry, Leaf) and (entry.kind == "list" or any(map(_has_list, entry.children)))
