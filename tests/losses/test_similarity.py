"""Losses of embeddings against a float64 reference in NumPy, one pair after the other."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

from keraslint import losses
from keraslint.losses import similarity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.train


def embeddings(count: int, seed: int = 0) -> Any:
    """Rows of length 1."""
    rows = np.random.default_rng(seed).normal(size=(count, 5))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype("float32")


def circle(p: list[float], n: list[float]) -> float:
    if not p or not n:
        return 0.0
    near = sum(np.exp(-80 * max(1.4 - s, 0) * (s - 0.6)) for s in p)
    far = sum(np.exp(80 * max(s + 0.4, 0) * (s - 0.4)) for s in n)
    return float(np.log1p(near * far))


def nt_xent(p: list[float], n: list[float]) -> float:
    every = sum(np.exp(s / 0.1) for s in p + n)
    return float(np.mean([-np.log(np.exp(s / 0.1) / every) for s in p])) if p else 0.0


def distance(s: float) -> float:
    return float(np.sqrt(max(2 - 2 * s, 1e-12)))


def contrastive(p: list[float], n: list[float]) -> float:
    near = [distance(s) ** 2 for s in p]
    far = [max(1 - distance(s), 0) ** 2 for s in n]
    return sum(float(np.mean(values)) for values in (near, far) if values)


def triplet(p: list[float], n: list[float]) -> float:
    return max(0.2 + max(map(distance, p)) - min(map(distance, n)), 0) if p and n else 0.0


def multi_similarity(p: list[float], n: list[float]) -> float:
    near = np.log1p(sum(np.exp(-2 * (s - 0.5)) for s in p)) / 2
    return float(near + np.log1p(sum(np.exp(50 * (s - 0.5)) for s in n)) / 50)


LOSSES: dict[str, tuple[Any, Any, Callable[[list[float], list[float]], float]]] = {
    "circle": (similarity.circle, losses.CircleLoss, circle),
    "nt_xent": (similarity.nt_xent, losses.NTXent, nt_xent),
    "contrastive": (similarity.contrastive, losses.ContrastiveLoss, contrastive),
    "triplet": (similarity.triplet, losses.TripletLoss, triplet),
    "multi_similarity": (similarity.multi_similarity, losses.MultiSimilarityLoss, multi_similarity),
}
LABELS = {
    "some": [0, 1, 0, 2, 1, 0],
    "no positives": [0, 1, 2, 3, 4, 5],
    "one class": [7, 7, 7, 7, 7, 7],
    "large": [2**24, 2**24 + 1, 2**24, 2**24 + 1, 5, 5],
}


def reference(name: str, labels: Any, rows: Any, key_labels: Any = None, keys: Any = None) -> Any:
    """Values of shape ``(queries,)`` in float64."""
    alone = keys is None
    keys, key_labels = (rows, labels) if alone else (keys, key_labels)
    values = []
    for i, row in enumerate(rows.astype("float64")):
        pairs = [(row @ key.astype("float64"), j) for j, key in enumerate(keys) if not (alone and i == j)]
        same = [s for s, j in pairs if labels[i] == key_labels[j]]
        values.append(LOSSES[name][2](same, [s for s, j in pairs if labels[i] != key_labels[j]]))
    return np.array(values)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("labels", LABELS)
def test_a_batch_is_compared_with_itself(name: str, labels: str) -> None:
    function, cls, _ = LOSSES[name]
    y, rows = np.array(LABELS[labels], "int32"), embeddings(6)
    expected = reference(name, y, rows)
    np.testing.assert_allclose(ops.convert_to_numpy(function(y, rows)), expected, rtol=2e-4, atol=1e-5)
    weight: Any = np.arange(6, dtype="float32")
    counted = max(int(np.sum(expected > 0)), 1)
    assert float(cls()(y, rows)) == pytest.approx(expected.sum() / counted, rel=2e-4, abs=1e-6)
    weighted = float(cls()(y[:, None], rows, weight))
    assert weighted == pytest.approx(float(expected @ weight) / counted, rel=2e-4, abs=1e-6)


@pytest.mark.parametrize("name", LOSSES)
def test_queries_are_compared_with_keys(name: str) -> None:
    function, cls, _ = LOSSES[name]
    labels, rows, key_labels, keys = (
        np.array([0, 1, 3]),
        embeddings(3),
        np.array([1, 0, 0, 2]),
        embeddings(4, 1),
    )
    expected = reference(name, labels, rows, key_labels, keys)
    values = ops.convert_to_numpy(function(labels, rows, key_labels, keys))
    np.testing.assert_allclose(values, expected, rtol=2e-4, atol=1e-5)
    nested = losses.NestedLoss({"tower": cls()})
    y, p = {"tower": {"query": labels, "key": key_labels}}, {"tower": {"query": rows, "key": keys}}
    assert float(nested(y, p)) == pytest.approx(expected.sum() / max(np.sum(expected > 0), 1), rel=2e-4)
    with pytest.raises(ValueError, match="give both"):
        function(labels, rows, key_labels)


@contextmanager
def double_precision() -> Iterator[None]:
    """Keras computes in float64 on tensorflow, on jax where it is told to, on torch never."""
    backend = keras.config.backend()
    if backend == "torch":
        pytest.skip("keras.ops computes in float32 on torch")
    if backend == "jax":
        jax = pytest.importorskip("jax")
        with (jax if hasattr(jax, "enable_x64") else jax.experimental).enable_x64(True):
            yield
    else:
        yield


@pytest.mark.parametrize("name", LOSSES)
def test_in_double_precision_it_is_the_reference(name: str) -> None:
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(12, 5))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    with double_precision():
        for y in (rng.integers(0, 4, 12), 2**53 + rng.integers(0, 3, 12)):
            tensors = ops.convert_to_tensor(y, "int64"), ops.convert_to_tensor(rows, "float64")
            values = ops.convert_to_numpy(LOSSES[name][0](*tensors))
            np.testing.assert_allclose(values, reference(name, y, rows), rtol=1e-13, atol=1e-13)


@pytest.mark.skipif(not hasattr(keras.losses, "Circle"), reason="came with a later Keras")
@pytest.mark.parametrize("seed", range(4))
def test_circle_is_that_of_keras(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y, rows, weight = rng.integers(0, 4, 16), embeddings(16, seed), rng.uniform(size=16).astype("float32")
    for given in (None, weight):
        theirs = float(keras.losses.Circle()(y, rows, given))
        assert float(losses.CircleLoss()(y, rows, given)) == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("labels", ["no positives", "one class"])
def test_training_stays_finite(name: str, labels: str, tmp_path: Path) -> None:
    """Also where a query has no positive or no negative; the loaded model goes on alike."""
    keras.utils.set_random_seed(0)
    model = losses.Sequential(
        [keras.Input((5,)), keras.layers.Dense(4), keras.layers.UnitNormalization(axis=-1)]
    )
    model.compile("sgd", loss=losses.NestedLoss({"": LOSSES[name][1]()}))
    x, y = embeddings(6), np.array(LABELS[labels], "int32")
    model.fit(x, y, verbose=0)
    assert all(np.all(np.isfinite(array)) for array in model.get_weights())
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)


def test_options_are_named() -> None:
    assert losses.CircleLoss.from_config(losses.CircleLoss(gamma=8, name="mine").get_config()).options == {
        "gamma": 8
    }
    with pytest.raises(TypeError, match="takes gamma, margin, not 'gama'"):
        losses.CircleLoss(gama=8)
