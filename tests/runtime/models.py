"""Small models and data for the tests of the runtime check."""

from __future__ import annotations

from typing import Any

import numpy as np

SAMPLES = 8
X: Any = np.linspace(0, 1, SAMPLES * 2, dtype="float32").reshape(SAMPLES, 2)
ROOMS: Any = np.full((SAMPLES, 1), 3.0, "float32")
PRICE: Any = np.linspace(0, 0.5, SAMPLES, dtype="float32")[:, None]
HOUSES = {"rooms": ROOMS, "price": PRICE}


def keras() -> Any:
    """The installed Keras, imported where a test needs it."""
    import keras as installed

    return installed


def houses(**activations: str) -> Any:
    """Outputs {"rooms": ..., "price": ...}, whose sorted order is another."""
    return keras().Model(*_heads(activations))


def listed(**activations: str) -> Any:
    """Outputs [rooms, price]."""
    x, heads = _heads(activations)
    return keras().Model(x, list(heads.values()))


def _heads(activations: dict[str, str]) -> tuple[Any, dict[str, Any]]:
    layers = keras().layers
    x = keras().Input((2,), name="photo")
    names = ("rooms", "price")
    return x, {name: layers.Dense(1, activation=activations.get(name), name=name)(x) for name in names}


def compiled(model: Any, **arguments: Any) -> Any:
    """The model, compiled to run eagerly."""
    model.compile(keras().optimizers.SGD(0.01), **{"run_eagerly": True, **arguments})
    return model


def single(units: int = 1, activation: str | None = None, **arguments: Any) -> Any:
    """One head, compiled."""
    x = keras().Input((2,))
    head = keras().layers.Dense(units, activation=activation, name="head")(x)
    return compiled(keras().Model(x, head), **arguments)
