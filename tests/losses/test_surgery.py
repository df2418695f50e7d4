"""PCGrad and GradNorm: the algorithms of the papers written out in NumPy, and public PyTorch code."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from keraslint import losses
from keraslint.losses.surgery import projected
from tests.losses import programs

pytestmark = pytest.mark.train

SPEC = {"class": "mse", "bbox": "mae", "confidence": "mse"}
RATE = 0.1


def conflicting(seed: int, terms: int = 4, size: int = 3) -> Any:
    """Gradients of shape ``(terms, size)``, more terms than axes: some of them conflict."""
    return np.random.default_rng(seed).normal(size=(terms, size))


def surgery(gradients: Any, orders: Any) -> Any:
    """Algorithm 1 of Yu et al. on the gradients themselves, shape ``(terms, size)``."""
    found = gradients.copy()
    for i, order in enumerate(orders):
        for j in order:
            along = found[i] @ gradients[j]
            if i != j and along < 0:
                found[i] -= along / (gradients[j] @ gradients[j]) * gradients[j]
    return found


@pytest.mark.parametrize("seed", range(5))
def test_coefficients_give_the_projected_gradients(seed: int) -> None:
    gradients = conflicting(seed)
    assert np.any(gradients @ gradients.T < 0)
    rng = np.random.default_rng(seed)
    orders = np.array([rng.permutation(len(gradients)) for _ in gradients])
    products = ops.convert_to_tensor(gradients @ gradients.T, "float32")
    rows = ops.convert_to_numpy(projected(products, ops.convert_to_tensor(orders, "int32")))
    np.testing.assert_allclose(rows @ gradients, surgery(gradients, orders), atol=1e-4)


def test_a_gradient_of_zero_changes_nothing() -> None:
    gradients = np.array([[1.0, 0.0], [-1.0, 1.0], [0.0, 0.0]])
    products = ops.convert_to_tensor(gradients @ gradients.T, "float32")
    rows = ops.convert_to_numpy(projected(products, ops.convert_to_tensor([[0, 1, 2]] * 3, "int32")))
    np.testing.assert_allclose(rows @ gradients, [[0.5, 0.5], [0.0, 1.0], [0.0, 0.0]], atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_pcgrad_of_torchjd_agrees(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    aggregation = pytest.importorskip("torchjd.aggregation")
    gradients = conflicting(seed)
    rng = np.random.default_rng(seed)
    orders = np.array([rng.permutation(len(gradients)) for _ in gradients])
    drawn = iter(orders)
    monkeypatch.setattr(torch, "randperm", lambda _: torch.tensor(next(drawn)))
    known = aggregation.PCGrad()(torch.tensor(gradients)).numpy()
    products = ops.convert_to_tensor(gradients @ gradients.T, "float32")
    rows = ops.convert_to_numpy(projected(products, ops.convert_to_tensor(orders, "int32")))
    np.testing.assert_allclose(rows.sum(axis=0) @ gradients, known, atol=1e-4)


def test_uncertainty_and_average_of_torchjd_agree() -> None:
    """Values and gradients of one, the weights of the other over five epochs of two steps."""
    torch = pytest.importorskip("torch")
    scalarization = pytest.importorskip("torchjd.scalarization")
    rng = np.random.default_rng(0)
    uncertainty, average = losses.UncertaintyWeights(initial=0.4), losses.DynamicWeightAverage(0.5)
    for weighting in (uncertainty, average):
        losses.NestedLoss(SPEC, weighting).build()
    theirs, their_average = scalarization.UW(3), scalarization.DWA(temperature=0.5)
    theirs.log_var.data.fill_(0.4)
    for epoch in range(5):
        average.on_epoch_begin(epoch)
        for _ in range(2):
            values = rng.uniform(0.1, 2.0, size=3).astype("float32")
            tensors = [ops.convert_to_tensor(value) for value in values]
            for ours, known in ((uncertainty, theirs), (average, their_average)):
                total = ops.convert_to_numpy(ops.stop_gradient(ours.total(tensors, training=True)))
                np.testing.assert_allclose(total, known(torch.tensor(values)).item(), rtol=1e-5)
        their_average.step()


@pytest.fixture
def of_libmtl(monkeypatch: pytest.MonkeyPatch) -> Any:
    """GradNorm of LibMTL, whose package itself imports models that newer torchvisions lack."""
    found = importlib.util.find_spec("LibMTL")
    if found is None:
        pytest.skip("could not import 'LibMTL'")
    for name in ("LibMTL", "LibMTL.weighting"):
        package = types.ModuleType(name)
        package.__path__ = [str(Path(str(found.origin)).parent.joinpath(*name.split(".")[1:]))]
        monkeypatch.setitem(sys.modules, name, package)
    return importlib.import_module("LibMTL.weighting.GradNorm").GradNorm


@pytest.mark.parametrize("seed", range(3))
def test_gradnorm_of_libmtl_agrees(seed: int, of_libmtl: Any) -> None:
    """Its weights are the softmax of parameters: from ones, both move along the same direction."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    gradients, first, values = rng.normal(size=(3, 5)), rng.uniform(1, 2, 3), rng.uniform(0.1, 1, 3)

    class Known(of_libmtl):  # type: ignore[misc]
        """Three terms, of which it is given the gradients."""

        def _get_grads(self, losses: Any, mode: str) -> Any:
            """Those of the terms by the shared parameters."""
            del losses, mode
            return torch.tensor(gradients)

        def _backward_new_grads(self, weights: Any, grads: Any) -> None:
            """Nothing is trained."""

    known = Known()
    known.task_num, known.device, known.epoch, known.rep_grad = 3, "cpu", 1, False
    known.train_loss_buffer = first[:, None]
    known.init_param()
    known.backward(torch.tensor(values), alpha=1.5)
    rate = 1e-3
    norms, ratios = (
        ops.convert_to_tensor(array, "float32")
        for array in (np.linalg.norm(gradients, axis=1), values / first)
    )
    moved = losses.GradNorm(1.5, rate).next(ops.ones((3,)), norms, ratios)
    np.testing.assert_allclose(
        (1 - ops.convert_to_numpy(moved)) / rate, known.loss_scale.grad.numpy(), rtol=0.02, atol=1e-3
    )


