"""What people do with a model besides ``fit`` on a dict: the numbers are those of Keras, or of ``fit``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest

from keraslint import losses
from keraslint.losses import container
from tests.losses import programs

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.train

X = programs.inputs()
ONE = (programs.targets("one")[:, :1] > 0).astype("float32")
NATIVE = pytest.mark.skipif(
    not container.plain_compile_sees_the_whole(), reason="plain models see the whole output from Keras 3.7 on"
)


def one_output(make: Callable[..., Any], loss: Any) -> Any:
    keras.utils.set_random_seed(1)
    model = make([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", loss=loss)
    return model


@pytest.mark.parametrize("make", [losses.Sequential, pytest.param(keras.Sequential, marks=NATIVE)])
@pytest.mark.parametrize("given", [{}, {"class_weight": {0: 1.0, 1: 5.0}}, {"steps_per_epoch": 2}])
def test_one_output_is_trained_as_natively(make: Any, given: dict[str, Any]) -> None:
    """By ``''`` alone, with weights of classes, and where an epoch ends early."""
    native = one_output(keras.Sequential, "binary_crossentropy")
    ours = one_output(make, losses.NestedLoss({"": "binary_crossentropy"}))
    for model in (native, ours):
        model.fit(X, ONE, batch_size=4, epochs=2, shuffle=False, verbose=0, **given)
    for known, found in zip(native.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_allclose(found, known, rtol=0, atol=1e-6)


class Deep(losses.NestedLossMixin, keras.Model):  # type: ignore[misc]
    """A tuple of a dict with a list, in which there is a dict; and of one array."""

    def __init__(self) -> None:
        """Two heads, each in two places."""
        super().__init__()
        self.one, self.two = keras.layers.Dense(1), keras.layers.Dense(2)

    def call(self, x: Any) -> Any:
        """The outputs."""
        one, two = self.one(x), self.two(x)
        return {"list": [one, {"z": two}]}, one


def test_containers_may_stand_in_each_other() -> None:
    keras.utils.set_random_seed(1)
    model = Deep()
    model.compile("sgd", loss=losses.NestedLoss({"0.list.0": "mse", "0.list.1.z": "mae", "1": "huber"}))
    outputs = keras.tree.map_structure(keras.ops.convert_to_numpy, model(X))
    one, two = outputs[1], outputs[0]["list"][1]["z"]
    y = ({"list": [one + 1, {"z": two + 2}]}, one - 3)
    logs = model.test_on_batch(X, y, return_dict=True)
    expected = {"0.list.0_loss": 1.0, "0.list.1.z_loss": 2.0, "1_loss": 2.5, "loss": 5.5}
    assert logs == pytest.approx(expected, rel=1e-5)


def test_single_batches_are_logged_like_epochs() -> None:
    """``train_on_batch`` and ``test_on_batch``, as dicts and as lists; a head without loss or target."""
    y = {"bbox": programs.targets("flat")["bbox"]}
    models = [programs.functional(losses.Model, "flat") for _ in range(2)]
    for model in models:
        model.compile("sgd", loss=losses.NestedLoss({"bbox": ["mse", "mae"]}, {"bbox": [0, 2.0]}))
    epoch = models[0].fit(X, y, batch_size=len(X), verbose=0).history
    batch = models[1].train_on_batch(X, y, return_dict=True)
    assert batch == pytest.approx({key: values[0] for key, values in epoch.items()}, rel=1e-6)
    assert batch["loss"] == pytest.approx(2 * batch["bbox_mae_loss"], rel=1e-6)
    tested = models[1].test_on_batch(X, y, return_dict=True)
    listed = models[1].evaluate(X, y, batch_size=len(X), verbose=0)
    order = ("loss", "bbox_mae_loss", "bbox_mse_loss")  # Keras sorts what is no name of a metric
    assert listed == pytest.approx([tested[key] for key in order], rel=1e-6)


def test_a_part_of_the_data_is_held_out() -> None:
    """Targets of some heads are split like those of all."""
    model = programs.functional(losses.Model, "flat")
    model.compile("sgd", loss=losses.NestedLoss({"bbox": "mse"}))
    y = {"bbox": programs.targets("flat")["bbox"]}
    history = model.fit(X, y, validation_split=0.3, batch_size=3, verbose=0).history
    assert set(history) == {"loss", "bbox_loss", "val_loss", "val_bbox_loss"}
    held = (X[7:], {"bbox": y["bbox"][7:]})
    known = model.evaluate(*held, batch_size=3, verbose=0, return_dict=True)["bbox_loss"]
    assert history["val_bbox_loss"][-1] == pytest.approx(known, rel=1e-6)
