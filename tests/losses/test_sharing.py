"""Work that a subtree's loss and a leaf's loss have in common is done once in a compiled step."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from keraslint import losses

pytestmark = [
    pytest.mark.train,
    pytest.mark.skipif(keras.config.backend() != "jax", reason="reads what XLA was given and what it made"),
]

MATRIX = np.random.default_rng(0).normal(size=(4, 4)).astype("float32")


def at_the_leaf(y_true: Any, y_pred: Any) -> Any:
    return ops.mean(ops.square(ops.matmul(y_pred, MATRIX) - y_true), axis=-1)


def at_the_subtree(y_true: Any, y_pred: Any) -> Any:
    return ops.mean(ops.abs(ops.matmul(y_pred["bbox"], MATRIX) - y_true["bbox"]), axis=-1)


def test_a_product_in_both_is_computed_once() -> None:
    import jax

    nested = losses.NestedLoss({"detection": at_the_subtree, "detection.bbox": at_the_leaf})
    y: dict[str, Any] = {"detection": {"bbox": np.ones((8, 4), "float32")}}
    given = jax.jit(lambda outputs: nested(y, outputs)).lower(y)
    assert given.as_text().count("stablehlo.dot_general") == 2
    made = given.compile().as_text()
    assert made.count(" dot(") == 1


def test_no_memory_is_taken_beyond_the_terms() -> None:
    """For value and gradient together XLA sets aside what it sets aside for the same sum by hand."""
    import jax

    y: dict[str, Any] = {"detection": {"bbox": np.ones((256, 4), "float32")}}
    nested = losses.NestedLoss(
        {"detection": at_the_subtree, "detection.bbox": at_the_leaf}, {"detection.bbox": 2.0}
    )

    def by_hand(outputs: Any) -> Any:
        whole = ops.mean(at_the_subtree(y["detection"], outputs["detection"]))
        return whole + 2.0 * ops.mean(at_the_leaf(y["detection"]["bbox"], outputs["detection"]["bbox"]))

    taken = []
    for total in (lambda outputs: nested(y, outputs), by_hand):
        made = jax.jit(jax.value_and_grad(total)).lower(y).compile().memory_analysis()
        taken.append(made.temp_size_in_bytes + made.output_size_in_bytes)
    assert taken[0] <= taken[1]
