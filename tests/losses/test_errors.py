"""What is refused before the first step, and the path that the message names."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from keraslint import losses
from keraslint.losses import container
from tests.losses import programs

pytestmark = pytest.mark.train

Y = programs.targets("nested")
BBOX = Y["detection"]["bbox"]

AT_ONCE: dict[str, tuple[Any, Any, str]] = {
    "weight for no path": (
        {"detection.bbox": "mse"},
        {"detection.bbx": 2},
        r"'detection.bbx' is for no loss. Nearest: 'detection.bbox'",
    ),
    "weight for no part": (
        {"bbox": {"mse": "mse"}},
        {"bbox": {"mes": 2}},
        r"'mes' at 'bbox' .*Nearest: 'mse'",
    ),
    "weights by count": ({"bbox": ["mse", "mae"]}, {"bbox": [1]}, "1 weights for the 2 losses at 'bbox'"),
    "a list for one loss": ({"bbox": "mse"}, {"bbox": [1]}, "one number"),
    "a weight that is text": ({"bbox": "mse"}, {"bbox": "2"}, "one number"),
    "no loss": ({"bbox": None}, None, "at least one loss"),
    "not a loss": ({"bbox": 3}, None, "Not a loss: 3"),
    "not a dict": (["mse"], None, "a dict from paths"),
    "an unknown name": ({"bbox": "msse"}, None, "no loss 'msse'. Nearest: 'mse'"),
    "a metric": ({"bbox": keras.metrics.MeanSquaredError()}, None, "Not a loss"),
    "a class of metrics": ({"bbox": keras.metrics.MeanSquaredError}, None, "Not a loss"),
    "a number for a path": ({0: "mse"}, None, "write '0', not 0"),
    "a weight that is no number": ({"bbox": "mse"}, {"bbox": float("nan")}, "every total nan"),
    "a log of validation": (
        {"a": "mse", "val_a": "mae"},
        None,
        "at 'val_a' would be .*as in validation the one at 'a'",
    ),
    "one log for two": ({"a_mse": "mae", "a": ["mse", "mae"]}, None, "both be logged as 'a_mse_loss'"),
}


@pytest.mark.parametrize("name", AT_ONCE)
def test_refused_when_written(name: str) -> None:
    spec, weights, message = AT_ONCE[name]
    with pytest.raises((ValueError, TypeError), match=message):
        losses.NestedLoss(spec, weights)


def unreduced(y_true: Any, y_pred: Any) -> Any:
    return ops.square(y_true - y_pred)


class Unreduced(keras.losses.Loss):  # type: ignore[misc]
    """A loss that forgets the last axis."""

    def __init__(self) -> None:
        """It has no options."""
        super().__init__(name="unreduced")

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Numbers of the shape of the output."""
        return unreduced(y_true, y_pred)


BEFORE_THE_FIRST_STEP: dict[str, tuple[dict[str, Any], Any, str]] = {
    "unknown path": ({"detection.bbx": "mse"}, Y, "No output at 'detection.bbx'.*Nearest: 'detection.bbox'"),
    "unknown root": ({"clas": "mse"}, Y, "No output at 'clas': the output is a dict.*Nearest: 'class'"),
    "below a leaf": ({"class.0": "mse"}, Y, "'class' is one array.*Nearest: 'class'"),
    "no targets": ({"class": "mse"}, None, "'class' needs a target; none"),
    "missing target": (
        {"detection.bbox": "mse"},
        {"class": Y["class"]},
        "No target for the loss at 'detection",
    ),
    "missing below": (
        {"detection.bbox": "mse"},
        {"detection": {"confidence": Y["detection"]["confidence"]}},
        "'detection.bbox': the target at 'detection' is a dict of 'confidence'",
    ),
    "misspelled target": (
        {"class": "mse"},
        {"klass": Y["class"]},
        "at 'klass', but no output. Nearest: 'class'",
    ),
    "targets as a list": (
        {"class": "mse"},
        [Y["class"], Y["class"]],
        "target at '0', but no output. Targets go by name here, the output is a dict of 'class'",
    ),
    "one array for all": ({"class": "mse"}, Y["class"], "No target for the loss at 'class'"),
    "a tree for a leaf": (
        {"class": "mse"},
        {"class": {"x": BBOX}},
        "target at 'class.x', but no output|one array",
    ),
    "unlike shapes": (
        {"detection.bbox": "mse"},
        {"detection": {"bbox": BBOX[:, :3]}},
        r"'mse' at 'detection.bbox' fails on targets \(.*3\) and outputs \(.*4\)",
    ),
    "unreduced": ({"class": unreduced}, Y, "'unreduced' at 'class' .*one number a sample.*axis=-1"),
    "an unreduced Loss": ({"class": Unreduced()}, Y, "'unreduced' at 'class' .*one number a sample.*axis=-1"),
    "an unreduced subtree": (
        {"detection": lambda t, p: t["bbox"] - p["bbox"]},
        Y,
        r"at 'detection' .*of shape \(.*4\) for a dict of 'bbox', 'confidence'; one number a sample",
    ),
    "no reduction": (
        {"class": keras.losses.MeanSquaredError(reduction=None)},
        Y,
        "at 'class' gives a value of shape .*; one scalar",
    ),
    "a dict of values": (
        {"detection": lambda t, p: {"bbox": t["bbox"] - p["bbox"]}},
        Y,
        "at 'detection' .*returns a dict",
    ),
}


