"""Maximum and WeightedMean: sample by sample against NumPy, plain and in a NestedLoss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

from keraslint import losses
from tests.losses import programs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.train


def square(y: Any, p: Any) -> Any:
    return np.mean((y - p) ** 2, axis=-1)


def absolute(y: Any, p: Any) -> Any:
    return np.mean(np.abs(y - p), axis=-1)


PARTS = {"near": "mse", "far": programs.mae_values}
CASES: dict[str, tuple[Callable[[], Any], Callable[[Any, Any], Any]]] = {
    "maximum": (lambda: losses.Maximum(PARTS), lambda y, p: np.maximum(square(y, p), absolute(y, p))),
    "mean": (
        lambda: losses.WeightedMean(PARTS, {"far": 3.0}),
        lambda y, p: (square(y, p) + 3 * absolute(y, p)) / 4,
    ),
    "plain mean": (
        lambda: losses.WeightedMean([keras.losses.MeanSquaredError(), "mae"]),
        lambda y, p: (square(y, p) + absolute(y, p)) / 2,
    ),
}


def data() -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(0)
    y, p = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
    p[:3] = y[:3] + 0.1  # there the absolute error is larger, elsewhere the square
    return y.astype("float32"), p.astype("float32"), np.arange(6, dtype="float32")


@pytest.mark.parametrize("name", CASES)
def test_values_are_those_of_numpy(name: str) -> None:
    make, reference = CASES[name]
    y, p, weight = data()
    expected = reference(y, p)
    loss = make()
    assert float(loss(y, p)) == pytest.approx(np.mean(expected), rel=1e-5)
    assert float(loss(y, p, weight)) == pytest.approx(np.mean(expected * weight), rel=1e-5)
    config = keras.saving.serialize_keras_object(loss)
    again = keras.saving.deserialize_keras_object(config)
    assert float(again(y, p)) == float(loss(y, p))
    again.reduction = "sum"
    assert float(again(y, p)) == pytest.approx(np.sum(expected), rel=1e-5)


@pytest.mark.parametrize("name", ["maximum", "mean"])
def test_plain_compile_and_nested_loss_train_alike(name: str, tmp_path: Path) -> None:
    """One output of a plain model, the same head under a NestedLoss, and what is loaded again."""
    x, y = programs.inputs(), programs.targets("one")
    weights = []
    for cls, loss in (
        (keras.Model, CASES[name][0]()),
        (losses.Model, losses.NestedLoss({"": CASES[name][0]()})),
    ):
        model = programs.functional(cls, "one")
        model.compile("sgd", loss=loss)
        model.fit(x, y, batch_size=5, shuffle=False, verbose=0)
        weights.append(model.get_weights())
    for one, two in zip(*weights, strict=True):
        np.testing.assert_allclose(one, two, rtol=0, atol=1e-6)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.evaluate(x, y, verbose=0) == pytest.approx(model.evaluate(x, y, verbose=0))


def test_the_maximum_of_a_subtree() -> None:
    y = programs.targets("nested")
    p = keras.tree.map_structure(lambda array: array + 0.25, y)

    def constant(y_true: Any, y_pred: Any) -> Any:
        return ops.zeros_like(y_true["confidence"][:, 0]) + 0.5 + 0 * y_pred["confidence"][:, 0]

    value = losses.NestedLoss({"detection": losses.Maximum([programs.joint, constant])})(y, p)
    known = (y["detection"]["confidence"] * 0.0625 + p["detection"]["confidence"])[:, 0]
    assert float(value) == pytest.approx(np.mean(np.maximum(known, 0.5)), rel=1e-5)


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "nothing": (lambda: losses.Maximum([]), "at least one loss"),
    "a sum": (
        lambda: losses.Maximum([keras.losses.MeanSquaredError(reduction="sum"), "mae"]),
        "has reduction='sum': give it to Maximum",
    ),
    "weight of nothing": (
        lambda: losses.WeightedMean(PARTS, {"nearest": 1.0}),
        "is for no loss. Nearest: 'near'",
    ),
    "no weight": (lambda: losses.WeightedMean(PARTS, {"near": -1.0, "far": 1.0}), "sum to more than 0"),
    "unlike shapes": (
        lambda: losses.Maximum(["mse", lambda y, p: ops.mean(y - p)])(*data()[:2]),
        "values of unlike shapes",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    make, message = REFUSED[name]
    with pytest.raises(ValueError, match=message):
        make()
