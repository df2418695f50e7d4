"""MultiLoss: parts that are right under sample weights, where the published pattern is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest

from keraslint import losses
from tests.losses import programs
from tests.losses.programs import BATCH

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.train

PARTS = {"near": "mse", "far": keras.losses.MeanAbsoluteError(), "own": programs.mae_values}
WEIGHTS = {"near": 2.0, "own": 0.5}
FACTORS = {"near_loss": 2.0, "far_loss": 1.0, "own_loss": 0.5}
WEIGHT = np.linspace(0, 2, programs.SAMPLES).astype("float32")


def compiled() -> Any:
    model = programs.functional(keras.Model, "one")
    multi = losses.MultiLoss(PARTS, WEIGHTS)
    model.compile(keras.optimizers.SGD(0.0), loss=multi, weighted_metrics=multi.metrics())
    return model


def known(y: Any, p: Any, weight: Any) -> dict[str, float]:
    near, far = (np.mean(power, axis=-1) * weight for power in ((y - p) ** 2, np.abs(y - p)))
    parts = {"near_loss": near.mean(), "far_loss": far.mean(), "own_loss": far.mean()}
    return {**parts, "loss": sum(FACTORS[key] * value for key, value in parts.items())}


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["unweighted", "weighted"])
def test_parts_and_their_sum_are_those_of_numpy(weight: Any) -> None:
    model, x, y = compiled(), programs.inputs(), programs.targets("one")
    expected = known(y, model.predict(x, verbose=0), 1.0 if weight is None else weight)
    history = model.fit(x, y, batch_size=BATCH, sample_weight=weight, epochs=2, verbose=0).history
    assert {key: values[-1] for key, values in history.items()} == pytest.approx(expected, rel=1e-5)


def test_a_loaded_model_logs_the_same(tmp_path: Path) -> None:
    model, x, y = compiled(), programs.inputs(), programs.targets("one")
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    logs = [
        each.evaluate(x, y, sample_weight=WEIGHT, verbose=0, return_dict=True) for each in (model, loaded)
    ]
    assert logs[0] == pytest.approx(logs[1])
    assert logs[0].keys() == {"loss", *FACTORS}


class Published(keras.losses.Loss):  # type: ignore[misc]
    """The pattern as it is published: losses are called in ``call`` and kept in means."""

    def __init__(self) -> None:
        """Its two parts are fixed."""
        super().__init__(name="published")
        self.near, self.far = keras.losses.MeanSquaredError(), keras.losses.MeanAbsoluteError()
        self.means = [keras.metrics.Mean(name=name) for name in ("near_loss", "far_loss")]

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The sum of losses that are already averaged."""
        parts = [self.near(y_true, y_pred), self.far(y_true, y_pred)]
        for mean, part in zip(self.means, parts, strict=True):
            mean.update_state(part)
        return parts[0] + parts[1]


def test_the_published_pattern_is_wrong_under_sample_weights() -> None:
    y, p = (np.random.default_rng(seed).uniform(size=(4, 2)).astype("float32") for seed in (0, 1))
    weight = np.array([0, 1, 2, 5], "float32")
    right = float(np.mean(np.mean((y - p) ** 2 + np.abs(y - p), axis=-1) * weight))
    published = Published()
    assert float(losses.MultiLoss(["mse", "mae"])(y, p, weight)) == pytest.approx(right, rel=1e-5)
    assert float(published(y, p, weight)) != pytest.approx(right, rel=1e-2)
    unweighted = float(np.mean((y - p) ** 2))
    assert float(published.means[0].result()) == pytest.approx(unweighted, rel=1e-5)


def test_a_multi_loss_may_stand_at_a_path() -> None:
    y, p = programs.targets("flat"), keras.tree.map_structure(lambda a: a + 0.5, programs.targets("flat"))
    nested = losses.NestedLoss({"bbox": losses.MultiLoss({"a": "mse", "b": "mae"}, [1, 2])})
    assert nested.log_keys == ("bbox_loss",)
    assert float(nested(y, p)) == pytest.approx(0.25 + 1.0, rel=1e-5)


def test_a_weight_for_no_part_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'naer' .*is for no loss\. Nearest: 'near'"):
        losses.MultiLoss({"near": "mse"}, {"naer": 1})
