"""What is trained: NestedLoss against a training step by hand and against native nested losses."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest

from keraslint import losses
from keraslint.losses import container
from tests.losses import programs
from tests.losses.programs import BATCH, CASES, Case

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.train

MODELS: dict[str, Callable[[str], Any]] = {
    "ours": lambda kind: programs.functional(losses.Model, kind),
    "plain": lambda kind: programs.functional(keras.Model, kind),
    "our subclass": lambda kind: programs.subclassed(programs.Own, kind),
    "plain subclass": lambda kind: programs.subclassed(programs.Plain, kind),
    "mixed subclass": lambda kind: programs.subclassed(programs.Mixed, kind),
}
PAIRS = [(name, model) for name in CASES for model in ("ours", "plain")] + [
    ("subtree and leaves", model) for model in MODELS if "subclass" in model
]


def equal(model: Any, other: Any, tolerance: float = 1e-6) -> bool:
    pairs = zip(model.get_weights(), other.get_weights(), strict=True)
    return all(np.allclose(one, two, rtol=0, atol=tolerance) for one, two in pairs)


def trained_by_hand(case: Case, kind: str, epochs: int) -> tuple[Any, list[float]]:
    model = MODELS[kind](case.kind)
    model(programs.inputs())
    optimizer, values = keras.optimizers.get(case.optimizer), []
    optimizer.build(model.trainable_variables)
    x, y = programs.inputs(), programs.targets(case.kind)
    for _ in range(epochs):
        for part in programs.slices():
            known = programs.taken(y, part)
            step = programs.step_by_hand(
                model, optimizer, partial(case.by_hand, known), programs.taken(x, part)
            )
            values.append(step * len(x[part]))
    return model, values


@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_trains_like_a_step_by_hand(name: str, kind: str) -> None:
    case = CASES[name]
    if "plain" in kind and not container.plain_compile_sees_the_whole():
        pytest.skip("plain models see the whole output from Keras 3.7 on")
    model = MODELS[kind](case.kind)
    model.compile(case.optimizer, loss=losses.NestedLoss(case.losses, case.weights))
    if "plain" in kind:
        losses.log_terms(model)
    x, y = programs.inputs(), programs.targets(case.kind)
    model(x)  # makes the weights of a subclassed model, in the same order as by hand
    history = model.fit(x, y, batch_size=BATCH, epochs=2, shuffle=False, verbose=0).history
    by_hand, values = trained_by_hand(case, kind, 2)
    assert equal(model, by_hand)
    steps = len(programs.slices())
    np.testing.assert_allclose(history["loss"][-1], sum(values[-steps:]) / len(x), rtol=1e-5)
    assert set(history) == {"loss", *case.logs}


NATIVE: dict[str, tuple[str, Any, Any]] = {
    "leaves": (
        "nested",
        {"class": "mse", "detection": {"bbox": "mae", "confidence": "binary_crossentropy"}},
        {"class": "mse", "detection.bbox": "mae", "detection.confidence": "binary_crossentropy"},
    ),
    "a subtree": (
        "nested",
        {"class": "mse", "detection": [programs.joint, {"bbox": "mae", "confidence": "mse"}]},
        {
            "class": "mse",
            "detection": programs.joint,
            "detection.bbox": "mae",
            "detection.confidence": "mse",
        },
    ),
}


@pytest.mark.skipif(not container.plain_compile_sees_the_whole(), reason="native nested losses came with 3.7")
@pytest.mark.parametrize(("name", "weighted"), [("leaves", True), ("a subtree", False)])
def test_trains_like_native_nested_losses_to_the_bit(name: str, *, weighted: bool) -> None:
    kind, native, ours = NATIVE[name]  # Keras itself cannot weight the samples of a subtree
    x, y = programs.inputs(), programs.targets(kind)
    sample_weight = keras.tree.map_structure(lambda _: np.arange(len(x), dtype="float32"), y)
    given = {"sample_weight": sample_weight} if weighted else {}
    models = []
    for cls, loss in ((keras.Model, native), (losses.Model, losses.NestedLoss(ours))):
        model = programs.functional(cls, kind)
        model.compile("adam", loss=loss)
        model.fit(x, y, batch_size=5, epochs=2, shuffle=False, verbose=0, **given)
        models.append(model)
    assert equal(models[0], models[1], tolerance=0)
    native_logs, our_logs = (model.evaluate(x, y, verbose=0, return_dict=True, **given) for model in models)
    for key, value in our_logs.items():
        twin = key.replace(".", "/")
        if twin in native_logs:
            np.testing.assert_allclose(value, native_logs[twin], rtol=1e-6)
    np.testing.assert_allclose(our_logs["loss"], native_logs["loss"], rtol=1e-6)


@pytest.mark.parametrize("cls", [losses.Model, keras.Model])
def test_pairs_by_path_whatever_the_order_of_keys(cls: Any) -> None:
    """At rate 0 every loss is a known number, which names the target that it was computed with."""
    if cls is keras.Model and not container.plain_compile_sees_the_whole():
        pytest.skip("plain models see the whole output from Keras 3.7 on")
    features = keras.Input((1,))
    heads = {
        name: keras.layers.Dense(1, kernel_initializer="zeros", name=name)(features)
        for name in ("zeta", "alpha", "mid")
    }
    model = cls(features, heads)
    model.compile(
        keras.optimizers.SGD(0.0), loss=losses.NestedLoss(dict.fromkeys(("mid", "zeta", "alpha"), "mse"))
    )
    if cls is keras.Model:
        losses.log_terms(model)
    y = {name: np.full((8, 1), value) for name, value in (("mid", 3), ("zeta", 1), ("alpha", 2))}
    logs = model.fit(np.ones((8, 1)), y, verbose=0).history
    assert {key: value[-1] for key, value in logs.items()} == pytest.approx(
        {"loss": 14, "zeta_loss": 1, "alpha_loss": 4, "mid_loss": 9}
    )


def test_heads_without_a_loss_need_no_target_and_stay() -> None:
    model = programs.functional(losses.Model, "nested")
    before = model.get_layer("class").get_weights()
    model.compile("sgd", loss=losses.NestedLoss({"detection.bbox": "mse"}))
    y = {"detection": {"bbox": programs.targets("nested")["detection"]["bbox"]}}
    model.fit(programs.inputs(), y, verbose=0)
    np.testing.assert_array_equal(before[0], model.get_layer("class").get_weights()[0])


def test_namedtuples_are_walked_by_their_fields() -> None:
    """As data: whether a model may return namedtuples is up to each version of Keras."""
    y, p = programs.targets("namedtuple"), programs.targets("namedtuple")
    p = programs.Heads(p.bbox + 1.0, p.confidence - 2.0)
    nested = losses.NestedLoss({"confidence": "mse", "": programs.of_pair, "bbox": "mae"}, {"bbox": 10})
    expected = 4 + np.mean(1 + y.confidence) + 10
    assert float(nested(y, p)) == pytest.approx(expected, rel=1e-5)
    assert float(nested(y._asdict() | {0: y[0], 1: y[1]}, p._asdict() | {0: p[0], 1: p[1]})) == pytest.approx(
        expected, rel=1e-5
    )


def test_a_training_loop_by_hand_may_call_it() -> None:
    case = CASES["subtree and leaves"]
    nested = losses.NestedLoss(case.losses, case.weights)
    x = programs.inputs()
    y = programs.taken(programs.targets(case.kind), slice(None))
    outputs = keras.tree.map_structure(
        keras.ops.stop_gradient, programs.functional(keras.Model, case.kind)(x)
    )
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(nested(y, outputs)),
        keras.ops.convert_to_numpy(case.by_hand(y, outputs)),
        rtol=1e-6,
    )


@pytest.mark.parametrize("model", ["sequential", "another loss"])
def test_other_losses_mean_what_they_mean_to_keras(model: str) -> None:
    x, y = programs.inputs(), programs.targets("one")
    keras.utils.set_random_seed(3)
    ours = losses.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
    keras.utils.set_random_seed(3)
    theirs = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
    ours.compile("sgd", loss=losses.NestedLoss({"": "mse"}) if model == "sequential" else "mse")
    theirs.compile("sgd", loss="mse")
    for each in (ours, theirs):
        each.fit(x, y, shuffle=False, verbose=0)
    assert equal(ours, theirs, tolerance=0)
