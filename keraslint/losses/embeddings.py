"""``Loss`` classes for the labels and embeddings of a batch, or of queries and keys."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import keras
from keras import ops

from keraslint.losses import similarity
from keraslint.losses.paths import PathError, child, describe, items
from keraslint.losses.replicas import gathered, replicas, rows_before, summed

if TYPE_CHECKING:
    from collections.abc import Callable

QUERY, KEY = "query", "key"


class SimilarityLoss(keras.losses.Loss):  # type: ignore[misc]
    """The base of the losses below: of embeddings by their labels, within a batch or of queries and keys.

    Args:
        name: defaults to that of the function.
        options: those of the function in ``keraslint.losses.similarity`` that the class stands for.

    With arrays, ``y_true`` holds labels of shape ``(batch,)`` or ``(batch, 1)`` and ``y_pred`` embeddings of
    shape ``(batch, size)``, of length 1 each: every sample is compared with the others of the batch. With
    dicts of ``query`` and ``key`` (as a term of a ``NestedLoss`` at a node with these two heads) queries are
    compared with keys, of which there may be another number. The value is the mean over the queries whose
    value is above 0, as ``keras.losses.Circle`` has it: one without positives, or already apart, does not
    thin out the others. The replicas of ``tf.distribute`` compare their queries with the keys of all, as one
    device would. Sample weights weigh queries. Labels stay integers; of float labels any two that are
    equal are the same.
    """

    function: ClassVar[Callable[..., Any]]

    def __init__(self, name: str | None = None, **options: float) -> None:
        super().__init__(name=name or self.function.__name__)
        known = [
            p.name for p in inspect.signature(self.function).parameters.values() if p.kind == p.KEYWORD_ONLY
        ]
        for option in options:
            if option not in known:
                msg = f"{type(self).__name__} takes {', '.join(known)}, not {option!r}."
                raise TypeError(msg)
        self.options = options

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The mean over the queries with a value, a scalar. (Keras would make floats of the labels.)"""
        return self.mean(self.call(y_true, y_pred), sample_weight)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The values of the queries, of shape ``(queries,)``."""
        return self.compare(compared_in(y_true, y_pred, self.dtype))

    def compare(self, batch: Batch) -> Any:
        """The values of the queries of ``batch``, of shape ``(queries,)``."""
        return type(self).function(*batch, **self.options)

    def mean(self, values: Any, sample_weight: Any = None) -> Any:
        """The weighted mean over the queries of all replicas whose value is above 0, a scalar."""
        counted = ops.sum(ops.cast(values > 0, values.dtype))
        if sample_weight is not None:
            values *= ops.reshape(ops.cast(sample_weight, values.dtype), (-1,))
        return ops.divide_no_nan(summed(ops.sum(values)), summed(counted)) / replicas()

    def get_config(self) -> dict[str, Any]:
        """The name and the options that were given."""
        return {"name": self.name, **self.options}


class Batch(NamedTuple):
    """What is compared: the first five arguments of the functions in ``keraslint.losses.similarity``."""

    labels: Any
    queries: Any
    key_labels: Any
    keys: Any
    pairs: Any  # truth values of shape (queries, keys), or None for all


def compared_in(y_true: Any, y_pred: Any, dtype: Any) -> Batch:
    """The queries of this replica and the keys of all."""
    if items(y_pred) is None:
        labels, queries = similarity.flat(y_true), ops.cast(y_pred, dtype)
        keys = gathered(queries)
        pairs = similarity.others(queries, keys, rows_before(queries))
        return Batch(labels, queries, gathered(labels), keys, pairs)
    (labels, key_labels), embeddings = _pair(y_true), _pair(y_pred)
    queries, keys = (ops.cast(each, dtype) for each in embeddings)
    return Batch(
        similarity.flat(labels), queries, gathered(similarity.flat(key_labels)), gathered(keys), None
    )


def _pair(structure: Any) -> tuple[Any, Any]:
    found = tuple(child(structure, name) for name in (QUERY, KEY))
    if len(items(structure) or ()) != len(found) or not all(hasattr(part, "shape") for part in found):
        msg = f"Queries and keys are a dict of 'query' and 'key', not {describe(structure)}."
        raise PathError(msg)
    return found[0], found[1]


@keras.saving.register_keras_serializable(package="keraslint")
class CircleLoss(SimilarityLoss):
    """``similarity.circle``; options ``gamma`` (80) and ``margin`` (0.4)."""

    function = staticmethod(similarity.circle)


@keras.saving.register_keras_serializable(package="keraslint")
class NTXent(SimilarityLoss):
    """``similarity.nt_xent``; option ``temperature`` (0.1)."""

    function = staticmethod(similarity.nt_xent)


@keras.saving.register_keras_serializable(package="keraslint")
class ContrastiveLoss(SimilarityLoss):
    """``similarity.contrastive``; option ``margin`` (1)."""

    function = staticmethod(similarity.contrastive)


@keras.saving.register_keras_serializable(package="keraslint")
class TripletLoss(SimilarityLoss):
    """``similarity.triplet``; option ``margin`` (0.2)."""

    function = staticmethod(similarity.triplet)


@keras.saving.register_keras_serializable(package="keraslint")
class MultiSimilarityLoss(SimilarityLoss):
    """``similarity.multi_similarity``; options ``alpha`` (2), ``beta`` (50) and ``base`` (0.5)."""

    function = staticmethod(similarity.multi_similarity)
