"""The diagnosis: gradients of the terms against NumPy, and the callback that records and plots them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest

from keraslint import losses
from keraslint.losses import container
from tests.losses import programs
from tests.losses.test_surgery import data, flat, gradients_in_numpy, linear

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.train

SPEC = {"a": "mse", "b": "mse"}


@pytest.mark.parametrize("cls", [losses.Model, keras.Model])
@pytest.mark.parametrize("layer", [None, "shared"])
def test_norms_and_cosines_are_those_by_hand(cls: Any, layer: str | None) -> None:
    if cls is keras.Model and not container.plain_compile_sees_the_whole():
        pytest.skip("plain models see the whole output from Keras 3.7 on")
    model, (x, y) = linear(cls), data()
    model.compile("sgd", loss=losses.NestedLoss(SPEC, {"b": 0.5}))
    before = model.get_weights()
    found = losses.gradients(model, x, y, layer=layer)
    values, parts = gradients_in_numpy(model, x, y)
    one, two = (flat(each[:1] if layer else each) for each in parts)
    norms = [np.linalg.norm(one), np.linalg.norm(two)]
    assert found.keys == ("a_loss", "b_loss")
    np.testing.assert_allclose(found.values, values, rtol=1e-5)
    np.testing.assert_allclose(found.weights, [1.0, 0.5])
    np.testing.assert_allclose(found.norms, norms, rtol=1e-4)
    assert found.cosines[0, 1] == pytest.approx(one @ two / np.prod(norms), rel=1e-3)
    np.testing.assert_allclose(np.diagonal(found.cosines), 1, rtol=1e-5)
    assert all(np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True))
    title, _, first, _ = str(found).splitlines()
    assert title.split()[:4] == ["term", "value", "weight", "norm"]
    assert first.split()[0] == "a_loss"
    assert float(first.split()[3]) == pytest.approx(norms[0], rel=1e-3)


def test_sample_weights_and_a_loss_of_ones_own() -> None:
    """A sample that weighs nothing changes nothing; a subclassed model is made by the look at it."""
    model = programs.subclassed(programs.Own, "nested")
    x, y = programs.inputs(), programs.targets("nested")
    weight = np.r_[np.zeros(3), np.full(7, 10 / 7)].astype("float32")
    nested = losses.NestedLoss({"detection": programs.joint, "class": "mse"})
    all_of_them = losses.gradients(model, x, y, keras.tree.map_structure(lambda _: weight, y), loss=nested)
    part = losses.gradients(model, *keras.tree.map_structure(lambda a: a[3:], (x, y)), loss=nested)
    np.testing.assert_allclose(all_of_them.norms, part.norms, rtol=1e-4)
    np.testing.assert_allclose(all_of_them.cosines, part.cosines, atol=1e-4)


def test_what_there_is_to_look_at_has_to_be_said() -> None:
    model = linear(keras.Model)
    with pytest.raises(ValueError, match=r"give one, gradients\(\.\.\., loss="):
        losses.gradients(model, *data())


@pytest.mark.parametrize("probe", [True, False])
def test_the_callback_records_every_epoch_and_plots(probe: bool, tmp_path: Path) -> None:
    model, (x, y) = linear(), data()
    weighting = losses.UncertaintyWeights()
    nested = losses.NestedLoss(SPEC, weighting)
    model.compile(keras.optimizers.SGD(0.01), loss=nested)
    recorded = losses.TermHistory((x, y) if probe else None, layer="shared")
    history = model.fit(x, y, epochs=3, verbose=0, callbacks=[recorded]).history
    assert recorded.epochs == [0, 1, 2]
    assert recorded.terms["a_loss"] == pytest.approx(history["a_loss"])
    assert recorded.weights["a_loss"][-1] == pytest.approx(nested.term_weights()["a_loss"])
    assert recorded.weights["a_loss"][0] != recorded.weights["a_loss"][-1]
    if probe:
        last = losses.gradients(model, x, y, layer="shared")
        assert recorded.norms["b_loss"][-1] == pytest.approx(last.norms[1], rel=1e-5)
        assert recorded.cosines["a_loss, b_loss"][-1] == pytest.approx(last.cosines[0, 1], rel=1e-4)
    else:
        assert not recorded.norms
    pytest.importorskip("matplotlib")
    figure = recorded.plot(tmp_path / "terms.png")
    assert (tmp_path / "terms.png").read_bytes().startswith(b"\x89PNG")
    lines = [[line.get_ydata().tolist() for line in axes.lines] for axes in figure.axes]
    assert len(lines) == (4 if probe else 2)
    assert lines[0] == [recorded.terms["a_loss"], recorded.terms["b_loss"]]


def test_there_is_nothing_to_plot_before_the_first_epoch() -> None:
    with pytest.raises(ValueError, match="Nothing is recorded yet"):
        losses.TermHistory().plot()


def test_the_callback_needs_no_matplotlib_until_it_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    model, (x, y) = linear(), data()
    model.compile("sgd", loss=losses.NestedLoss(SPEC))
    recorded = losses.TermHistory()
    model.fit(x, y, verbose=0, callbacks=[recorded])
    with pytest.raises(ImportError, match=r"keraslint\[plot\]"):
        recorded.plot()
