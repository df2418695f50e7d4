"""Trains on as many host devices as it is told (0: as the backend will); prints weights and logs as JSON.

One process trains many programs: what takes long is to import a backend.
"""

from __future__ import annotations

import contextlib
import json
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from keraslint import losses
from tests.losses import programs

if TYPE_CHECKING:
    from collections.abc import Callable

SPEC = {"class": "mse", "detection": programs.joint, "detection.bbox": ["mae", "mse"]}
WEIGHTS = {"class": 2.0, "detection.bbox": [1.0, 0.5]}


def scope(count: int) -> tuple[Any, int]:
    """What opens the scope of a model, and how many devices share its batches; 0 is no scope."""
    if not count:
        return contextlib.nullcontext, 1
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)
        names = [f"/cpu:{index}" for index in range(count)]
        strategy = tf.distribute.MirroredStrategy(names)
        return strategy.scope, strategy.num_replicas_in_sync
    devices = keras.distribution.list_devices()
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
    return contextlib.nullcontext, len(devices)


def settled(model: Any) -> Any:
    """The model with weights from NumPy: what an initializer draws from one seed may depend on the device."""
    rng = np.random.default_rng(3)
    model.set_weights([rng.normal(scale=0.5, size=array.shape) for array in model.get_weights()])
    return model


def nested() -> tuple[Any, Any]:
    """A model of nested heads, and its targets."""
    model = programs.functional(losses.Model, "nested", kernel_regularizer="l2")
    model.compile(keras.optimizers.SGD(0.1), loss=losses.NestedLoss(SPEC, WEIGHTS))
    return settled(model), programs.targets("nested")


def memory() -> tuple[Any, Any]:
    """A model of embeddings that remembers more than one batch and less than all, and its labels."""
    model = programs.embedder()
    loss = losses.CrossBatchMemory(losses.CircleLoss(gamma=8), programs.EMBEDDING, size=6)
    model.compile(keras.optimizers.SGD(0.1), loss=losses.NestedLoss({"": loss}))
    return settled(model), programs.labels()


WEIGHTINGS: dict[str, Callable[[], Any]] = {
    "schedule": lambda: {"class": lambda step: 1 / (1 + step)},
    "uncertainty": losses.UncertaintyWeights,
    "average": lambda: losses.DynamicWeightAverage(temperature=0.1),
    "random": lambda: losses.RandomWeights(seed=1),
    "largest": losses.LargestTerm,
    "surgery": lambda: losses.PCGrad(seed=1),
    "norms": lambda: losses.GradNorm(alpha=0.5, learning_rate=0.5),
}


def moving(name: str) -> tuple[Any, Any]:
    """A model of nested heads whose terms have weights that move, and its targets."""
    model = programs.functional(losses.Model, "nested", kernel_regularizer="l2")
    spec = {"class": "mse", "detection.bbox": "mae", "detection.confidence": "mse"}
    model.compile(keras.optimizers.SGD(0.1), loss=losses.NestedLoss(spec, WEIGHTINGS[name]()))
    return model, programs.targets("nested")


PROGRAMS = {"nested": nested, "memory": memory} | {name: partial(moving, name) for name in WEIGHTINGS}


def main(count: int, names: str) -> None:
    """Train the programs, named with commas between them, for three epochs of two batches each."""
    context, devices = scope(count)
    trained: dict[str, Any] = {}
    for name in names.split(","):
        with context():
            model, y = PROGRAMS[name]()
        x, y = keras.tree.map_structure(lambda array: array[:8], (programs.inputs(), y))
        history = model.fit(x, y, batch_size=4, epochs=3, shuffle=False, verbose=0).history
        arrays = [keras.ops.convert_to_numpy(variable) for variable in model.variables]
        trained[name] = {
            "weights": [float(value) for array in arrays for value in np.ravel(array)],
            "logs": {key: values[-1] for key, values in history.items()},
        }
    print(json.dumps({"devices": devices, "trained": trained}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
