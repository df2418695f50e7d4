"""What Keras refuses of a generator's or ``PyDataset``'s batch: the specification and the installed Keras."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from keraslint.pairing import NEWEST, RefusedPart, refused_parts
from keraslint.pairing.cases import structure
from tests.conformance.containers import build_spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.pairing import Backend, Feed

# A batch for a model with one input and two outputs, as a case writes it, and what is refused of it.
BATCHES: dict[str, tuple[str, tuple[tuple[Any, ...], ...]]] = {
    "tuples": ('{"$t": ["x", {"$t": ["y", "y"]}]}', ()),
    "a list as the batch": ('["x", {"$t": ["y", "y"]}]', (((), "list", "ValueError"),)),
    "a list of targets": ('{"$t": ["x", ["y", "y"]]}', (((1,), "list", "TypeError"),)),
    "a list of inputs": ('{"$t": [["x"], {"$t": ["y", "y"]}]}', (((0,), "list", "TypeError"),)),
    "lists everywhere": (
        '{"$t": [["x"], ["y", "y"], ["w", "w"]]}',
        tuple(((place,), "list", "TypeError") for place in range(3)),
    ),
    "a list below a tuple": ('{"$t": ["x", {"$t": ["y", ["y"]]}]}', (((1,), "list", "TypeError"),)),
    "four entries": ('{"$t": ["x", "y", "y", "y"]}', (((), "entries", "ValueError"),)),
    "numbers": ('{"$t": ["x", {"$t": [1.0, 2.0]}]}', (((1,), "number", "ValueError"),)),
    "a list of numbers": ('{"$t": ["x", [1.0, 2.0]]}', (((1,), "number", "ValueError"),)),
}
# On JAX a list is no list of the model's to the targets of a tuple; that is no matter of the feed.
STRUCTURE = {"a list below a tuple"}


def refused(name: str, feed: Feed, version: Any = NEWEST, backend: Backend = "tensorflow") -> list[Any]:
    batch = structure(json.loads(BATCHES[name][0]))
    parts: tuple[RefusedPart, ...] = refused_parts(batch, feed, version, backend)
    return [(part.path, part.found, part.error) for part in parts]


@pytest.mark.parametrize("name", BATCHES)
def test_of_a_generator(name: str) -> None:
    assert refused(name, "generator") == list(BATCHES[name][1])


@pytest.mark.parametrize("name", BATCHES)
def test_a_py_dataset_may_give_a_list_as_the_batch(name: str) -> None:
    assert refused(name, "py_dataset") == [part for part in BATCHES[name][1] if part[:2] != ((), "list")]


@pytest.mark.parametrize("name", BATCHES)
def test_only_tensorflow_makes_a_signature(name: str) -> None:
    alone = [part for part in BATCHES[name][1] if not part[0]]
    assert refused(name, "generator", backend="jax") == refused(name, "generator", backend="torch") == alone


@pytest.mark.parametrize("name", BATCHES)
def test_keras_2_is_another_matter_and_arrays_are_counted_alone(name: str) -> None:
    assert refused(name, "generator", "2.15") == []
    counted = [part for part in BATCHES[name][1] if part[1] == "entries"]
    assert refused(name, "arrays") == refused(name, "dataset") == counted


def test_a_number_was_asked_for_its_shape() -> None:
    assert refused("numbers", "generator", "3.10") == [((1,), "number", "AttributeError")]


@pytest.mark.train
@pytest.mark.parametrize("call", ["fit", "predict"])
@pytest.mark.parametrize("name", BATCHES)
def test_the_installed_keras_refuses_the_same(name: str, call: str) -> None:
    keras: Any = pytest.importorskip("keras")
    if name in STRUCTURE and keras.backend.backend() != "tensorflow":
        pytest.skip("a matter of structure there")
    expected = refused(name, "generator", keras.__version__, keras.backend.backend())
    raised = pytest.raises((TypeError, ValueError, AttributeError)) if expected else nullcontext()
    with raised as seen:
        asked(keras, name, call)
    assert [seen.type.__name__] == [expected[0][2]] if seen else not expected


def asked(keras: Any, name: str, call: str) -> None:
    """Train or ask a model with two outputs from a generator."""
    import numpy as np

    x = keras.Input((1,))
    model = keras.Model(x, [keras.layers.Dense(1)(x), keras.layers.Dense(1)(x)])
    model.compile("sgd", ["mse", "mae"])
    arrays = {"x": np.ones((2, 1)), "y": np.ones((2, 1)), "w": np.ones(2)}
    batch = build_spec(json.loads(BATCHES[name][0]), lambda leaf: arrays.get(leaf, leaf))

    def forever() -> Iterator[object]:
        while True:
            yield batch

    steps = {"steps_per_epoch": 1} if call == "fit" else {"steps": 1}
    getattr(model, call)(forever(), **steps, verbose=0)
