"""What Keras does beside the loss is kept: regularizers, add_loss, masks, mixed precision, XLA."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from keraslint import losses
from tests.losses import programs

pytestmark = pytest.mark.train

SPEC = {"class": "mse", "bbox": "mae", "confidence": "binary_crossentropy"}


class Activity(keras.layers.Layer):  # type: ignore[misc]
    """Adds a loss of its own."""

    def call(self, x: Any) -> Any:
        """The input, unchanged."""
        self.add_loss(0.01 * ops.sum(ops.square(x)))
        return x


def with_add_loss(cls: Any) -> Any:
    keras.utils.set_random_seed(7)
    features = keras.Input((3,))
    hidden = Activity()(keras.layers.Dense(5, activation="tanh")(features))
    outputs = programs.arranged(
        "flat",
        lambda name: keras.layers.Dense(programs.SIZES[name], activation="sigmoid", name=name)(hidden),
    )
    return cls(features, outputs)


MODELS = {
    "regularizers": lambda cls: programs.functional(
        cls, "flat", kernel_regularizer="l2", bias_regularizer="l1"
    ),
    "add_loss": with_add_loss,
}


@pytest.mark.parametrize(
    ("name", "jit"), [("regularizers", True), ("regularizers", False), ("add_loss", False)]
)
def test_additional_losses_are_added_as_natively(name: str, *, jit: bool) -> None:
    x, y = programs.inputs(), programs.targets("flat")
    weights, totals = [], []
    for cls, loss in ((keras.Model, SPEC), (losses.Model, losses.NestedLoss(SPEC))):
        model = MODELS[name](cls)
        model.compile("adam", loss=loss, jit_compile=jit and keras.config.backend() != "torch")
        totals.append(model.fit(x, y, batch_size=5, epochs=2, shuffle=False, verbose=0).history["loss"])
        weights.append(model.get_weights())
    np.testing.assert_allclose(totals[0], totals[1], rtol=1e-6)
    for one, two in zip(*weights, strict=True):
        np.testing.assert_allclose(one, two, rtol=0, atol=1e-6)


def test_mixed_precision_scales_as_natively() -> None:
    """float16 with its loss scaling: sums of half precision agree to half precision."""
    x, y = programs.inputs(), programs.targets("flat")
    weights = []
    keras.config.set_dtype_policy("mixed_float16")
    try:
        for cls, loss in ((keras.Model, SPEC), (losses.Model, losses.NestedLoss(SPEC))):
            model = programs.functional(cls, "flat")
            model.compile("sgd", loss=loss)
            assert type(model.optimizer).__name__ == "LossScaleOptimizer"
            model.fit(x, y, epochs=2, shuffle=False, verbose=0)
            weights.append(model.get_weights())
    finally:
        keras.config.set_dtype_policy("float32")
    for one, two in zip(*weights, strict=True):
        assert np.all(np.isfinite(one))
        np.testing.assert_allclose(one, two, rtol=0, atol=1e-3)


def masked(cls: Any, loss: Any) -> float:
    features = keras.Input((4,), dtype="int32")
    embedded = keras.layers.Embedding(5, 3, mask_zero=True, embeddings_initializer="ones")(features)
    model = cls(features, {"a": keras.layers.Dense(1, kernel_initializer="zeros", name="a")(embedded)})
    model.compile(keras.optimizers.SGD(0.0), loss=loss)
    return float(model.evaluate(TOKENS, {"a": STEPS}, verbose=0, return_dict=True)["loss"])


TOKENS = np.array([[1, 2, 0, 0], [3, 0, 0, 0], [1, 1, 1, 1]])
STEPS: Any = np.arange(12, dtype="float32").reshape(3, 4, 1)


def test_the_mask_of_a_head_reaches_its_loss() -> None:
    native, known = masked(keras.Model, {"a": "mse"}), np.mean(STEPS[TOKENS != 0] ** 2)
    assert masked(losses.Model, losses.NestedLoss({"a": "mse"})) == pytest.approx(native, rel=1e-6)
    if native != pytest.approx(known, rel=1e-6):
        pytest.skip("this Keras loses masks before the loss on jax")


def test_sequences_have_a_loss_value_for_each_step() -> None:
    """Losses of shape ``(batch, steps)`` and sample weights of that shape are as in Keras."""
    rng = np.random.default_rng(0)
    y, p = (rng.uniform(size=(3, 4, 2)).astype("float32") for _ in range(2))
    weight = rng.uniform(size=(3, 4)).astype("float32")
    value = losses.NestedLoss({"a": "mse"})({"a": y}, {"a": p}, {"a": weight})
    assert float(value) == pytest.approx(float(np.mean(np.mean((y - p) ** 2, -1) * weight)), rel=1e-6)


@pytest.mark.parametrize(
    ("shape", "targets", "name"),
    [
        ((8, 1), np.ones((8, 1)), "binary_crossentropy"),
        ((8, 3), np.ones((8,)), "sparse_categorical_crossentropy"),
        ((8, 3), np.ones((8, 1)), "sparse_categorical_crossentropy"),
        ((8, 3), np.eye(3)[np.zeros(8, int)], "categorical_crossentropy"),
    ],
)
def test_crossentropy_is_chosen_by_shapes_as_in_keras(shape: Any, targets: Any, name: str) -> None:
    p = ops.softmax(np.random.default_rng(0).normal(size=shape).astype("float32")) * 0.9
    values = [float(losses.NestedLoss({"": loss}).compute(targets, p)) for loss in ("crossentropy", name)]
    assert values[0] == values[1]
