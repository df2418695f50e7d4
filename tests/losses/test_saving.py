"""What survives: configs, ``.keras`` files, clones and a second compile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest

from keraslint import losses
from keraslint.losses import container
from tests.losses import programs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.train

SPEC: dict[str, Any] = {
    "class": keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
    "detection": programs.joint,
    "detection.bbox": {"near": "mse", "far": keras.losses.mean_absolute_error},
    "detection.confidence": ["mse", keras.losses.BinaryCrossentropy(label_smoothing=0.2)],
}
WEIGHTS = {"class": 2.0, "detection.bbox": {"far": 3.0}, "detection.confidence": [1.0, 2.0]}


def test_a_config_is_plain_data_and_comes_back() -> None:
    nested = losses.NestedLoss(SPEC, WEIGHTS, name="mine")
    config = keras.saving.serialize_keras_object(nested)
    assert config["registered_name"] == "keraslint>NestedLoss"
    again = keras.saving.deserialize_keras_object(config)
    assert isinstance(again, losses.NestedLoss)
    assert again.name == "mine"
    described = [[(t.path, t.name, t.weight, t.log) for t in each.terms] for each in (nested, again)]
    assert described[0] == described[1]
    y = programs.targets("nested")
    p = keras.tree.map_structure(lambda a: a * 0.5 + 0.1, y)
    assert float(nested(y, p)) == float(again(y, p))


def sequential() -> Any:
    programs.skip_if_refused("nested")
    return losses.Sequential([keras.Input((3,)), programs.Own("nested")])


MODELS: dict[str, Callable[[], Any]] = {
    "ours": lambda: programs.functional(losses.Model, "nested"),
    "our sequential": sequential,
    "our subclass": lambda: programs.subclassed(programs.Own, "nested"),
    "mixed subclass": lambda: programs.subclassed(programs.Mixed, "nested"),
    "plain": lambda: programs.functional(keras.Model, "nested"),
    "plain list": lambda: programs.functional(keras.Model, "list"),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_loaded_model_trains_on_as_if_it_had_not_been_saved(name: str, tmp_path: Path) -> None:
    plain = name.startswith("plain")
    if plain and not container.plain_compile_sees_the_whole():
        pytest.skip("plain models see the whole output from Keras 3.7 on")
    kind = "list" if "list" in name else "nested"
    spec = {"": programs.of_pair, "0": "mse"} if kind == "list" else SPEC
    model = MODELS[name]()
    model.compile("adam", loss=losses.NestedLoss(spec, {} if kind == "list" else WEIGHTS))
    x, y = programs.inputs(), programs.targets(kind)
    model.fit(x, y, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(
        tmp_path / "model.keras", custom_objects={"joint": programs.joint, "of_pair": programs.of_pair}
    )
    assert type(loaded) is type(model)
    histories = []
    for each in (model, loaded):
        if plain:
            losses.log_terms(each)
        histories.append(each.fit(x, y, shuffle=False, epochs=2, verbose=0).history)
    assert histories[0].keys() == histories[1].keys()
    assert len(histories[0]) > 2
    for key, values in histories[0].items():
        np.testing.assert_allclose(histories[1][key], values, rtol=1e-6)


@pytest.mark.parametrize("cls", [losses.Model, keras.Model])
def test_a_clone_is_compiled_anew(cls: Any) -> None:
    if cls is keras.Model and not container.plain_compile_sees_the_whole():
        pytest.skip("plain models see the whole output from Keras 3.7 on")
    model = programs.functional(cls, "nested")
    model.compile("sgd", loss=losses.NestedLoss(SPEC, WEIGHTS))
    x, y = programs.inputs(), programs.targets("nested")
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    assert type(clone) is type(model)
    clone.compile("sgd", loss=losses.NestedLoss(SPEC, WEIGHTS))
    values = [each.evaluate(x, y, verbose=0, return_dict=True)["loss"] for each in (model, clone)]
    assert values[0] == values[1]


def test_a_second_compile_replaces_the_first() -> None:
    model = programs.functional(losses.Model, "nested")
    x, y = programs.inputs(), programs.targets("nested")
    logs = []
    for loss in (losses.NestedLoss(SPEC), losses.NestedLoss({"class": "mse"}), {"class": "mse"}):
        model.compile("sgd", loss=loss)
        if not isinstance(loss, losses.NestedLoss) and not container.plain_compile_sees_the_whole():
            break
        logs.append(set(model.fit(x, y, verbose=0).history))
    assert logs[1:] in ([{"loss", "class_loss"}], [{"loss", "class_loss"}, {"loss"}])
    assert "detection_loss" in logs[0]


def test_the_functional_model_leaves_the_class_open_for_subclasses() -> None:
    """Keras turns a class that is called with inputs and outputs into a functional one; ours stays."""
    programs.functional(losses.Model, "one")
    programs.functional(type("Derived", (losses.Functional,), {}), "one")
    own = programs.subclassed(programs.Own, "one")
    own.compile("sgd", loss=losses.NestedLoss({"": "mse"}))
    assert set(own.fit(programs.inputs(), programs.targets("one"), verbose=0).history) == {"loss", "mse_loss"}
