"""What the replicas of ``tf.distribute`` have together; elsewhere there is one, and arrays are global."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


def replicas() -> int:
    """How many replicas train in step; Keras divides loss values by it under ``tf.distribute`` alone."""
    if keras.config.backend() != "tensorflow":
        return 1
    import tensorflow as tf  # noqa: PLC0415 - only that backend has it

    return int(tf.distribute.get_strategy().num_replicas_in_sync)


def _context() -> Any:
    """The context of one replica of several; None where there is one, or none in particular."""
    if replicas() == 1:
        return None
    import tensorflow as tf  # noqa: PLC0415 - only that backend has it

    return tf.distribute.get_replica_context()


def gathered(values: Any) -> Any:
    """The rows of all replicas, in their order; gradients go back to each."""
    context = _context()
    return values if context is None else context.all_gather(values, axis=0)


def summed(value: Any) -> Any:
    """The sum over all replicas; gradients go back to each."""
    context = _context()
    return value if context is None else context.all_reduce("SUM", value)


def rows_before(values: Any) -> Any:
    """How many of the rows of ``gathered(values)`` stand before those of this replica."""
    context = _context()
    if context is None:
        return 0
    sizes = context.all_gather(ops.reshape(ops.shape(values)[0], (1,)), axis=0)
    before = ops.arange(replicas()) < context.replica_id_in_sync_group
    return ops.sum(ops.where(before, sizes, 0))
