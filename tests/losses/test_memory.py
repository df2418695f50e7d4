"""Cross-batch memory against a queue in NumPy, and what becomes of it in ``fit``, ``evaluate`` and files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

from keraslint import losses
from keraslint.losses import similarity
from keraslint.losses.state import training
from tests.losses import programs
from tests.losses.test_similarity import LOSSES, embeddings, reference

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.train

SIZE = 5  # more than a batch, less than all


def remembering(size: int = SIZE, **options: Any) -> losses.CrossBatchMemory:
    return losses.CrossBatchMemory(losses.CircleLoss(gamma=8), programs.EMBEDDING, size=size, **options)


def compiled(memory: losses.CrossBatchMemory, **options: Any) -> Any:
    model = programs.embedder()
    model.compile(keras.optimizers.SGD(0.1), loss=losses.NestedLoss({"": memory}), **options)
    return model


def state(memory: losses.CrossBatchMemory) -> list[Any]:
    return [ops.convert_to_numpy(variable) for variable in memory.variables]


def expected(name: str, y: Any, rows: Any, kept: list[int]) -> float:
    """The value of the last rows in float64, compared with each other and with the rows that are kept."""
    batch = np.arange(len(y))[-4:]
    values = []
    for query in batch:
        keys = [*(key for key in batch if key != query), *kept]
        values.append(reference(name, y[[query]], rows[[query]], y[keys], rows[keys])[0])
    return float(np.sum(values) / max(np.sum(np.array(values) > 0), 1))


@pytest.mark.parametrize("name", LOSSES)
def test_values_are_those_of_a_queue_in_numpy(name: str) -> None:
    y, rows = programs.labels(), embeddings(12)
    y = np.concatenate([y, y[:2]])
    memory = losses.CrossBatchMemory(LOSSES[name][1](), embedding_size=5, size=SIZE)
    nested = losses.NestedLoss({"": memory})
    kept: list[int] = []
    for end in (4, 8, 12):
        with losses.evaluating():
            before = float(nested.compute(y[end - 4 : end], rows[end - 4 : end]))
        value = float(nested.compute(y[end - 4 : end], rows[end - 4 : end]))
        assert value == before == pytest.approx(expected(name, y[:end], rows, kept), rel=2e-4, abs=1e-6)
        kept = [*range(end - 4, end), *kept][:SIZE]
    stored, stored_labels, filled, steps = state(memory)
    np.testing.assert_array_equal(stored, rows[kept])
    np.testing.assert_array_equal(stored_labels, y[kept])
    assert (filled, steps) == (SIZE, 3)


def test_training_is_a_step_by_hand_with_more_keys() -> None:
    """What is kept has no gradient; a step that is compiled does what an eager one does."""
    memory = remembering()
    model, by_hand = compiled(memory), programs.embedder()
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build(by_hand.trainable_variables)
    x, y = programs.inputs(), programs.labels()
    model.fit(x, y, batch_size=4, shuffle=False, verbose=0)
    keys: Any = np.zeros((0, programs.EMBEDDING), "float32")
    labels: Any = np.zeros((0,), "int32")
    for part in programs.slices():
        seen = ops.convert_to_numpy(by_hand(x[part]))
        total = partial(with_more_keys, y=y[part], keys=keys, labels=labels)
        programs.step_by_hand(by_hand, optimizer, total, x[part])
        keys, labels = np.concatenate([seen, keys])[:SIZE], np.concatenate([y[part], labels])[:SIZE]
    for one, two in zip(model.get_weights(), by_hand.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, rtol=0, atol=1e-6)
    np.testing.assert_allclose(state(memory)[0], keys, rtol=0, atol=1e-6)


def with_more_keys(p: Any, y: Any, keys: Any, labels: Any) -> Any:
    pairs = np.concatenate([~np.eye(len(y), dtype=bool), np.ones((len(y), len(keys)), bool)], axis=1)
    every = ops.concatenate([p, ops.convert_to_tensor(keys)])
    values = similarity.circle(y, p, np.concatenate([y, labels]), every, pairs, gamma=8)
    return ops.sum(values) / ops.sum(ops.cast(values > 0, "float32"))


def test_evaluation_and_validation_leave_it_as_it_is() -> None:
    memory = remembering()
    model = compiled(memory)
    x, y = programs.inputs(), programs.labels()
    model.fit(x, y, batch_size=5, epochs=1, shuffle=False, verbose=0, validation_data=(x[:3], y[:3]))
    before = state(memory)
    assert before[3] == 2
    assert model.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)
    model.test_on_batch(x, y)
    for one, two in zip(before, state(memory), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("whole", [True, False], ids=["model", "weights"])
def test_a_loaded_model_remembers(tmp_path: Path, *, whole: bool) -> None:
    model = compiled(remembering())
    x, y = programs.inputs(), programs.labels()
    model.fit(x, y, batch_size=5, shuffle=False, verbose=0)
    if whole:
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
    else:
        model.save_weights(tmp_path / "model.weights.h5")
        loaded = compiled(remembering())
        loaded.load_weights(tmp_path / "model.weights.h5")
        programs.embedder().load_weights(tmp_path / "model.weights.h5")  # also where nothing remembers
    histories = [
        each.fit(x, y, batch_size=5, epochs=2, shuffle=False, verbose=0).history for each in (model, loaded)
    ]
    assert histories[0] == histories[1]


def test_a_memory_is_no_weight_of_the_model() -> None:
    """So that a clone, which is not compiled, takes the weights."""
    model = compiled(remembering())
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    assert len(model.variables) == len(clone.variables) + 4


@pytest.mark.parametrize(
    ("options", "filled"), [({}, [4, 5, 5]), ({"warmup": 2}, [0, 0, 4]), ({"size": 3}, [3, 3, 3])], ids=str
)
def test_it_fills(options: dict[str, Any], filled: list[int]) -> None:
    memory = remembering(**options)
    nested = losses.NestedLoss({"": memory})
    y, rows = programs.labels(), embeddings(10)[:, :4]
    seen = []
    for _ in filled:
        nested.compute(y[:4], rows[:4])
        seen.append(int(state(memory)[2]))
    assert seen == filled


def test_the_keys_of_another_tower_are_remembered() -> None:
    memory = remembering(size=6)
    nested = losses.NestedLoss({"": memory})
    y, p = (
        {"query": [0, 1], "key": [1, 0, 2]},
        {"query": embeddings(2)[:, :4], "key": embeddings(3, 1)[:, :4]},
    )
    y = {name: np.array(values) for name, values in y.items()}
    first, second = float(nested(y, p)), float(nested(y, p))
    twice = [np.concatenate([array] * 2) for array in (y["key"], p["key"])]
    for value, keys in ((first, (y["key"], p["key"])), (second, twice)):
        by_hand = similarity.circle(y["query"], p["query"], *keys, gamma=8)
        assert value == pytest.approx(float(ops.mean(by_hand)), rel=1e-5)
    np.testing.assert_array_equal(state(memory)[1], twice[0])


def test_evaluating_ends() -> None:
    with losses.evaluating(), losses.evaluating(yes=False):
        assert not training()
    assert training()


REFUSED: dict[str, tuple[Any, str]] = {
    "bare": (remembering, r"loss=NestedLoss\(\{'': CrossBatchMemory"),
    "another size": (
        lambda: losses.NestedLoss({"": losses.CrossBatchMemory(losses.NTXent(), 3)}),
        "have size 4, CrossBatchMemory has embedding_size=3",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_before_the_first_step(name: str) -> None:
    model = programs.embedder()
    model.compile("sgd", loss=REFUSED[name][0]())
    with pytest.raises(losses.PathError, match=REFUSED[name][1]):
        model.fit(programs.inputs(), programs.labels(), verbose=0)


def test_a_plain_model_is_refused() -> None:
    """Keras would neither save its state nor, on jax, change it."""
    ours = programs.embedder()
    model = keras.Sequential(ours.layers)
    model.compile("sgd", loss=losses.NestedLoss({"": remembering()}))
    with pytest.raises(losses.PathError, match=r"keraslint\.losses\.Model"):
        model.fit(programs.inputs(), programs.labels(), verbose=0)


def test_it_remembers_for_losses_of_similarity_alone() -> None:
    with pytest.raises(TypeError, match=r"such as CircleLoss\(\), not 'mse'"):
        losses.CrossBatchMemory("mse", 4)
