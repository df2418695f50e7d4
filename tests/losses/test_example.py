"""The examples of the README and of the package's docstring train as they stand there."""

from __future__ import annotations

import runpy
import textwrap
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from keraslint import losses
from tests.losses import programs

pytestmark = pytest.mark.train


EXAMPLE = Path(__file__).resolve().parents[2] / "fixtures" / "losses" / "detection.py"
LOGS = {"loss", "class_loss", "detection_loss", "detection.bbox_loss", "detection.confidence_loss"}


@pytest.mark.skipif(not programs.KERAS_TAKES_NESTED_OUTPUTS, reason=programs.NO_NESTED_OUTPUTS)
def test_the_example_of_the_readme_trains() -> None:
    keras.utils.set_random_seed(0)
    history = runpy.run_path(str(EXAMPLE))["history"]
    assert set(history) == LOGS
    for key, values in history.items():
        assert values[-1] < values[0], key


def test_the_example_of_the_docstring_trains() -> None:
    code = textwrap.dedent((losses.__doc__ or "").split("::\n", 1)[1])
    model = programs.functional(keras.Model, "nested")
    names: dict[str, Any] = {
        "keras": keras,
        "inputs": model.input,
        "outputs": model.output,
        "x": programs.inputs(),
        "y": programs.targets("nested"),
    }
    exec(code, names)  # noqa: S102 - the example itself
    assert set(names["history"]) == LOGS
    assert np.isfinite(names["history"]["loss"][-1])
