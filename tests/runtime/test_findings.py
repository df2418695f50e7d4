"""Each kind of finding: a program that has it, and its neighbour that has not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("keras")

import numpy as np

from keraslint.runtime import check
from keraslint.runtime.kinds import KINDS
from tests.runtime.models import HOUSES, PRICE, ROOMS, SAMPLES, X, compiled, houses, keras, listed, single

if TYPE_CHECKING:
    from keraslint.runtime import Report

pytestmark = pytest.mark.train

LABELS: Any = np.arange(SAMPLES) % 3
BITS: Any = (np.arange(SAMPLES) % 2).astype("float32")[:, None]
ONE_HOT: Any = np.eye(3, dtype="float32")[LABELS]


def names(report: Report) -> set[str]:
    """The names of all findings."""
    return {one.name for one in report.findings}


def found(model: Any, y: Any, **options: Any) -> set[str]:
    """What is found when a model is checked."""
    return names(check(model, X, y, print_fn=None, **options))


def test_order_dependent_pairing() -> None:
    model = compiled(houses(), loss=["mse", "mae"])
    assert found(model, HOUSES) == {"list-loss-for-dict-outputs"}
    assert "list-targets-for-dict-outputs" in found(model, [ROOMS, PRICE])
    assert found(compiled(houses(), loss={"rooms": "mse", "price": "mae"}), HOUSES) == set()


def test_keys_that_differ_missing_and_extra_targets() -> None:
    model = compiled(houses(), loss="mse")
    for y in ({"rooms": ROOMS}, {**HOUSES, "garden": ROOMS}, {"rooms": ROOMS, "prize": PRICE}):
        assert found(model, y) == {"unmatched-targets"}


def test_a_metric_object_used_twice() -> None:
    metric = keras().metrics.MeanAbsoluteError()
    twice = compiled(houses(), loss="mse", metrics={"rooms": [metric], "price": [metric]})
    assert found(twice, HOUSES) == {"shared-metric"}
    once = compiled(houses(), loss="mse", metrics={"rooms": [metric], "price": ["mae"]})
    assert found(once, HOUSES) == set()


def test_a_head_that_no_loss_reaches() -> None:
    model = compiled(houses(), loss={"rooms": "mse", "price": None})
    report = check(model, X, HOUSES, print_fn=None)
    assert {(one.name, one.severity.value) for one in report.findings} == {("head-without-loss", "info")}


@pytest.mark.parametrize("y", [PRICE, PRICE[:, 0]], ids=["column", "row"])
def test_keras_itself_adds_a_last_axis(y: Any) -> None:
    assert found(single(loss="mse"), y) == set()


def test_shapes_that_a_loss_of_keras_broadcasts() -> None:
    assert found(single(3, loss="mse"), PRICE) == {"accidental-broadcast"}
    assert found(single(3, loss="mse"), ONE_HOT) == set()


def test_shapes_that_a_loss_of_ones_own_broadcasts() -> None:
    ops = keras().ops

    class Careless(keras().losses.Loss):  # type: ignore[misc]
        def call(self, y_true: Any, y_pred: Any) -> Any:
            return ops.mean(ops.square(y_true - y_pred), axis=-1)

    class Careful(keras().losses.Loss):  # type: ignore[misc]
        def call(self, y_true: Any, y_pred: Any) -> Any:
            return ops.square(ops.reshape(y_true, (-1,)) - ops.reshape(y_pred, (-1,)))

    assert found(single(loss=Careless()), PRICE[:, 0]) == {"accidental-broadcast"}
    assert found(single(loss=Careless()), PRICE) == set()
    assert found(single(loss=Careful()), PRICE[:, 0]) == set()


@pytest.mark.parametrize(
    ("activation", "from_logits", "fits"),
    [("softmax", True, False), ("softmax", False, True), (None, False, False), (None, True, True)],
)
def test_loss_and_activation(activation: str | None, from_logits: bool, fits: bool) -> None:
    loss = keras().losses.CategoricalCrossentropy(from_logits=from_logits)
    expected = set() if fits else {"loss-and-activation"}
    assert found(single(3, activation, loss=loss), ONE_HOT) == expected


def test_an_activation_behind_a_reshape_and_one_that_is_not_known() -> None:
    layers = keras().layers
    x = keras().Input((2,))
    soft = layers.Reshape((3,), name="r")(layers.Dense(3, activation="softmax")(x))
    loss = keras().losses.CategoricalCrossentropy(from_logits=True)
    assert found(compiled(keras().Model(x, soft), loss=loss), ONE_HOT) == {"loss-and-activation"}
    scaled = layers.Rescaling(2.0)(layers.Dense(3, activation="softmax")(x))
    assert found(compiled(keras().Model(x, scaled), loss=loss), ONE_HOT) == set()


def test_a_sigmoid_fitted_by_a_squared_error_is_information_and_for_labels_only() -> None:
    report = check(single(activation="sigmoid", loss="mse"), X, BITS, print_fn=None)
    assert [(one.name, one.severity.value) for one in report.findings] == [
        ("squared-error-of-a-sigmoid", "info")
    ]
    assert found(single(activation="sigmoid", loss="mse"), PRICE) == set()


def test_labels_outside_the_classes() -> None:
    model = single(3, "softmax", loss="sparse_categorical_crossentropy")
    assert found(model, LABELS) == set()
    assert found(model, LABELS + 1) == {"labels-outside-the-classes"}
    ignoring = keras().losses.SparseCategoricalCrossentropy(ignore_class=-1)
    assert found(single(3, "softmax", loss=ignoring), LABELS - 1) == set()


def test_labels_in_another_form() -> None:
    sparse = single(3, "softmax", loss="sparse_categorical_crossentropy")
    assert found(sparse, ONE_HOT) == {"labels-in-another-form"}
    one_hot = single(3, "softmax", loss="categorical_crossentropy")
    assert found(one_hot, LABELS) == {"labels-in-another-form"}
    assert found(one_hot, ONE_HOT) == set()


def two_kinds() -> Any:
    """A head of three classes and a price, in a list."""
    layers = keras().layers
    x = keras().Input((2,))
    heads = [layers.Dense(3, activation="softmax", name="kind")(x), layers.Dense(1, name="price")(x)]
    return compiled(keras().Model(x, heads), loss=["sparse_categorical_crossentropy", "mse"])


def test_targets_that_fit_only_in_another_order() -> None:
    assert "swapped-looking-targets" in found(two_kinds(), [PRICE * 20, LABELS])
    assert found(two_kinds(), [LABELS, PRICE * 20]) == set()


def test_targets_that_fit_in_both_orders_are_left_alone() -> None:
    assert found(compiled(listed(), loss=["mse", "mae"]), [PRICE, ROOMS]) == set()


def test_a_monitor_that_will_not_exist() -> None:
    stop = keras().callbacks.EarlyStopping
    model = compiled(houses(), loss="mse")
    assert found(model, HOUSES, callbacks=[stop("price_los", mode="min")]) == {"unknown-log"}
    assert found(model, HOUSES, callbacks=[stop("val_loss")]) == {"unknown-log"}
    assert found(model, HOUSES, callbacks=[stop("price_loss", mode="min")]) == set()
    validated = {"validation_data": (X, HOUSES), "callbacks": [stop("val_price_loss", mode="min")]}
    assert found(model, HOUSES, **validated) == set()


def test_a_callback_that_writes_logs_itself_silences_monitors() -> None:
    class Writes(keras().callbacks.Callback):  # type: ignore[misc]
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            logs["score"] = float(epoch)

    watched = [Writes(), keras().callbacks.EarlyStopping("score", mode="max")]
    assert found(compiled(houses(), loss="mse"), HOUSES, callbacks=watched) == set()


def test_a_checkpoint_that_saves_every_time_watches_nothing() -> None:
    saving = keras().callbacks.ModelCheckpoint("x.keras")
    assert found(compiled(houses(), loss="mse"), HOUSES, callbacks=[saving]) == set()


def test_validation_that_differs() -> None:
    model = compiled(houses(), loss={"rooms": "mse", "price": "mae"})
    other = found(model, HOUSES, validation_data=(X, [ROOMS, PRICE]))
    assert other == {"list-targets-for-dict-outputs", "validation-differs"}
    assert found(model, HOUSES, validation_data=(X, dict(HOUSES))) == set()


def test_a_model_with_a_step_of_its_own_is_left_undecided() -> None:
    class Own(keras().Model):  # type: ignore[misc]
        def compute_loss(self, *_: Any, **__: Any) -> Any:
            return 0.0

    x = keras().Input((2,))
    model = compiled(Own(x, {"b": keras().layers.Dense(1)(x), "a": keras().layers.Dense(1)(x)}), loss=["mse"])
    report = check(model, X, [PRICE], print_fn=None)
    assert report.findings == ()
    assert report.undecided == ("Own has a compute_loss of its own, which pairs as it likes",)


def test_a_subclassed_model_is_called_once_and_symbolically() -> None:
    calls = []

    class Houses(keras().Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.rooms, self.price = keras().layers.Dense(1), keras().layers.Dense(1)

        def call(self, x: Any) -> Any:
            calls.append(type(x).__name__)
            return {"rooms": self.rooms(x), "price": self.price(x)}

    assert found(compiled(Houses(), loss=["mse", "mae"]), HOUSES) == {"list-loss-for-dict-outputs"}
    # Keras's own symbolic call on torch makes several, with tensors that hold nothing.
    assert len(calls) == 1 or keras().backend.backend() == "torch"


def test_codes_and_names_are_used_once() -> None:
    assert len({kind.code for kind in KINDS}) == len({kind.name for kind in KINDS}) == len(KINDS)