def linear(cls: Any = losses.Model) -> Any:
    """Two heads on one shared layer without activation: their gradients conflict."""
    features = keras.Input((3,))
    shared = keras.layers.Dense(2, use_bias=False, name="shared")(features)
    heads = {name: keras.layers.Dense(1, use_bias=False, name=name)(shared) for name in ("a", "b")}
    model, rng = cls(features, heads), np.random.default_rng(5)
    head = 0.2 * rng.normal(size=(2, 1))
    model.set_weights([rng.normal(size=(3, 2)), head, head])
    return model


def gradients_in_numpy(model: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """Loss values and gradients of the mean squared errors by ``[shared, a, b]`` in 64 bits, by hand."""
    shared, a, b = (array.astype("float64") for array in model.get_weights())
    values, gradients = [], []
    for index, (name, head) in enumerate((("a", a), ("b", b))):
        hidden = x @ shared
        error = hidden @ head - y[name]
        values.append(np.mean(error**2))
        by_output = 2 * error / len(x)
        parts = [x.T @ (by_output @ head.T), np.zeros_like(a), np.zeros_like(b)]
        parts[1 + index] = hidden.T @ by_output
        gradients.append(parts)
    return np.array(values), gradients


def data() -> tuple[Any, Any]:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(8, 3)).astype("float32")
    target = x @ rng.normal(size=(3, 1)).astype("float32")
    return x, {"a": target, "b": -3 * target}


def flat(parts: Any) -> Any:
    return np.concatenate([np.ravel(part) for part in parts])


def test_a_step_with_pcgrad_is_the_one_by_hand() -> None:
    """For two terms there is one order; the gradients conflict in every step that is compared."""
    model, (x, y) = linear(), data()
    model.compile(
        keras.optimizers.SGD(RATE), loss=losses.NestedLoss({"a": "mse", "b": "mse"}, losses.PCGrad())
    )
    conflicts = 0
    for _ in range(4):
        values, gradients = gradients_in_numpy(model, x, y)
        before = flat(model.get_weights())
        vectors = np.array([flat(parts) for parts in gradients])
        conflicts += int(vectors[0] @ vectors[1] < 0)
        logs = model.train_on_batch(x, y, return_dict=True)
        model.reset_metrics()
        assert logs["loss"] == pytest.approx(sum(values), rel=1e-5)
        assert logs["a_loss"] == pytest.approx(values[0], rel=1e-5)
        step = surgery(vectors, [[0, 1], [0, 1]]).sum(axis=0)
        np.testing.assert_allclose(flat(model.get_weights()), before - RATE * step, atol=1e-5)
    assert conflicts


