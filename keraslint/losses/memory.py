"""``CrossBatchMemory``: embeddings and labels of earlier batches, as more keys for a loss of similarity."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keraslint.losses.embeddings import Batch, SimilarityLoss, compared_in
from keraslint.losses.paths import PathError
from keraslint.losses.state import training


@keras.saving.register_keras_serializable(package="keraslint")
class CrossBatchMemory(keras.losses.Loss):  # type: ignore[misc]
    """Cross-batch memory (XBM), Wang et al. 2020 (arXiv 1912.06798): more keys for a loss of similarity.

    Args:
        loss: ``CircleLoss``, ``ContrastiveLoss``, ``TripletLoss``, ``MultiSimilarityLoss`` or ``NTXent``.
        embedding_size: the size of an embedding, the last axis of the output.
        size: how many embeddings are kept; the oldest leave first.
        warmup: training steps before the first that is kept. The paper waits until embeddings drift slowly
            (1,000 steps in its experiments).
        name: defaults to the loss's.

    Targets and outputs are those of ``loss``. Queries are compared with the keys of the batch and with those
    that are kept, which have no gradient, as if all were one batch of keys (the paper's algorithm 1 adds a
    loss of each); then the keys of the batch are kept, those of all replicas. While the memory is empty the
    value is that of ``loss`` alone. ``evaluate`` and validation read the memory and leave it as it is.

    The state is in ``variables``: ``embeddings`` of shape ``(size, embedding_size)``, the newest first, their
    ``labels`` of shape ``(size,)``, ``filled``, how many of these there are, and ``steps``. The model has to
    train, save and load it, so this stands in a ``NestedLoss``, at ``''`` for a model of one output. Labels
    have 64 bits, on jax 32 (its default). A training loop by hand that evaluates says
    ``with keraslint.losses.evaluating():``.

    Raises:
        PathError: where it is called outside a ``NestedLoss``, and for embeddings of another size.
        TypeError: where ``loss`` is none of the above.
    """

    def __init__(
        self,
        loss: Any,
        embedding_size: int,
        size: int = 1024,
        warmup: int = 0,
        name: str | None = None,
    ) -> None:
        if not isinstance(loss, SimilarityLoss):
            msg = f"CrossBatchMemory takes a loss of similarity such as CircleLoss(), not {loss!r}."
            raise TypeError(msg)
        super().__init__(name=name or loss.name)
        self.loss = loss
        self.embedding_size = embedding_size
        self.size = size
        self.warmup = warmup
        self.variables: list[Any] = []

    def build(self) -> None:
        """Make the variables, once; every replica has the same ones."""
        if self.variables:
            return
        label = "int32" if keras.config.backend() == "jax" else "int64"
        for name, shape, dtype in (
            ("embeddings", (self.size, self.embedding_size), self.dtype),
            ("labels", (self.size,), label),
            ("filled", (), "int32"),
            ("steps", (), "int32"),
        ):
            variable = keras.Variable(
                ops.zeros(shape, dtype),
                dtype=dtype,
                trainable=False,
                name=name,
                aggregation="only_first_replica",
            )
            self.variables.append(variable)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The mean over the queries with a value, a scalar; keeps the keys if this is a step of training."""
        if not self.variables:
            msg = (
                "CrossBatchMemory has state, which a model holds by a NestedLoss: write "
                "loss=NestedLoss({'': CrossBatchMemory(...)}) and train with keraslint.losses.Model."
            )
            raise PathError(msg)
        batch = compared_in(y_true, y_pred, self.dtype)
        self._refuse_another_size(batch.queries)
        value = self.loss.mean(self.loss.compare(self._with_memory(batch)), sample_weight)
        if training():
            self._keep(batch)
        return value

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The mean over the queries with a value, a scalar."""
        return self(y_true, y_pred)

    def _with_memory(self, batch: Batch) -> Batch:
        """The batch with the embeddings that are kept as further keys."""
        embeddings, labels, filled, _ = (variable.value for variable in self.variables)
        rows, own = ops.shape(batch.queries)[0], ops.shape(batch.keys)[0]
        pairs = ops.ones((rows, own), "bool") if batch.pairs is None else batch.pairs
        stored = ops.broadcast_to(ops.arange(self.size) < filled, (rows, self.size))
        return Batch(
            batch.labels,
            batch.queries,
            ops.concatenate([ops.cast(batch.key_labels, labels.dtype), labels], axis=0),
            ops.concatenate([batch.keys, ops.stop_gradient(embeddings)], axis=0),
            ops.concatenate([pairs, stored], axis=1),
        )

    def _keep(self, batch: Batch) -> None:
        """Put the keys of the batch before those that are kept, and count them, when warm."""
        embeddings, labels, filled, steps = self.variables
        new = ops.shape(batch.keys)[0]
        newest = ops.concatenate([ops.stop_gradient(batch.keys), embeddings.value], axis=0)
        newest_labels = ops.concatenate([ops.cast(batch.key_labels, labels.dtype), labels.value], axis=0)
        count = ops.minimum(filled + new, self.size)
        embeddings.assign(newest[: self.size])
        labels.assign(newest_labels[: self.size])
        filled.assign(ops.where(steps.value < self.warmup, 0, count))
        steps.assign(steps + 1)

    def _refuse_another_size(self, queries: Any) -> None:
        if queries.shape[-1] != self.embedding_size:
            msg = (
                f"Embeddings have size {queries.shape[-1]}, "
                f"CrossBatchMemory has embedding_size={self.embedding_size}."
            )
            raise PathError(msg)

    def get_config(self) -> dict[str, Any]:
        """The loss, the sizes, the warm-up and the name; what is kept is saved with the model."""
        return {
            "loss": keras.saving.serialize_keras_object(self.loss),
            "embedding_size": self.embedding_size,
            "size": self.size,
            "warmup": self.warmup,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> CrossBatchMemory:
        """The inverse of ``get_config``."""
        return cls(**keras.saving.deserialize_keras_object(config))
