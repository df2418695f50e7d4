"""Small models whose outputs are every kind of container, their data, and a training step written by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np
import pytest
from keras import ops
from packaging.version import Version

from keraslint import losses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SAMPLES = 10
BATCH = 4  # the last batch has two samples
SIZES = {"class": 3, "bbox": 4, "confidence": 1}


class Heads(NamedTuple):
    """Outputs as a namedtuple."""

    bbox: Any
    confidence: Any


CONTAINERS: dict[str, Callable[[Callable[[str], Any]], Any]] = {
    "one": lambda head: head("bbox"),
    "list": lambda head: [head("bbox"), head("confidence")],
    "tuple": lambda head: (head("bbox"), head("confidence")),
    "namedtuple": lambda head: Heads(head("bbox"), head("confidence")),
    "flat": lambda head: {name: head(name) for name in SIZES},
    "dotted": lambda head: {"detection.bbox": head("bbox"), "detection": {"bbox": head("class")}},
    "list in dict": lambda head: {"heads": [head("bbox"), head("confidence")], "class": head("class")},
    "nested": lambda head: {
        "class": head("class"),
        "detection": {name: head(name) for name in ("bbox", "confidence")},
    },
}


NESTED = ("dotted", "list in dict", "nested")
NO_NESTED_OUTPUTS = "Keras 3.3 has no nested outputs of a functional model; a subclassed model returns them"
KERAS_TAKES_NESTED_OUTPUTS = Version(keras.__version__) >= Version("3.4.0")


def skip_if_refused(kind: str) -> None:
    """Skip the test where this Keras has no functional model with outputs of this kind."""
    if not KERAS_TAKES_NESTED_OUTPUTS and kind in NESTED:
        pytest.skip(NO_NESTED_OUTPUTS)


def arranged(kind: str, head: Callable[[str], Any]) -> Any:
    """The container of one kind, each leaf made from the head's name."""
    return CONTAINERS[kind](head)


def inputs() -> Any:
    """Features of shape ``(SAMPLES, 3)``."""
    return np.random.default_rng(0).normal(size=(SAMPLES, 3)).astype("float32")


def targets(kind: str) -> Any:
    """Targets in the container of the outputs: numbers in (0, 1), no two heads alike."""
    rng = np.random.default_rng(1)
    known = {name: rng.uniform(size=(SAMPLES, size)).astype("float32") for name, size in SIZES.items()}
    return arranged(kind, lambda name: known[name])


def functional(cls: Any, kind: str, **options: Any) -> Any:
    """A functional model; ``options`` go to its first layer. Equal calls give equal weights."""
    keras.utils.set_random_seed(7)
    features = keras.Input((3,))
    hidden = keras.layers.Dense(5, activation="tanh", **options)(features)
    outputs = arranged(
        kind, lambda name: keras.layers.Dense(SIZES[name], activation="sigmoid", name=name)(hidden)
    )
    skip_if_refused(kind)
    return cls(features, outputs)


EMBEDDING = 4


def embedder() -> Any:
    """A model of ours that gives embeddings of length 1. Equal calls give equal weights."""
    keras.utils.set_random_seed(7)
    head = [keras.layers.Dense(EMBEDDING), keras.layers.UnitNormalization(axis=-1)]
    return losses.Sequential([keras.Input((3,)), keras.layers.Dense(5, activation="tanh"), *head])


def labels() -> Any:
    """A label for every sample, two above what float32 tells apart."""
    return np.array([0, 1, 2**24, 2**24 + 1, 0, 2**24 + 1, 1, 0, 2**24, 0], "int32")


class Network:
    """The body of a subclassed model; put it before a model class."""

    def __init__(self, kind: str = "nested") -> None:
        """``kind`` is the container of the outputs."""
        super().__init__()
        self.kind = kind
        self.hidden = keras.layers.Dense(5, activation="tanh")
        self.heads = {name: keras.layers.Dense(size, activation="sigmoid") for name, size in SIZES.items()}

    def call(self, x: Any) -> Any:
        """Outputs in the container of ``kind``."""
        hidden = self.hidden(x)
        return arranged(self.kind, lambda name: self.heads[name](hidden))

    def get_config(self) -> dict[str, Any]:
        """The kind of container."""
        return {"kind": self.kind}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The inverse of ``get_config``."""
        return cls(**config)


@keras.saving.register_keras_serializable(package="tests")
class Plain(Network, keras.Model):  # type: ignore[misc]
    """A subclassed model of Keras."""


@keras.saving.register_keras_serializable(package="tests")
class Own(Network, losses.Model):
    """A subclassed model of ours."""


@keras.saving.register_keras_serializable(package="tests")
class Mixed(Network, losses.NestedLossMixin, keras.Model):  # type: ignore[misc]
    """A subclassed model of Keras with the mixin."""


def subclassed(cls: Any, kind: str) -> Any:
    """A subclassed model that is not built yet. Equal calls give equal weights."""
    keras.utils.set_random_seed(7)
    return cls(kind)


@keras.saving.register_keras_serializable(package="tests")  # type: ignore[untyped-decorator]
def joint(y_true: Any, y_pred: Any) -> Any:
    """Loss values of shape ``(batch,)`` of a subtree with bbox and confidence."""
    error = ops.mean(ops.square(y_pred["bbox"] - y_true["bbox"]), axis=-1)
    return error * y_true["confidence"][:, 0] + ops.mean(y_pred["confidence"], axis=-1)


@keras.saving.register_keras_serializable(package="tests")  # type: ignore[untyped-decorator]
def mae_values(y_true: Any, y_pred: Any) -> Any:
    """Absolute errors of shape ``(batch,)``."""
    return ops.mean(ops.abs(y_pred - y_true), axis=-1)


def of_pair(y_true: Any, y_pred: Any) -> Any:
    """Loss values of shape ``(batch,)`` of a pair."""
    return ops.mean(ops.abs(y_pred[0] - y_true[0]), axis=-1) * (1 + y_true[1][:, 0])


def mean(values: Any) -> Any:
    """The average over the batch, as a term takes it."""
    return ops.mean(values)


def mse(y_true: Any, y_pred: Any) -> Any:
    """Mean squared error, a scalar, without Keras's losses."""
    return ops.mean(ops.square(y_pred - y_true))


