"""Where and Masked: the mean over the kept samples, and gradients that no missing label reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

from keraslint import losses
from tests.losses import programs

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.train

NAN = float("nan")
P = np.array([[0.1, 0.9], [0.4, 0.6], [0.7, 0.3]], "float32")


@keras.saving.register_keras_serializable(package="tests")  # type: ignore[untyped-decorator]
def first_is_positive(y_true: Any, y_pred: Any) -> Any:
    """A condition on the targets."""
    del y_pred
    return y_true[:, 0] > 0


CASES: dict[str, tuple[Any, Any, Any, Any, float]] = {
    "one missing": (
        losses.Masked("mse"),
        [[NAN, NAN], [0.4, 0.0], [0.7, 0.3]],
        P,
        None,
        0.36 / 2 / 2,
    ),
    "a part missing": (losses.Masked("mae"), [[0.1, NAN], [0.4, 0.0], [0.7, 0.3]], P, None, 0.6 / 2 / 2),
    "all missing": (losses.Masked("mse"), [[NAN, NAN]] * 3, P, None, 0.0),
    "none missing": (losses.Masked("mse"), [[0.1, 0.9], [0.4, 0.0], [0.7, 0.3]], P, None, 0.36 / 2 / 3),
    "weighted": (
        losses.Masked("mse"),
        [[NAN, NAN], [0.4, 0.0], [0.7, 0.0]],
        P,
        [9, 1, 3],
        (0.18 * 1 + 0.045 * 3) / 2,
    ),
    "sparse labels": (
        losses.Masked("sparse_categorical_crossentropy", missing=-1),
        [1, -1, 0],
        P,
        None,
        -(np.log(0.9) + np.log(0.7)) / 2,
    ),
    "summed": (
        losses.Masked(keras.losses.MeanSquaredError(reduction="sum")),
        [[NAN, NAN], [0.4, 0.0], [0.7, 0.3]],
        P,
        None,
        0.18,
    ),
    "a condition": (
        losses.Where("mse", first_is_positive),
        [[0.0, 5.0], [0.4, 0.0], [0.7, 0.3]],
        P,
        None,
        0.36 / 2 / 2,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_value_is_the_mean_over_the_kept(name: str) -> None:
    loss, y, p, weight, expected = CASES[name]
    weight = None if weight is None else np.array(weight, "float32")
    value = float(loss(np.array(y, "float32"), p, weight))
    assert value == pytest.approx(expected, rel=1e-4, abs=1e-7)


def test_training_with_missing_labels_is_training_on_the_others() -> None:
    """One task misses four labels of ten; where() around the loss alone makes every weight NaN."""
    x, y = programs.inputs(), programs.targets("flat")
    missing = np.arange(programs.SAMPLES) % 3 == 0
    y["bbox"] = np.where(missing[:, None], NAN, y["bbox"]).astype("float32")
    trained = {}
    for name, loss, part in (
        ("masked", losses.Masked("mse"), slice(None)),
        ("the others", "mse", ~missing),
        ("naive", naive, slice(None)),
    ):
        model = programs.functional(losses.Model, "flat")
        model.compile("sgd", loss=losses.NestedLoss({"bbox": loss}))
        model.fit(x[part], {"bbox": y["bbox"][part]}, epochs=2, batch_size=10, shuffle=False, verbose=0)
        trained[name] = model.get_weights()
    assert any(np.any(np.isnan(array)) for array in trained["naive"])
    for one, two in zip(trained["masked"], trained["the others"], strict=True):
        np.testing.assert_allclose(one, two, rtol=0, atol=1e-6)


def naive(y_true: Any, y_pred: Any) -> Any:
    error = ops.mean(ops.square(y_pred - y_true), axis=-1)
    return ops.where(ops.isnan(error), 0.0, error)


def test_a_subtree_leaves_out_samples_that_miss_anything() -> None:
    y = programs.targets("nested")
    p = keras.tree.map_structure(lambda a: a + 0.25, y)
    whole = losses.NestedLoss({"detection": programs.joint})
    part = keras.tree.map_structure(lambda a: a[1:], (y, p))
    y["detection"]["bbox"][0, 2] = NAN
    masked = losses.NestedLoss({"detection": losses.Masked(programs.joint)})
    assert float(masked(y, p)) == pytest.approx(float(whole(*part)), rel=1e-5)


@pytest.mark.parametrize("loss", [losses.Masked("mse", missing=-1.0), losses.Where("mse", first_is_positive)])
def test_they_are_saved_with_the_model(loss: Any, tmp_path: Path) -> None:
    model = programs.functional(losses.Model, "one")
    model.compile("sgd", loss=losses.NestedLoss({"": {"own": loss}}))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    x, y = programs.inputs(), programs.targets("one")
    y[0] = -1.0
    logs = [each.evaluate(x, y, verbose=0, return_dict=True) for each in (model, loaded)]
    assert logs[0] == logs[1]
