"""What is logged: every term by itself, without its weight, over the samples of the epoch."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from keraslint import losses
from keraslint.losses import container
from tests.losses import programs
from tests.losses.programs import BATCH

pytestmark = pytest.mark.train

SPEC = {"class": "mse", "detection.bbox": "mae", "detection": programs.joint}
WEIGHTS = {"class": 2.0, "detection": 0.5}
LOGS = {"class_loss": 2.0, "detection.bbox_loss": 1.0, "detection_loss": 0.5}


def known(y: Any, p: Any, weight: Any) -> dict[str, float]:
    """The logs of one pass in NumPy: each batch is averaged and counted by its samples."""
    per_sample = {
        "class_loss": np.mean((y["class"] - p["class"]) ** 2, axis=-1),
        "detection.bbox_loss": np.mean(np.abs(y["detection"]["bbox"] - p["detection"]["bbox"]), axis=-1),
        "detection_loss": np.mean((y["detection"]["bbox"] - p["detection"]["bbox"]) ** 2, axis=-1)
        * y["detection"]["confidence"][:, 0]
        + p["detection"]["confidence"][:, 0],
    }
    logs = {key: float(np.mean(values * weight)) for key, values in per_sample.items()}
    return logs | {"loss": sum(LOGS[key] * value for key, value in logs.items())}


def compiled(cls: Any, rate: float = 0.0, **options: Any) -> Any:
    """At rate 0 the outputs stay what they are, and every logged number is known."""
    if cls is keras.Model and not container.plain_compile_sees_the_whole():
        pytest.skip("plain models see the whole output from Keras 3.7 on")
    model = programs.functional(cls, "nested")
    model.compile(keras.optimizers.SGD(rate), loss=losses.NestedLoss(SPEC, WEIGHTS), **options)
    if cls is keras.Model:
        losses.log_terms(model)
    return model


def sample_weights(spelled: str, y: Any) -> Any:
    weight = np.linspace(0.0, 3.0, programs.SAMPLES).astype("float32")
    return {
        "none": None,
        "one array": weight,
        "a tree": keras.tree.map_structure(lambda _: weight, y),
    }[spelled]


@pytest.mark.parametrize(
    ("cls", "weights", "options"),
    [
        (losses.Model, "none", {}),
        (losses.Model, "one array", {"run_eagerly": True}),
        (losses.Model, "a tree", {"steps_per_execution": 2}),
        (keras.Model, "a tree", {}),
        (keras.Model, "one array", {"steps_per_execution": 2}),
        (keras.Model, "none", {"run_eagerly": True}),
    ],
    ids=str,
)
def test_logs_are_those_of_numpy(cls: Any, weights: str, options: dict[str, Any]) -> None:
    """Of ten samples in batches of four the last batch has two."""
    if keras.config.backend() == "torch" and "steps_per_execution" in options:
        pytest.skip("not supported by Keras on torch")
    model = compiled(cls, **options)
    x, y = programs.inputs(), programs.targets("nested")
    weight = sample_weights(weights, y)
    expected = known(
        y, model.predict(x, verbose=0), 1.0 if weight is None else sample_weights("one array", y)
    )
    history = model.fit(
        x,
        y,
        batch_size=BATCH,
        epochs=2,
        shuffle=False,
        sample_weight=weight,
        validation_data=(x, y),
        verbose=0,
    ).history
    trained = {key: values[-1] for key, values in history.items() if not key.startswith("val_")}
    validated = {key[4:]: values[-1] for key, values in history.items() if key.startswith("val_")}
    assert trained == pytest.approx(expected, rel=1e-5)
    assert validated == pytest.approx(known(y, model.predict(x, verbose=0), 1.0), rel=1e-5)
    evaluated = model.evaluate(x, y, batch_size=BATCH, sample_weight=weight, return_dict=True, verbose=0)
    assert evaluated == pytest.approx(expected, rel=1e-5)


def test_training_goes_on_in_the_logs() -> None:
    """The logs of an epoch are those of its batches, not of one before."""
    model = compiled(losses.Model, 0.1)
    history = model.fit(programs.inputs(), programs.targets("nested"), epochs=3, verbose=0).history
    assert all(np.all(np.diff(history[key]) < 0) for key in ("loss", "class_loss"))


def test_callbacks_and_the_progress_bar_see_the_terms(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[set[str]] = []
    callback = keras.callbacks.LambdaCallback(on_train_batch_end=lambda _, logs: seen.append(set(logs)))
    model = compiled(losses.Model)
    model.fit(programs.inputs(), programs.targets("nested"), callbacks=[callback], verbose=2)
    assert seen == [{"loss", *LOGS}]
    assert "detection.bbox_loss: " in capsys.readouterr().out


def test_metrics_of_compile_are_logged_beside_the_terms() -> None:
    model = programs.functional(losses.Model, "flat")
    model.compile("sgd", loss=losses.NestedLoss({"bbox": "mse"}), metrics={"class": ["mae"]})
    history = model.fit(programs.inputs(), programs.targets("flat"), verbose=0).history
    assert set(history) == {"loss", "bbox_loss", "class_mae"}


def test_each_term_is_computed_once_a_step() -> None:
    calls = []

    def counted(y_true: Any, y_pred: Any) -> Any:
        calls.append(1)
        return programs.joint(y_true, y_pred)

    model = programs.functional(losses.Model, "nested")
    model.compile("sgd", loss=losses.NestedLoss({"detection": counted}), run_eagerly=True)
    x, y = programs.inputs(), programs.targets("nested")
    model.train_on_batch(x, y)
    calls.clear()
    model.train_on_batch(x, y)
    assert len(calls) == 1


def test_log_terms_follows_a_second_compile() -> None:
    model = compiled(keras.Model)
    x, y = programs.inputs(), programs.targets("nested")
    model.fit(x, y, verbose=0)
    model.compile("sgd", loss=losses.NestedLoss({"class": "mse"}))
    losses.log_terms(model)
    assert set(model.fit(x, y, verbose=0).history) == {"loss", "class_loss"}


def test_log_terms_leaves_a_model_that_logs_by_itself() -> None:
    model = compiled(losses.Model)
    assert isinstance(model.loss, losses.NestedLoss)
    assert losses.log_terms(model) in model.metrics
    y = programs.targets("nested")
    logs = model.evaluate(programs.inputs(), y, verbose=0, return_dict=True)
    assert logs == pytest.approx(known(y, model.predict(programs.inputs(), verbose=0), 1.0), rel=1e-5)


def test_log_terms_says_where_it_cannot() -> None:
    model = programs.functional(keras.Model, "nested")
    with pytest.raises(ValueError, match="not compiled with a NestedLoss"):
        losses.log_terms(model)
    built = programs.subclassed(programs.Plain, "nested")
    built(programs.inputs())
    built.compile("sgd", loss=losses.NestedLoss(SPEC))
    with pytest.raises(ValueError, match="NestedLossMixin before its base class"):
        losses.log_terms(built)


@pytest.mark.parametrize(
    ("weights", "raises"),
    [
        ({"class": 1.0, "detection": {"bbox": 2.0, "confidence": 2.0}}, False),
        ({"class": 1.0, "detection": {"bbox": 2.0, "confidence": 1.0}}, True),
    ],
)
def test_a_subtree_takes_one_sample_weight(*, weights: Any, raises: bool) -> None:
    """While a step is traced the weights are not known: the loss becomes NaN rather than something else."""
    nested = losses.NestedLoss({"detection": programs.joint})
    y = programs.targets("nested")
    weights = keras.tree.map_structure(lambda value: np.full(programs.SAMPLES, value, "float32"), weights)
    if raises:
        with pytest.raises(losses.PathError, match="one sample weight"):
            nested(y, y, weights)
    else:
        np.testing.assert_allclose(float(nested(y, y, weights)), 2 * float(nested(y, y)), rtol=1e-6)