def mae(y_true: Any, y_pred: Any) -> Any:
    """Mean absolute error, a scalar, without Keras's losses."""
    return ops.mean(ops.abs(y_pred - y_true))


@dataclass(frozen=True)
class Case:
    """A spelling of ``NestedLoss``, and the total that it means, written out by hand."""

    kind: str
    losses: Mapping[str, Any]
    by_hand: Callable[[Any, Any], Any]
    logs: tuple[str, ...]
    weights: Mapping[str, Any] = field(default_factory=dict)
    optimizer: str = "sgd"


CASES = {
    "subtree and leaves": Case(
        "nested",
        {"class": "mse", "detection": joint, "detection.bbox": "mae"},
        lambda t, p: (
            0.5 * mse(t["class"], p["class"])
            + mean(joint(t["detection"], p["detection"]))
            + 2 * mae(t["detection"]["bbox"], p["detection"]["bbox"])
        ),
        ("class_loss", "detection_loss", "detection.bbox_loss"),
        {"class": 0.5, "detection.bbox": 2},
        "adam",
    ),
    "several at one head": Case(
        "flat",
        {"bbox": {"near": "mse", "far": "mae"}, "class": ["mse", "mae"]},
        lambda t, p: (
            mse(t["bbox"], p["bbox"])
            + 3 * mae(t["bbox"], p["bbox"])
            + 0.5 * mse(t["class"], p["class"])
            + 0.25 * mae(t["class"], p["class"])
        ),
        ("bbox_near_loss", "bbox_far_loss", "class_mse_loss", "class_mae_loss"),
        {"bbox": {"far": 3}, "class": [0.5, 0.25]},
    ),
    "the whole output": Case(
        "list",
        {"": of_pair, "1": "mse"},
        lambda t, p: mean(of_pair(t, p)) + mse(t[1], p[1]),
        ("of_pair_loss", "1_loss"),
    ),
    "a tuple": Case(
        "tuple",
        {"": of_pair, "0": "mse"},
        lambda t, p: mean(of_pair(t, p)) + mse(t[0], p[0]),
        ("of_pair_loss", "0_loss"),
    ),
    "one output": Case(
        "one",
        {"": ["mse", "mae"]},
        lambda t, p: mse(t, p) + 2 * mae(t, p),
        ("mse_loss", "mae_loss"),
        {"": {"mae": 2}},
    ),
    "a list in a dict": Case(
        "list in dict",
        {"heads.1": "mse", "heads": of_pair},
        lambda t, p: mse(t["heads"][1], p["heads"][1]) + mean(of_pair(t["heads"], p["heads"])),
        ("heads.1_loss", "heads_loss"),
    ),
    "a key with a dot": Case(
        "dotted",
        {"detection.bbox": "mse"},
        lambda t, p: mse(t["detection.bbox"], p["detection.bbox"]),
        ("detection.bbox_loss",),
    ),
}


def step_by_hand(model: Any, optimizer: Any, total: Callable[[Any], Any], x: Any) -> float:
    """One step of gradient descent on ``total(outputs)`` with nothing of ``compile``; returns the total."""
    return {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[keras.config.backend()](
        model, optimizer, total, x
    )


def _tensorflow(model: Any, optimizer: Any, total: Callable[[Any], Any], x: Any) -> float:
    import tensorflow as tf

    with tf.GradientTape() as tape:
        value = total(model(x))
    gradients = tape.gradient(value, model.trainable_variables)
    _apply(model, optimizer, gradients)
    return float(value)


def _jax(model: Any, optimizer: Any, total: Callable[[Any], Any], x: Any) -> float:
    import jax

    def forward(variables: Any) -> Any:
        outputs, _ = model.stateless_call(variables, [v.value for v in model.non_trainable_variables], x)
        return total(outputs)

    value, gradients = jax.value_and_grad(forward)([v.value for v in model.trainable_variables])
    _apply(model, optimizer, gradients)
    return float(value)


def _apply(model: Any, optimizer: Any, gradients: list[Any]) -> None:
    """Update the weights; a head without a loss has no gradient, which is 0."""
    pairs = zip(gradients, model.trainable_variables, strict=True)
    optimizer.apply(
        [ops.zeros_like(v) if gradient is None else gradient for gradient, v in pairs],
        model.trainable_variables,
    )


def _torch(model: Any, optimizer: Any, total: Callable[[Any], Any], x: Any) -> float:
    import torch

    for variable in model.trainable_variables:
        variable.value.grad = None
    value = total(model(x))
    value.backward()
    with torch.no_grad():
        _apply(model, optimizer, [v.value.grad for v in model.trainable_variables])
    return float(value.detach())


def slices() -> list[slice]:
    """The batches that ``fit`` makes without shuffling."""
    return [slice(start, start + BATCH) for start in range(0, SAMPLES, BATCH)]


def taken(structure: Any, part: slice) -> Any:
    """The same containers with one batch of each array, as tensors."""
    return keras.tree.map_structure(lambda array: ops.convert_to_tensor(array[part]), structure)
