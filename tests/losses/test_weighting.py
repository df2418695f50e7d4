"""Weights that move: against the formulas of their papers in NumPy, and where they have to stand still."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

from keraslint import losses
from tests.losses import programs
from tests.losses.references import RATE, Average, Largest, Now, Reference, Scheduled, Turns, Uncertainty

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.train

SPEC = {"class": "mse", "bbox": "mae", "confidence": "mse"}
PATHS = list(SPEC)


@keras.saving.register_keras_serializable(package="tests")  # type: ignore[untyped-decorator]
def falling(step: Any) -> Any:
    """A function of the step."""
    return 1.0 / (1.0 + step)


def number(tensor: Any) -> Any:
    return ops.convert_to_numpy(ops.stop_gradient(ops.convert_to_tensor(tensor)))


SCHEMES: dict[str, tuple[Callable[[], Any], Callable[[], Reference]]] = {
    "schedules": (
        lambda: {
            "class": losses.Schedule(keras.optimizers.schedules.ExponentialDecay(2.0, 2, 0.5)),
            "bbox": falling,
            "confidence": losses.Schedule(lambda epoch: 3.0 - epoch, by="epoch"),
        },
        Scheduled,
    ),
    "turns by step": (losses.Alternating, lambda: Turns(((0,), (1,), (2,)), "step", 1)),
    "groups by epoch": (
        lambda: losses.Alternating(["class", ["bbox"]], by="epoch", every=2),
        lambda: Turns(((0, 2), (1, 2)), "epoch", 2),
    ),
    "uncertainty": (lambda: losses.UncertaintyWeights("class", initial=0.3), Uncertainty),
    "average": (lambda: losses.DynamicWeightAverage(temperature=0.1), Average),
    "largest": (losses.LargestTerm, Largest),
}


def term_values(y: Any, outputs: Any) -> list[Any]:
    return [nested(y, outputs) for nested in (losses.NestedLoss({path: SPEC[path]}) for path in PATHS)]


def by_hand(reference: Reference, epochs: int) -> tuple[list[float], Any]:
    """The totals of all steps and the weights of the model, trained with steps by hand."""
    model = programs.functional(keras.Model, "flat")
    optimizer, totals, steps = keras.optimizers.SGD(RATE), [], 0
    x, y = programs.inputs(), programs.targets("flat")
    for epoch in range(epochs):
        for part in programs.slices():
            known, batch = programs.taken(y, part), programs.taken(x, part)
            values = np.array([float(number(v)) for v in term_values(known, model(batch))])
            now = Now(values, epoch, steps)
            weights, penalty = reference.weights(now), reference.penalty()

            def total(outputs: Any, known: Any = known, weights: Any = weights) -> Any:
                return sum(w * v for w, v in zip(weights, term_values(known, outputs), strict=True))

            programs.step_by_hand(model, optimizer, total, batch)
            totals.append((float(np.sum(weights * values)) + penalty) * len(batch))
            reference.after(now)
            steps += 1
    return totals, model.get_weights()


@pytest.mark.parametrize("name", SCHEMES)
def test_trains_like_the_formulas(name: str) -> None:
    """Four epochs of three batches with validation between: totals, model and logs as by hand."""
    make, reference = SCHEMES[name]
    model = programs.functional(losses.Model, "flat")
    weights = make()
    model.compile(keras.optimizers.SGD(RATE), loss=losses.NestedLoss(SPEC, weights))
    x, y = programs.inputs(), programs.targets("flat")
    fit = {"batch_size": programs.BATCH, "shuffle": False, "verbose": 0}
    history = model.fit(x, y, epochs=4, validation_data=(x, y), **fit).history
    known = reference()
    totals, expected = by_hand(known, 4)
    steps = len(programs.slices())
    by_epoch = [sum(totals[start : start + steps]) / len(x) for start in range(0, len(totals), steps)]
    np.testing.assert_allclose(history["loss"], by_epoch, rtol=1e-4)
    for one, two in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(one, two, rtol=0, atol=1e-5)
    if isinstance(known, Uncertainty):
        np.testing.assert_allclose(number(weights.log_variance), known.s, atol=1e-5)
    if isinstance(known, Average):
        assert not np.allclose(list(model._nested.loss.term_weights().values()), 1, atol=1e-2)


def test_random_weights_are_a_softmax_of_normal_numbers() -> None:
    """Sums of 1, the mean of every weight 1/3, and the spread of such a softmax (simulated in NumPy)."""
    weights = losses.RandomWeights(seed=3)
    weights.bind(losses.NestedLoss(SPEC).terms)
    weights.build()
    ones = ops.ones((3,))
    drawn = np.array([number(weights.factors(ones, training=True)) for _ in range(400)])
    np.testing.assert_allclose(drawn.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(drawn.mean(axis=0), 1 / 3, atol=0.05)
    known = np.random.default_rng(0).normal(size=(20000, 3))
    known = np.exp(known) / np.exp(known).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(drawn.std(axis=0), known.std(axis=0), atol=0.04)
    np.testing.assert_allclose(number(weights.factors(ones, training=False)), 1 / 3, rtol=1e-6)


STATEFUL: dict[str, Callable[[], Any]] = {
    "schedules": lambda: {"class": falling, "bbox": losses.Schedule(falling, by="epoch")},
    "turns": lambda: losses.Alternating(["class", "bbox"], base={"bbox": 2.0}),
    "uncertainty": lambda: losses.UncertaintyWeights(["class"], base={"bbox": 0.5}),
    "average": lambda: losses.DynamicWeightAverage(temperature=0.1),
    "random": lambda: losses.RandomWeights(seed=1),
    "largest": losses.LargestTerm,
    "PCGrad": lambda: losses.PCGrad(seed=1),
    "GradNorm": lambda: losses.GradNorm(alpha=0.5, learning_rate=0.5),
}


def state(nested: Any) -> list[Any]:
    return [number(variable) for variable in nested.variables]


@pytest.mark.parametrize("name", STATEFUL)
def test_a_loaded_model_moves_on_as_if_it_had_not_been_saved(name: str, tmp_path: Path) -> None:
    """A subclassed model that was built before; and evaluate moves nothing."""
    model = programs.subclassed(programs.Own, "flat")
    x, y = programs.inputs(), programs.targets("flat")
    model(x)
    nested = losses.NestedLoss(SPEC, STATEFUL[name]())
    model.compile("adam", loss=nested)
    model.fit(x, y, batch_size=5, epochs=3, shuffle=False, verbose=0)
    before = state(nested)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    again = loaded._nested.loss
    assert all(np.array_equal(*pair) for pair in zip(before, state(again), strict=True))
    evaluated = [each.evaluate(x, y, verbose=0, return_dict=True) for each in (model, loaded)]
    assert evaluated[0] == pytest.approx(evaluated[1], rel=1e-6)
    assert all(np.array_equal(*pair) for pair in zip(before, state(again), strict=True))
    histories = [
        each.fit(x, y, batch_size=5, epochs=5, initial_epoch=3, shuffle=False, verbose=0).history
        for each in (model, loaded)
    ]
    for key, values in histories[0].items():
        np.testing.assert_allclose(histories[1][key], values, rtol=1e-5, err_msg=key)
    if before:
        assert not all(np.array_equal(*pair) for pair in zip(before, state(again), strict=True))


@pytest.mark.parametrize("name", STATEFUL)
def test_a_config_comes_back(name: str) -> None:
    nested = losses.NestedLoss(SPEC, STATEFUL[name]())
    config = keras.saving.serialize_keras_object(nested)
    again = keras.saving.deserialize_keras_object(config)
    assert keras.saving.serialize_keras_object(again) == config
    assert type(again.weighting) is type(nested.weighting)


@pytest.mark.parametrize("name", ["uncertainty", "average", "PCGrad", "GradNorm"])
def test_half_precision_moves_them_alike(name: str) -> None:
    """mixed_float16 with its scaled losses ends near what float32 does."""
    x, y = programs.inputs(), programs.targets("flat")
    found = []
    for policy in ("float32", "mixed_float16"):
        keras.config.set_dtype_policy(policy)
        try:
            model = programs.functional(losses.Model, "flat")
            nested = losses.NestedLoss(SPEC, STATEFUL[name]())
            model.compile(keras.optimizers.SGD(0.1), loss=nested)
            model.fit(x, y, batch_size=5, epochs=4, shuffle=False, verbose=0)
        finally:
            keras.config.set_dtype_policy("float32")
        found.append((model.get_weights(), list(nested.term_weights().values())))
    for one, two in zip(*(weights for weights, _ in found), strict=True):
        np.testing.assert_allclose(one, two, rtol=0, atol=5e-3)
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=0.05)


@pytest.mark.skipif(keras.config.backend() == "torch", reason="torch has no XLA")
@pytest.mark.parametrize("name", ["uncertainty", "GradNorm"])
def test_compiled_by_xla_they_are_the_same(name: str) -> None:
    x, y = programs.inputs(), programs.targets("flat")
    found = []
    for options in ({"jit_compile": True}, {"run_eagerly": True}):
        model = programs.functional(losses.Model, "flat", kernel_regularizer="l2")
        model.compile("sgd", loss=losses.NestedLoss(SPEC, STATEFUL[name]()), **options)
        history = model.fit(x, y, batch_size=5, epochs=2, shuffle=False, verbose=0).history
        found.append((history["loss"], model.get_weights()))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-5)
    for one, two in zip(found[0][1], found[1][1], strict=True):
        np.testing.assert_allclose(one, two, rtol=0, atol=1e-5)


def test_another_compile_trains_what_is_new() -> None:
    """The variances of the first compile stay, those of the second move, also batch by batch."""
    model = programs.functional(losses.Model, "flat")
    x, y = programs.inputs(), programs.targets("flat")
    first, second = (losses.UncertaintyWeights() for _ in range(2))
    model.compile("sgd", loss=losses.NestedLoss(SPEC, first))
    model.fit(x, y, verbose=0)
    kept = number(first.log_variance)
    model.compile(keras.optimizers.SGD(0.1), loss=losses.NestedLoss(SPEC, second))
    expected = np.zeros(3)
    for _ in range(3):
        logs = model.test_on_batch(x, y, return_dict=True)
        values = np.array([logs[f"{path}_loss"] for path in PATHS])
        model.reset_metrics()
        model.train_on_batch(x, y)
        model.reset_metrics()
        expected -= 0.1 * (0.5 - 0.5 * np.exp(-expected) * values)
    np.testing.assert_allclose(number(second.log_variance), expected, atol=1e-5)
    assert np.array_equal(kept, number(first.log_variance))
    assert not any(variable is first.log_variance for variable in model.trainable_variables)


def test_a_loop_by_hand_moves_them_or_says_evaluating() -> None:
    y = programs.targets("flat")
    nested = losses.NestedLoss(SPEC, losses.Alternating())
    p = keras.tree.map_structure(lambda array: array * 0.5, y)
    values = [float(value) for value in term_values(y, p)]
    assert [float(nested(y, p)) for _ in range(4)] == pytest.approx([*values, values[0]], rel=1e-5)
    with losses.evaluating():
        assert float(nested(y, p)) == pytest.approx(sum(values), rel=1e-5)


AT_ONCE: dict[str, tuple[Callable[[], Any], str]] = {
    "a schedule of nothing": (lambda: losses.Schedule(3), "takes a function or a LearningRateSchedule"),
    "a schedule by day": (lambda: losses.Schedule(falling, by="day"), "not by 'day'"),  # type: ignore[arg-type]
    "a weighting for one term": (
        lambda: losses.NestedLoss(SPEC, {"class": losses.LargestTerm()}),
        "LargestTerm weights all terms",
    ),
    "a schedule in MultiLoss": (lambda: losses.MultiLoss(["mse"], [falling]), "takes one number"),
    "turns for no loss": (
        lambda: losses.NestedLoss(SPEC, losses.Alternating(["clas"])),
        "No loss stands at 'clas'. Nearest: 'class'",
    ),
    "turns of nobody": (lambda: losses.Alternating([]), "Nobody's turn"),
    "turns of no length": (lambda: losses.Alternating(every=0), "at least one step"),
    "classification of no loss": (
        lambda: losses.NestedLoss(SPEC, losses.UncertaintyWeights(["box"])),
        "No loss stands at 'box'. Nearest: 'bbox'",
    ),
    "base for no loss": (
        lambda: losses.NestedLoss(SPEC, losses.PCGrad(base={"box": 2.0})),
        "'box' is for no loss",
    ),
    "no temperature": (lambda: losses.DynamicWeightAverage(0.0), "has to be positive"),
}


@pytest.mark.parametrize("name", AT_ONCE)
def test_refused_when_written(name: str) -> None:
    make, message = AT_ONCE[name]
    with pytest.raises((ValueError, TypeError), match=message):
        make()


def test_a_weighting_stays_with_its_terms() -> None:
    weights = losses.LargestTerm()
    losses.NestedLoss(SPEC, weights)
    losses.NestedLoss(SPEC, weights)
    with pytest.raises(ValueError, match="LargestTerm weights class_loss"):
        losses.NestedLoss({"class": "mse"}, weights)


@pytest.mark.parametrize("name", STATEFUL)
def test_a_plain_model_is_told_what_to_write(name: str) -> None:
    model = programs.functional(keras.Model, "flat")
    model.compile("sgd", loss=losses.NestedLoss(SPEC, STATEFUL[name]()))
    with pytest.raises(losses.PathError, match=r"keraslint\.losses\.Model"):
        model.fit(programs.inputs(), programs.targets("flat"), verbose=0)
