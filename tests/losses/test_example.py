"""The example in the docstring of the package trains as it stands there."""

from __future__ import annotations

import textwrap
from typing import Any

import keras
import numpy as np
import pytest

from keraslint import losses
from tests.losses import programs

pytestmark = pytest.mark.train


def test_the_example_trains() -> None:
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
    assert set(names["history"]) == {
        "loss",
        "class_loss",
        "detection_loss",
        "detection.bbox_loss",
        "detection.confidence_loss",
    }
    assert np.isfinite(names["history"]["loss"][-1])
