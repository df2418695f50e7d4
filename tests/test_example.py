"""The shipped example trains without a word, and Keras does with it what the README says."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).resolve().parent.parent / "fixtures" / "example" / "train.py"


@pytest.mark.train
def test_keras_trains_each_head_with_the_loss_of_the_other(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    keras = pytest.importorskip("keras")
    capfd.readouterr()
    program: dict[str, Any] = runpy.run_path(str(EXAMPLE))
    assert "warn" not in "".join(capfd.readouterr()).lower()
    model, x, houses = program["model"], program["x"], program["houses"]
    computed = model.evaluate(x, houses, return_dict=True, verbose=0)
    predicted = model.predict(x, verbose=0)
    losses = {"rooms": keras.losses.MeanSquaredError(), "price": keras.losses.MeanAbsoluteError()}
    written = {head: float(loss(houses[head], predicted[head])) for head, loss in losses.items()}
    exchanged = {
        head: float(losses[other](houses[head], predicted[head]))
        for head, other in (("rooms", "price"), ("price", "rooms"))
    }
    for head in losses:
        assert computed[f"{head}_loss"] == pytest.approx(exchanged[head], rel=1e-5)
        assert computed[f"{head}_loss"] != pytest.approx(written[head], rel=1e-2)