@pytest.mark.parametrize("layer", [None, "shared"])
def test_steps_with_gradnorm_are_those_by_hand(layer: str | None) -> None:
    """Equations 1 and 2 of Chen et al.; the derivative by the weights as a difference quotient."""
    alpha, rate = 0.7, 0.02
    model, (x, y) = linear(), data()
    weighting = losses.GradNorm(alpha, rate, layer)
    model.compile(keras.optimizers.SGD(0.01), loss=losses.NestedLoss({"a": "mse", "b": "mse"}, weighting))
    weights, first = np.ones(2), None
    for _ in range(5):
        values, gradients = gradients_in_numpy(model, x, y)
        before = flat(model.get_weights())
        first = values if first is None else first
        seen = [flat(parts[:1] if layer else parts) for parts in gradients]
        ratio = values / first
        norms = np.array([np.linalg.norm(vector) for vector in seen])
        target = np.mean(weights * norms) * (ratio / np.mean(ratio)) ** alpha

        def balance(w: Any, norms: Any = norms, target: Any = target) -> float:
            return float(np.sum(np.abs(w * norms - target)))

        logs, total = model.train_on_batch(x, y, return_dict=True), float(weights @ values)
        model.reset_metrics()
        step = sum(w * flat(parts) for w, parts in zip(weights, gradients, strict=True))
        np.testing.assert_allclose(flat(model.get_weights()), before - 0.01 * step, atol=1e-5)
        by_weight = [(balance(weights + e) - balance(weights - e)) / 2e-6 for e in np.eye(2) * 1e-6]
        moved = weights - rate * np.array(by_weight)
        weights = moved / np.sum(moved) * 2
        np.testing.assert_allclose(ops.convert_to_numpy(weighting.current.value), weights, rtol=1e-4)
        assert logs["a_loss"] == pytest.approx(values[0], rel=1e-5)
        assert logs["loss"] == pytest.approx(total, rel=1e-5)
    assert not np.allclose(weights, 1, atol=0.01)


def masked(cls: Any) -> Any:
    """An embedding whose mask reaches losses and metrics, and a head without a loss."""
    keras.utils.set_random_seed(3)
    tokens = keras.Input((4,), dtype="int32")
    embedded = keras.layers.Embedding(5, 3, mask_zero=True)(tokens)
    return cls(tokens, {name: keras.layers.Dense(2, name=name)(embedded) for name in ("a", "b")})


def test_masks_and_embeddings_go_with_the_step() -> None:
    """With one term it is plain descent: as the constants do it, to 1e-6."""
    tokens = np.array([[1, 2, 0, 0], [3, 0, 0, 0], [1, 1, 1, 1], [4, 2, 1, 0]])
    y = {name: np.arange(32, dtype="float32").reshape(4, 4, 2) / 32 for name in ("a", "b")}
    found = []
    for weights in (None, losses.PCGrad()):
        model = masked(losses.Model)
        model.compile("sgd", loss=losses.NestedLoss({"a": "mse"}, weights), metrics={"a": ["mae"]})
        logs = model.fit(tokens, y, batch_size=2, epochs=2, shuffle=False, verbose=0).history
        found.append((logs, model.get_weights()))
    for key, values in found[0][0].items():
        np.testing.assert_allclose(found[1][0][key], values, rtol=1e-5, err_msg=key)
    for one, two in zip(found[0][1], found[1][1], strict=True):
        np.testing.assert_allclose(one, two, rtol=0, atol=1e-6)


@pytest.mark.parametrize("weighting", [losses.PCGrad, losses.GradNorm])
def test_regularizers_and_metrics_go_with_the_step(weighting: Any) -> None:
    """With one term both are plain descent: as the constants do it, to 1e-6."""
    x, y = programs.inputs(), programs.targets("flat")
    options = {} if keras.config.backend() == "torch" else {"steps_per_execution": 2}
    found = []
    for weights in (None, weighting()):
        model = programs.functional(losses.Model, "flat", kernel_regularizer="l2")
        nested = losses.NestedLoss({"bbox": "mse"}, weights)
        model.compile("adam", loss=nested, metrics={"class": ["mae"]}, **options)
        weight = {name: np.linspace(0, 2, len(x)).astype("float32") for name in y}
        logs = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, sample_weight=weight, verbose=0).history
        found.append((logs, model.get_weights()))
    assert found[0][0].keys() == found[1][0].keys() == {"loss", "bbox_loss", "class_mae"}
    for key, values in found[0][0].items():
        np.testing.assert_allclose(found[1][0][key], values, rtol=1e-5)
    for one, two in zip(found[0][1], found[1][1], strict=True):
        np.testing.assert_allclose(one, two, rtol=0, atol=1e-6)


def test_a_step_of_ones_own_is_told_that_it_is_not_enough() -> None:
    model, (x, y) = linear(), data()
    model.compile("sgd", loss=losses.NestedLoss({"a": "mse", "b": "mse"}, losses.PCGrad()))
    outputs = model(x)
    with pytest.raises(ValueError, match=r"PCGrad needs the gradient of every term.*super\(\)\.train_step"):
        model.compute_loss(x, y, outputs, training=True)
    assert float(ops.stop_gradient(model.compute_loss(x, y, outputs, training=False))) > 0


def test_an_unknown_layer_is_named() -> None:
    model = linear()
    weighting = losses.GradNorm(layer="shard")
    model.compile("sgd", loss=losses.NestedLoss({"a": "mse", "b": "mse"}, weighting))
    with pytest.raises(ValueError, match="No such layer: shard"):
        model.fit(*data(), verbose=0)