@pytest.mark.parametrize("name", BEFORE_THE_FIRST_STEP)
def test_refused_before_the_first_step(name: str) -> None:
    spec, targets, message = BEFORE_THE_FIRST_STEP[name]
    model = programs.functional(losses.Model, "nested")
    before = model.get_weights()
    model.compile("sgd", loss=losses.NestedLoss(spec))
    with pytest.raises(losses.PathError, match=message):
        model.fit(programs.inputs(), targets, verbose=0)
    assert all(np.array_equal(one, two) for one, two in zip(before, model.get_weights(), strict=True))


LISTS = {
    "index out of range": (
        "list",
        {"2": "mse"},
        programs.targets("list"),
        r"No output at '2': the output is a list of 2 \(0 to 1\)",
    ),
    "index in a dict": (
        "list in dict",
        {"heads.2": "mse"},
        programs.targets("list in dict"),
        r"'heads' is a list of 2 \(0 to 1\). Nearest: 'heads.",
    ),
    "a short list": ("list", {"1": "mse"}, [BBOX], r"loss at '1': the targets are a list of 1|a tuple of 1"),
}


@pytest.mark.parametrize("name", LISTS)
def test_indices_are_held_against_lists(name: str) -> None:
    kind, spec, targets, message = LISTS[name]
    outputs = programs.targets(kind)
    with pytest.raises(losses.PathError, match=message):
        losses.NestedLoss(spec)(targets, outputs)


def test_weights_have_one_place() -> None:
    model = programs.functional(losses.Model, "nested")
    with pytest.raises(ValueError, match="not into loss_weights"):
        model.compile("sgd", loss=losses.NestedLoss({"class": "mse"}), loss_weights={"class": 2.0})


@pytest.mark.skipif(not container.plain_compile_sees_the_whole(), reason="a plain model refuses it anyway")
@pytest.mark.parametrize("weights", [2.0, {"class": 2.0}])
def test_a_plain_model_says_so_at_the_first_step(weights: Any) -> None:
    model = programs.functional(keras.Model, "nested")
    model.compile("sgd", loss=losses.NestedLoss({"class": "mse"}), loss_weights=weights)
    # Keras on torch compares containers before it asks them anything.
    torch = "|Type mismatch" if keras.config.backend() == "torch" else ""
    with pytest.raises(ValueError, match=f"not into loss_weights{torch}"):
        model.fit(programs.inputs(), Y, verbose=0)


def test_the_class_of_a_loss_stands_for_one_of_it() -> None:
    """As in Keras."""
    (term,) = losses.NestedLoss({"bbox": keras.losses.Huber}).terms
    (same,) = losses.NestedLoss({"bbox": keras.losses.Huber()}).terms
    assert term.name == same.name
    assert float(term.loss(BBOX, BBOX + 3)) == float(same.loss(BBOX, BBOX + 3)) == 2.5


PLAIN: dict[str, Any] = {
    "heads without a target": {"detection": Y["detection"]},
    "one target": {"class": Y["class"]},
    "misspelled": {"klass": Y["class"], "detection": Y["detection"]},
}


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_model_is_refused_what_keras_cannot_pair(name: str) -> None:
    model = programs.functional(keras.Model, "nested")
    model.compile("sgd", loss=losses.NestedLoss({"class": "mse"}))
    with pytest.raises(
        (ValueError, KeyError),
        match=r"No loss to compute|can't be found|different structures|keraslint\.losses\.Model|by position",
    ):
        model.fit(programs.inputs(), PLAIN[name], verbose=0)


@pytest.mark.skipif(container.plain_compile_sees_the_whole(), reason="from 3.7 on it gets the whole")
def test_an_old_keras_is_told_what_to_write_instead() -> None:
    model = programs.functional(keras.Model, "flat")
    model.compile("sgd", loss=losses.NestedLoss({"bbox": "mse"}))
    with pytest.raises(losses.PathError, match=r"keraslint\.losses\.Model"):
        model.fit(programs.inputs(), programs.targets("flat"), verbose=0)
