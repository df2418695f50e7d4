"""A program and its rewrite to another style train to the same weights, bit for bit, with the same logs.

Run on another backend with ``KERAS_BACKEND=jax python -m pytest tests/rewriting -m train``.
"""

from __future__ import annotations

import os
import runpy
from collections import Counter
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
pytest.importorskip(os.environ["KERAS_BACKEND"])

import keras
import numpy as np

from tests.programs import Program, programs
from tests.rewriting.migrating import STYLES, migrated
from tests.rewriting.trained import close, counted, trained

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.train
CASES = [program for program in programs("bad") if program.rule in STYLES]
# Heads of a subclassed model have no names while they stand in a list: their logs get some.
# Where the step is compiled as a whole (XLA), the gradients of three heads are summed in the order of the
# heads: sorted keys give other last bits. Two summands have no order. PyTorch sums them in the order in which
# it walks its graph, which gives other last bits where the losses are weighted.
REORDERS = keras.backend.backend() in {"jax", "torch"}
NAMED_AFTERWARDS = {"subclassed", "unnamed-layers", "one-builder-two-models"}


@pytest.mark.parametrize("program", CASES, ids=str)
def test_a_migrated_program_trains_the_same(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(migrated(program.path, STYLES[program.rule])[str(program.path)], encoding="utf-8")
    before, after = trained(program.path), trained(path)
    weights, logs, weights_after, logs_after = before.weights, before.logs, after.weights, after.logs
    assert len(logs) == len(logs_after) > 0
    if REORDERS and program.path.parent.name.startswith("people"):
        for name, array in weights.items():
            np.testing.assert_allclose(weights_after[name], array, rtol=1e-4, atol=1e-6)
        assert all(map(close, logs, logs_after))
        return
    assert counted(weights) == counted(weights_after)
    for one, other in zip(logs, logs_after, strict=True):
        if program.path.parent.name in NAMED_AFTERWARDS:
            assert sorted(one.values()) == sorted(other.values())
        else:
            assert one == {log.replace(".", "/"): values for log, values in other.items()}


# The lists of the example, and the same with its heads in the order of their names.
ORDERS = (
    (
        "[age_prediction, income_prediction, gender_prediction]",
        "[age_prediction, gender_prediction, income_prediction]",
    ),
    (
        '["mse", "categorical_crossentropy", "binary_crossentropy"]',
        '["mse", "binary_crossentropy", "categorical_crossentropy"]',
    ),
    ("[age_targets, income_targets, gender_targets]", "[age_targets, gender_targets, income_targets]"),
)


def test_nothing_but_the_order_of_summands_is_another(tmp_path: Path) -> None:
    """With its heads listed by name the example trains to the bit as it does after either migration."""
    (example,) = (one for one in CASES if one.path.parent.name == "people")
    listed, reordered = tmp_path / "listed.py", tmp_path / "reordered.py"
    text = listed_text = example.path.read_text(encoding="utf-8")
    for before, after in ORDERS:
        assert text.count(before) == 1
        text = text.replace(before, after)
    listed.write_text(listed_text, encoding="utf-8")
    reordered.write_text(text, encoding="utf-8")
    meant = trained(reordered)
    for path in (listed, reordered):
        path.write_text(migrated(path, STYLES[example.rule])[str(path)], encoding="utf-8")
        made = trained(path)
        assert counted(meant.weights) == counted(made.weights)
        assert meant.logs == made.logs


KERAS_2 = """
import tf_keras as keras
import numpy as np

keras.utils.set_random_seed(1)
x = np.random.default_rng(1).random((8, 3), dtype="float32")
y, z = x[:, :1], np.eye(2)[np.arange(8) % 2]
inputs = keras.Input((3,), name="inputs")
source = keras.layers.Dense(1, activation="sigmoid", name="source")(inputs)
kind = keras.layers.Dense(2, activation="softmax", name="kind")(inputs)
critic = keras.Model(inputs, [source, kind], name="critic")
losses = ["mae", "categorical_crossentropy"]
critic.compile("sgd", losses, metrics=["accuracy"])
noise = keras.Input((3,), name="noise")
adversary = keras.Model(noise, critic(keras.layers.Dense(3)(noise)), name="adversary")
adversary.compile("sgd", losses, metrics=["accuracy"])
for _ in range(2):
    values = critic.train_on_batch(x, [y, z])
    print("critic", values[0], values[1], values[2], values[3], values[4])
    values = adversary.train_on_batch(x, [y, z])
    print("adversary", values[0], values[1], values[2], values[3], values[4])
"""


def test_values_that_keras_2_returns_stay_with_their_heads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the names of their logs, and where these differ from version to version by their new places."""
    pytest.importorskip("tf_keras")
    path = tmp_path / "program.py"
    path.write_text(KERAS_2, encoding="utf-8")
    (after,) = migrated(path).values()
    assert 'values["source_accuracy"]' in after
    assert 'adversary", values[0], values[2], values[1], values[4], values[3]' in after
    before = runpy.run_path(str(path))["adversary"]
    printed = capsys.readouterr().out
    path.write_text(after, encoding="utf-8")
    trained_after = runpy.run_path(str(path))["adversary"]
    assert capsys.readouterr().out == printed
    assert Counter(map(bytes, before.get_weights())) == Counter(map(bytes, trained_after.get_weights()))
