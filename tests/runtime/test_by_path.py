"""Models with a ``NestedLoss`` are judged path by path; steps of a program's own are said."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("numpy")
pytest.importorskip("keras")

import numpy as np

from keraslint.runtime import callback, check, guard
from tests.runtime.models import keras

pytestmark = pytest.mark.train

X: Any = np.linspace(-1, 1, 64, dtype="float32").reshape(16, 4)
Y: dict[str, Any] = {"class": np.arange(16) % 3, "box": {"side": X[:, :2], "tall": X[:, 3:] > 0}}


def joint(y: Any, predicted: Any) -> Any:
    """A loss that takes the whole of "box"."""
    return keras().ops.mean((predicted["side"] - y["side"]) ** 2, axis=-1)


LOSSES = {
    "class": "sparse_categorical_crossentropy",
    "box": joint,
    "box.side": "huber",
    "box.tall": "binary_crossentropy",
}


def model(losses: Any = None, *, plain: bool = False, **compiled: Any) -> Any:
    """Outputs {"class": ..., "box": {"side": ..., "tall": ...}}."""
    from keraslint.losses import Model, NestedLoss

    x, dense = keras().Input((4,)), keras().layers.Dense
    box = {"side": dense(2, name="side")(x), "tall": dense(1, "sigmoid", name="tall")(x)}
    made = (keras().Model if plain else Model)(x, {"class": dense(3, "softmax")(x), "box": box})
    loss = NestedLoss(losses or LOSSES, weights=None if losses else {"box.side": 2.0})
    made.compile("sgd", loss=loss, run_eagerly=True, **compiled)
    return made


def test_each_head_has_the_losses_of_the_paths_that_reach_it() -> None:
    report = check(model(), X, Y, prove=True, print_fn=None)
    assert (report.undecided, report.findings) == ((), ())
    rows = [(row.path, row.target, row.loss, row.weight, row.paired_by) for row in report.rows]
    assert rows == [
        ("class", "class", "sparse_categorical_crossentropy", "", "path"),
        ("box.side", "box.side", "box: joint, huber", "2", "path"),
        ("box.tall", "box.tall", "box: joint, binary_crossentropy", "", "path"),
    ]
    assert report.proof is not None
    assert report.proof.as_said
    assert {one.log for one in report.proof.values} == {
        "loss", "class_loss", "box_loss", "box.side_loss", "box.tall_loss",
    }  # fmt: skip


def test_what_moves_a_weight_stands_beside_its_constant() -> None:
    from keraslint.losses import Model, NestedLoss, UncertaintyWeights

    x, dense = keras().Input((4,)), keras().layers.Dense
    made = Model(x, [dense(1)(x), dense(2)(x)])
    moving = UncertaintyWeights(base={"0": 2.0})
    made.compile("sgd", loss=NestedLoss({"0": "mse", "1": "mae"}, weights=moving), run_eagerly=True)
    rows = check(made, X, [X[:, :1], X[:, :2]], print_fn=None).rows
    assert [row.weight for row in rows] == ["2 x UncertaintyWeights", "UncertaintyWeights"]


@pytest.mark.parametrize(
    ("losses", "targets", "code", "said"),
    [
        ({"box.sid": "mse"}, Y, "KER150", "Nearest: 'box.side'"),
        (None, {"class": Y["class"]}, "KER150", "No target for the loss at 'box'"),
        (None, {**Y, "clas": Y["class"]}, "KER150", "There is a target at 'clas', but no output."),
        (None, {**Y, "class": Y["class"] + 1}, "KER356", "the labels of 'class' go from 1 to 3"),
        ({"box.tall": "mse"}, {"box": {"tall": Y["box"]["tall"]}}, "KER351", "['class', 'box.side']"),
    ],
)
def test_what_is_wrong_with_a_path_or_its_target(losses: Any, targets: Any, code: str, said: str) -> None:
    report = check(model(losses), X, targets, print_fn=None)
    found = [(one.code, said in one.message) for one in report.findings if one.code != "KER355"]
    assert found == [(code, True)]
    if code == "KER150":
        assert "PathError" in report.outcome
        with pytest.raises(ValueError, match=re.escape(said)):
            model(losses).fit(X, targets, verbose=0)


def test_metrics_validation_and_monitors_beside_it() -> None:
    stop = keras().callbacks.EarlyStopping
    metrics = {"class": ["accuracy"], "box": {"side": ["mae"], "tall": ["mae"]}}
    made = model(metrics=metrics)
    given: Any = {"validation_data": (X, Y), "callbacks": [stop("val_box.side_loss", mode="min")]}
    report = check(made, X, Y, **given, print_fn=None)
    assert (report.undecided, report.findings) == ((), ())
    assert [row.metrics.split()[-1] for row in report.rows] == ["accuracy", "mae", "mae"]
    given = {"validation_data": (X, {"class": Y["class"]}), "callbacks": [stop("val_box_los", mode="min")]}
    report = check(made, X, Y, **given, print_fn=None)
    assert [one.name for one in report.findings] == ["unknown-log", "validation-differs"]
    some = model({"class": "sparse_categorical_crossentropy"}, metrics=metrics)
    (reason,) = check(some, X, {"class": Y["class"]}, print_fn=None).undecided
    assert reason == "metrics beside targets for some of the outputs"


def test_a_plain_model_has_its_targets_paired_by_keras() -> None:
    from keraslint.losses import NestedLoss

    x, dense = keras().Input((4,)), keras().layers.Dense
    made = keras().Model(x, {"b": dense(1, name="b")(x), "a": dense(1, name="a")(x)})
    made.compile("sgd", loss=NestedLoss({"b": "mse", "a": "mae"}), run_eagerly=True)
    report = check(made, X, [X[:, :1], X[:, 1:2]], print_fn=None)
    assert [one.code for one in report.findings] == ["KER201"]
    assert {row.path: (row.target, row.loss, row.astray) for row in report.rows} == {
        "b": ("[1]", "mean_squared_error", ("target",)),
        "a": ("[0]", "mean_absolute_error", ("target",)),
    }
    assert check(made, X, {"a": X[:, :1], "b": X[:, 1:2]}, print_fn=None).findings == ()


def test_a_guard_names_the_line_of_the_program() -> None:
    with guard(print_fn=None) as watching:
        model().fit(X, Y, verbose=0)
    (report,) = watching.reports
    assert (report.call, report.place.rpartition(":")[0]) == ("fit", "tests/runtime/test_by_path.py")


def stepping() -> Any:
    """A model with a step of its own, which hands everything to ``compute_loss``; a list for its dict."""

    class Own(keras().Model):  # type: ignore[misc]
        def test_step(self, data: Any) -> Any:
            x, y = data[:2]
            return {"mine": self.compute_loss(x=x, y=y, y_pred=self(x))}

        def train_step(self, *data: Any) -> Any:
            return super().train_step(*data)

    x, dense = keras().Input((4,)), keras().layers.Dense
    made = Own(x, {"b": dense(1, name="b")(x), "a": dense(1, name="a")(x)})
    made.compile("sgd", loss=["mse", "mae"], run_eagerly=True)
    return made


def test_a_step_of_its_own_is_said_and_a_callback_sees_what_it_computes() -> None:
    made, targets = stepping(), {"b": X[:, :1], "a": X[:, 1:2]}
    for call, step in (("fit", "train_step"), ("evaluate", "test_step")):
        report = check(made, X, targets, call=call, print_fn=None)  # type: ignore[arg-type]
        assert report.findings == ()
        (reason,) = report.undecided
        assert reason.startswith(f"Own has a {step} of its own, which pairs as it likes")
    watch = callback(print_fn=None)
    made.fit(X, targets, verbose=0, callbacks=[watch])
    assert [one.code for one in watch.report.findings] == ["KER202"]
    assert "compute_loss" not in vars(made)


@pytest.mark.parametrize("stepping", [True, False])
def test_a_model_that_nothing_can_call_yet_says_why(stepping: bool) -> None:
    class Lazy(keras().Model):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            raise NotImplementedError

    def train_step(self: Any, *_: Any) -> Any:
        raise NotImplementedError

    if stepping:
        Lazy.train_step = train_step
    made = Lazy()
    made.compile("sgd", loss="mse")
    x, y = (SimpleNamespace(shape=(None, width), dtype="float32") for width in (4, 1))
    (reason,) = check(made, x, y, print_fn=None).undecided
    assert ("Lazy has a train_step of its own" if stepping else "once it is called with numbers") in reason


def test_a_step_that_computes_no_loss_is_not_passed_over_in_silence() -> None:
    class Own(keras().Model):  # type: ignore[misc]
        def train_step(self, *_: Any) -> Any:
            return {"loss": 0.0}

    x = keras().Input((4,))
    made = Own(x, keras().layers.Dense(1)(x), name="own")
    made.compile("sgd", loss="mse", run_eagerly=True)
    said: list[str] = []
    if keras().backend.backend() == "jax":
        pytest.skip("a step of its own returns its state there")
    watch = callback(print_fn=said.append)
    made.fit(X, X[:, :1], verbose=0, callbacks=[watch])
    assert watch.report is None
    assert len(said) == 1
    assert "not judged: no step has called compute_loss of 'own'" in said[0]
