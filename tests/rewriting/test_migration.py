"""Whole sites in another style: the golden files, what is refused and why, files that go together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.programs import FIXTURES, Program, programs
from tests.rewriting.migrating import STYLES, migrated, migrations

if TYPE_CHECKING:
    from pathlib import Path

RULE = "outputs-in-a-list"
CASES = [program for program in programs("bad") if program.rule in STYLES]
MODEL = """
import keras

inputs = keras.Input((3,))
outputs = [keras.layers.Dense(1, name="z")(inputs), keras.layers.Dense(1, name="a")(inputs)]
model = keras.Model(inputs, outputs)
model.compile(loss=["mse", "mae"])
"""
FIT = "x = keras.ops.ones((4, 3))\nmodel.fit(x, [x[:, :1], x[:, 1:2]])\n"


def without_marks(sources: dict[str, str]) -> dict[str, str]:
    """The sources without the comments that expect a finding."""
    return {path: re.sub(r"  # finds: KER\d+", "", source) for path, source in sources.items()}


@pytest.mark.parametrize("program", CASES, ids=str)
def test_a_migration_is_the_golden_file(program: Program) -> None:
    safe = program.sibling("safe")
    assert safe is not None
    assert without_marks(migrated(program.path, STYLES[program.rule])) == {str(program.path): safe.source}


@pytest.mark.parametrize("program", CASES, ids=str)
def test_what_was_migrated_is_left_alone(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    style = STYLES[program.rule]
    path.write_text(migrated(program.path, style)[str(program.path)], encoding="utf-8")
    assert migrations(path, style) == []


def test_the_examples_migrate_in_one_run() -> None:
    made = migrated(FIXTURES / RULE)
    for program in (one for one in CASES if one.rule == RULE):
        safe = program.sibling("safe")
        assert safe is not None
        assert without_marks(made)[str(program.path)] == safe.source


def test_nothing_is_said_of_style_that_nobody_asks_for(tmp_path: Path) -> None:
    from keraslint.engine import Settings, check
    from keraslint.findings import Report, Severity

    path = tmp_path / "train.py"
    path.write_text(MODEL + FIT, encoding="utf-8")
    (report,) = check([str(path)], Settings(root=str(tmp_path), severity=Severity.INFO))
    assert isinstance(report, Report)
    assert report.findings == ()


REFUSED = {
    "model.save('m.keras')": "written out by 'save'",
    "import pickle\npickle.dump(model, open('m', 'wb'))": "passed to 'dump'",
    "print(model.output_names)": "'output_names' of the model",
    "elsewhere(model)": "passed to 'elsewhere'",
    "model.load_weights('w.h5')": "goes by the order of the layers",
    "def ask(x):\n    return model.predict(x)": "'ask' returns the predictions",
    "print(*model.predict(x))": "predictions are gone through one after the other",
    "for head in model.predict(x):\n    print(head)": "predictions are gone through one after the other",
    "print(model.predict(x)[x.ndim - 2])": "predictions are indexed by 'x.ndim - 2'",
    "print(model.predict(x).copy())": "predictions are asked for 'copy'",
    "print(max(model.predict(x)))": "what is predicted is passed to 'max'",
    "larger = keras.Model(inputs, keras.layers.Add()(model(inputs)))": "what it gives is not followed",
    "def again():\n    return trained().model.predict(x)": "what may be this model",
    "keep = keras.callbacks.ModelCheckpoint('m.keras')\nmodel.fit(x, [x, x], callbacks=[keep])": "saves",
    "print(model.layers[-1])": "goes by the order of the layers",
    "def never_called(x):\n    return model(x)[0]": "where it is not followed",
    "both = keras.Sequential([keras.layers.Dense(3), model])": "passed to 'Sequential'",
    "parts = [keras.layers.Dense(3), model]\nboth = keras.Sequential(parts)": "passed to 'Sequential'",
    "ask = lambda: model": "where it is not followed",
    "print(model.outputs[x.ndim - 2])": "'outputs' of the model",
    "print(model.get_layer(index=1))": "goes by the order of the layers",
    "def again():\n    net = keras.Model(inputs, outputs)\n    net.compile(loss=['mse', 'mae'])\n"
    "    return net, 1": "'again' returns the model with other things",
    "def batches():\n    while True:\n        yield x, (x[:, :1], x[:, 1:2])\n"
    "model.fit(batches(), steps_per_epoch=1)\nprint(next(batches()))": "the batches of 'batches' go else",
    "model.fit(x, loaded())": "the targets are not known",
    "model.compile(loss=['mse', 'mae'], loss_weights={'z': 2.0, 'a': 1.0})\n"
    "model.fit(x, [x[:, :1], x[:, 1:2]])": "today 'a' has the loss weight that stands at another place",
    "model.compile(loss=['mse'] * 3)\nmodel.fit(x, [x[:, :1], x[:, 1:2]])": "raises",
}


NAMELESS = """
import keras

class Both(keras.Model):
    def __init__(self):
        super().__init__()
        self.near, self.far = keras.layers.Dense(1), keras.layers.Dense(1)

    def call(self, x):
        return self.near(x), self.far(x)

x = keras.ops.ones((4, 3))
model = Both()
model.compile(loss=["mse", "mse"])
total, near, far = model.evaluate(x, (x[:, :1], x[:, 1:2]))
"""


def test_values_that_keras_logs_as_one_are_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(NAMELESS, encoding="utf-8")
    (finding,) = migrations(path)
    assert finding.fixes == ()
    assert "1, 2 will hold others; Keras logs several outputs as one, 'mse_loss'" in finding.unfixed


@pytest.mark.parametrize(("more", "reason"), REFUSED.items())
def test_a_consumer_that_escapes_refuses_the_whole(more: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(MODEL + FIT + more + "\n", encoding="utf-8")
    findings = migrations(path)
    assert findings
    assert all(finding.fixes == () and reason in finding.unfixed for finding in findings)


KEPT = {
    "a, b = model.predict(x); print(a)": 'p = model.predict(x); a, b = p["z"], p["a"]; print(a)',
    "if 1: a, b = model.predict(x)  # both": "if 1: p = model.predict(x); a, b = p['z'], p['a']  # both",
    "print(len(model.predict(x)), len(model.outputs))": "len(model.predict(x)), len(model.outputs)",
    "def show(out):\n    a, b = out\n    print(a, b)\nshow(model.predict(x))": 'a, b = out["z"], out["a"]',
    "options = dict(loss=['mse', 'mae'])\nmodel.compile(**options)": "dict(loss={'z': 'mse', 'a': 'mae'})",
    "for i in range(2):\n    y = [x[:, :1], x[:, 1:2]]\n    model.fit(x, y)\n    y = [x[:, 1:2], x[:, :1]]\n"
    "    model.fit(x, y)": 'y = {"z": x[:, 1:2], "a": x[:, :1]}',
    "for i in range(2):\n    y = [x[:, :1], x[:, 1:2]]\n    model.fit(x, y)\n    y = [x[:, 1:2], x[:, :1]]\n"
    "print(y[0])\nmodel.fit(x, y)": 'dict(zip(["z", "a"], y))',
    "import tensorflow as tf\nft = tf.data.Dataset.from_tensor_slices(x)\n"
    "lt = tf.data.Dataset.from_tensor_slices((x[:, :1], x[:, 1:2]))\n"
    "model.fit(tf.data.Dataset.zip((ft, lt)))": 'from_tensor_slices({"z": x[:, :1], "a": x[:, 1:2]})',
}


@pytest.mark.parametrize(("more", "after"), KEPT.items())
def test_consumers_that_are_followed(more: str, after: str, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(MODEL + FIT + more + "\n", encoding="utf-8")
    (made,) = migrated(path).values()
    made = made.replace("predictions", "p")
    assert after.replace("'", '"') in made.replace("'", '"')


NAMED_BY_CALLERS = """
import keras


def build(prefix):
    inputs = keras.Input((3,))
    z = keras.layers.Dense(1, name=f"{prefix}_z")(inputs)
    a = keras.layers.Dense(1, name=f"{prefix}_a")(inputs)
    return keras.Model(inputs, [z, a])


model = build("first")
model.compile(loss=["mse", "mae"])
"""


def test_names_that_a_caller_gives_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(NAMED_BY_CALLERS + FIT, encoding="utf-8")
    (finding,) = migrations(path)
    assert "the name 'first_z' is made of 'prefix', which 'build' is given, and others may" in finding.unfixed


def test_the_list_that_a_name_comes_from_is_said(tmp_path: Path) -> None:
    heads = """    outputs = []
    for units, task in zip([1, 1], (prefix + "_z", prefix + "_a")):
        outputs.append(keras.layers.Dense(units, name=task)(inputs))
"""
    source = re.sub(r"    z = .*\n    a = .*\n", heads, NAMED_BY_CALLERS).replace("[z, a]", "outputs")
    path = tmp_path / "train.py"
    path.write_text(source + FIT, encoding="utf-8")
    (finding,) = migrations(path)
    assert "the name 'first_z' is made of 'prefix', which 'build' is given" in finding.unfixed


NAMED_BY_HELPERS = """
import keras


def head(inputs, stage, name="out"):
    layer = f"{name}_{stage}"
    return keras.layers.Dense(1, name=layer)(inputs)


def build(width):
    inputs = keras.Input((width,))
    outputs = []
    for stage in range(2, 4):
        outputs.append(head(inputs, stage))
    return keras.Model(inputs, outputs)


model = build(3)
model.compile(loss=["mse", "mae"])
"""


def test_names_that_a_helper_is_given_where_the_model_is_made_are_fixed(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(NAMED_BY_HELPERS + FIT, encoding="utf-8")
    (made,) = migrated(path).values()
    assert 'keras.Model(inputs, dict(zip(["out_2", "out_3"], outputs)))' in made


HEADS = {
    'Dense(1, name="z")(inputs), keras.layers.Dense(1, name="z")': "two outputs have the name 'z'",
    'Dense(1, name="z.b")(inputs), keras.layers.Dense(1, name="a")': "'z.b' cannot be a key",
    'Dense(1)(inputs), keras.layers.Dense(1, name="a")': "an output has no name",
}


@pytest.mark.parametrize(("heads", "reason"), HEADS.items())
def test_names_that_cannot_be_keys_are_refused(heads: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    named = 'Dense(1, name="z")(inputs), keras.layers.Dense(1, name="a")'
    path.write_text(MODEL.replace(named, heads) + FIT, encoding="utf-8")
    (finding,) = migrations(path)
    assert finding.fixes == ()
    assert reason in finding.unfixed


def test_a_name_that_another_layer_has_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    source = """
import keras

inputs = keras.Input((3,), name="speed")
speed = keras.layers.Dense(1)(inputs)
angle = keras.layers.Dense(1)(inputs)
model = keras.Model(inputs, [speed, angle])
model.compile(loss=["mse", "mae"])
"""
    path.write_text(source, encoding="utf-8")
    (finding,) = migrations(path)
    assert "another layer has the name 'speed'" in finding.unfixed


NUMBERED = """
import keras

inputs = keras.Input((3,))
hidden = keras.layers.Dense(2)(inputs)
speed = keras.layers.Dense(1)(hidden)
angle = keras.layers.Dense(1)(hidden)
model = keras.Model(inputs, [speed, angle])
model.compile(loss=["mse", "mae"])
x = keras.ops.ones((4, 3))
history = model.fit(x, [x[:, :1], x[:, 1:2]])
"""
BY_NUMBER = {
    "print(history.history['dense_1_loss'])": "'dense_1_loss' names a layer by its number",
    "print(model.get_layer('dense').name)": "'dense' names a layer by its number",
    "stop = keras.callbacks.EarlyStopping(monitor='val_dense_2_loss')": "'val_dense_2_loss' names a layer",
    "print('dense', 'dense_features!', history.history['loss'])": "",
}


@pytest.mark.parametrize(("more", "reason"), BY_NUMBER.items())
def test_layers_that_are_known_by_their_numbers_get_no_names(more: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(NUMBERED + more + "\n", encoding="utf-8")
    (finding,) = migrations(path)
    assert reason in finding.unfixed
    assert bool(finding.fixes) == (not reason)


NETWORK = """
import keras


def network():
    inputs = keras.Input((3,))
    outputs = [keras.layers.Dense(1, name="z")(inputs), keras.layers.Dense(1, name="a")(inputs)]
    return keras.Model(inputs, outputs)
"""
TRAIN = """
import numpy as np
from network import network

x = np.ones((4, 3))
model = network()
model.compile(loss=["mse", "mae"])
model.fit(x, [x[:, :1], x[:, 1:2]])
"""
ASK = """
from train import model, x

z, a = model.predict(x)  # the last word
print(z, a)
"""


def test_files_are_rewritten_together(tmp_path: Path) -> None:
    for name, source in (("network", NETWORK), ("train", TRAIN), ("ask", ASK)):
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    made = {path.rpartition("/")[2]: source for path, source in migrated(tmp_path).items()}
    assert '{"z": keras.layers.Dense(1, name="z")(inputs), "a": keras' in made["network.py"]
    assert 'loss={"z": "mse", "a": "mae"}' in made["train.py"]
    assert 'model.fit(x, {"z": x[:, :1], "a": x[:, 1:2]})' in made["train.py"]
    assert (
        'predictions = model.predict(x)  # the last word\nz, a = predictions["z"], predictions["a"]'
        in (made["ask.py"])
    )


def test_one_file_that_lets_it_escape_keeps_all(tmp_path: Path) -> None:
    for name, source in (("network", NETWORK), ("train", TRAIN), ("ask", ASK + "model.export('m')\n")):
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    (finding,) = migrations(tmp_path)
    assert "written out by 'export'" in finding.unfixed
    assert finding.related[0].location.document.endswith("ask.py")


NESTED = """
import keras

inputs = keras.Input((3,))
heads = {"a": {"b": keras.layers.Dense(1)(inputs)}, "c": keras.layers.Dense(1)(inputs)}
model = keras.Model(inputs, heads)
model.compile(loss={"a": {"b": "mse"}, "c": "mae"})
"""
NOT_NESTED = {
    "log = 'a/b_loss'\nprint(model.evaluate(loaded(), return_dict=True)[log])": "gets the name 'a.b_loss'",
    "x = keras.ops.ones((4, 3))\ny = {'a': {'b': x}, 'c': x}\n"
    "total, c, b = model.evaluate(x, y)": "taken by their places, and NestedLoss logs",
    "x = keras.ops.ones((4, 3))\ny = {'a': {'b': x}, 'c': x}\nvalues = model.train_on_batch(x, y)\n"
    "print(values[0], values[2])": "taken by their places, and NestedLoss logs",
    "x = keras.ops.ones((4, 3))\nmodel.compile(loss={'a': {'b': 'mse'}})": "not every output has one loss",
    "losses = {'a': {'b': 'mse'}, 'c': 'mae'}\nprint(losses)\nmodel.compile(loss=losses)": "nothing else",
    "model.compile(loss={'a': {'b': 'mse'}, 'c': 'mae'}, loss_weights=dict(a={'b': 1.0}, c=2.0))": "weights",
}


@pytest.mark.parametrize(("more", "reason"), NOT_NESTED.items())
def test_losses_that_cannot_stand_under_paths_are_refused(more: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(NESTED + more + "\n", encoding="utf-8")
    found = migrations(path, "nested")
    assert len(found) == 1
    assert found[0].fixes == ()
    assert reason in found[0].unfixed


OTHER_USES = {
    "other = Classifier()\nother(x)": "another model is made of it",
    "class Larger(Classifier):\n    pass": "class 'Larger' is made of it",
    "loaded = keras.models.load_model('m.keras', custom_objects={'C': Classifier})": "passed to 'load_model'",
    "kinds = [Classifier]": "it is looked at as a class",
}


def test_keys_of_results_are_those_of_the_paths(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    more = "x = keras.ops.ones((4, 3))\nlogs = model.evaluate(x, {'a': {'b': x}, 'c': x}, return_dict=True)\n"
    path.write_text(f"{NESTED}{more}print(logs['a/b_loss'], logs['c_loss'])\n", encoding="utf-8")
    (made,) = migrated(path, "nested").values()
    assert "print(logs['a.b_loss'], logs['c_loss'])" in made


@pytest.mark.parametrize(("more", "use"), OTHER_USES.items())
def test_a_class_that_is_used_for_something_else_is_refused(more: str, use: str, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    source = (FIXTURES / RULE / "subclassed" / "bad.py").read_text(encoding="utf-8")
    path.write_text(f"{source}\n{more}\n", encoding="utf-8")
    (finding,) = migrations(path)
    assert "'Classifier' is used for what is not trained here" in finding.unfixed
    assert use in finding.unfixed


CONDITION = """
import os
import keras
import lost

inputs = keras.Input((3,))
z, a = keras.layers.Dense(1, name="z")(inputs), keras.layers.Dense(1, name="a")(inputs)
if os.environ.get("KIND") == "lost":
    model = lost.model()
else:
    model = keras.Model(inputs, [z, a])
model.compile(loss=["mse", "mae"])
x = keras.ops.ones((4, 3))
model.fit(x, [x[:, :1], x[:, 1:2]])
"""


def test_the_condition_is_named_under_which_outputs_are_not_known(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(CONDITION, encoding="utf-8")
    said = {finding.unfixed for finding in migrations(path)}
    assert len(said) == 1
    (reason,) = said
    condition = "where os.environ.get('KIND') == 'lost'"
    assert reason.startswith(f"{condition}, its outputs are not known, only their number by 2 losses")


BUILDER = """
import keras


def build(kind):
    inputs = keras.Input((3,))
    outputs = []
    for number in range(2):
        outputs.append(keras.layers.Dense(1, name=f"{kind}_{number}")(inputs))
    return keras.Model(inputs, outputs)


x = keras.ops.ones((4, 3))
for kind in ("cat", "dog"):
    model = build(kind)
    model.compile(loss=["mse", "mae"])
    model.fit(x, [x[:, :1], x[:, 1:2]])
"""


def test_names_that_differ_between_callers_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(BUILDER, encoding="utf-8")
    said = [finding.unfixed for finding in migrations(path)]
    assert said == ["its outputs differ between those who call for it: 'cat_0' or 'dog_0'"]


def test_a_loop_of_another_file_is_named_with_it(tmp_path: Path) -> None:
    loop = "    made = []\n    for _ in range(number):\n        made.append(inputs)\n    return made\n"
    (tmp_path / "network.py").write_text(f"def heads(inputs, number):\n{loop}", encoding="utf-8")
    source = MODEL.replace("import keras\n", "import keras\nimport sys\nfrom network import heads\n", 1)
    source = re.sub(r"outputs = .*", "outputs = heads(inputs, len(sys.argv[1]))", source)
    (tmp_path / "train.py").write_text(source + FIT, encoding="utf-8")
    (finding,) = migrations(tmp_path)
    assert "it is changed in a loop (line 3 of network.py) that is not unrolled" in finding.unfixed


TRUNK = """
import keras

title = keras.Input((3,))
body = keras.Input((3,))
both = keras.layers.Concatenate()([title, body])
both = keras.layers.Dense(4)(both)
z = keras.layers.Dense(1, name="z")(both)
a = keras.layers.Dense(1, name="a")(both)
model = keras.Model([title, body], [z, a])
model.compile(loss=["mse", "mae"])
"""


@pytest.mark.parametrize(("place", "kept"), [(0, True), (3, True), (4, False), (-1, False)])
def test_layers_below_the_heads_keep_their_places(place: int, kept: bool, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(f"{TRUNK}print(model.layers[{place}].name)\n", encoding="utf-8")
    (finding,) = migrations(path)
    assert bool(finding.fixes) == kept


def test_heads_on_different_tensors_leave_no_layer_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    source = TRUNK.replace('name="a")(both)', 'name="a")(keras.layers.Dense(2)(both))')
    path.write_text(f"{source}print(model.layers[0].name)\n", encoding="utf-8")
    (finding,) = migrations(path)
    assert "goes by the order of the layers" in finding.unfixed


INSIDE = (
    MODEL
    + FIT
    + """
larger = keras.Model(inputs, OUTPUTS)
larger.compile(loss=["mse", "mae", "mse"])
larger.fit(x, [x[:, :1], x[:, 1:2], x[:, 2:]])
"""
)
DENSE = 'keras.layers.Dense(1, name="b")(inputs)'
SUMS = {
    f"model(inputs) + [{DENSE}]": f'{{**model(inputs), "b": {DENSE}}}',
    f"[{DENSE}] + model(inputs)": f'{{"b": {DENSE}, **model(inputs)}}',
}


@pytest.mark.parametrize(("outputs", "after"), SUMS.items())
def test_a_model_inside_another_goes_with_it(outputs: str, after: str, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(INSIDE.replace("OUTPUTS", outputs), encoding="utf-8")
    (made,) = migrated(path).values()
    assert f"larger = keras.Model(inputs, {after})" in made
    assert migrations(path)[0].unfixed == ""


NOT_INSIDE = {
    f"[*model(inputs), {DENSE}]": "what it gives is not followed",
    f"model(inputs) + [  # one\n    {DENSE}]": "comments stand",
    "model(inputs) + model(inputs)[:1]": "two outputs have the name",
    "model(inputs) + [keras.layers.Dense(1, name='a')(inputs)]": "two outputs have the name 'a'",
}


@pytest.mark.parametrize(("outputs", "reason"), NOT_INSIDE.items())
def test_models_are_refused_together(outputs: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(INSIDE.replace("OUTPUTS", outputs), encoding="utf-8")
    found = migrations(path)
    assert not any(finding.fixes for finding in found)
    assert all(reason in finding.unfixed for finding in found), [finding.unfixed for finding in found]


def test_metrics_that_an_earlier_call_gave_are_rewritten_there(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    first = 'model.compile(loss=["mse", "mae"], metrics=[["mae"], []])'
    path.write_text(
        MODEL.replace('model.compile(loss=["mse", "mae"])', first)
        + "model.compile(loss=['mse', 'mae'])\n"
        + FIT,
        encoding="utf-8",
    )
    (made,) = migrated(path).values()
    assert 'metrics={"z": ["mae"], "a": []}' in made
    assert made.count("loss={") == 2


SUBCLASS = """
import keras


class Two(keras.Model):
    def __init__(self):
        super().__init__()
        self.trunk = keras.layers.Dense(4)
        self.z = keras.layers.Dense(1)
        self.a = keras.layers.Dense(1)

    def call(self, x):
        x = self.trunk(x)
        return [self.z(x), self.a(x)]


model = Two()
model.compile(loss=["mse", "mae"])
"""


def test_heads_of_a_subclass_are_named_by_their_layers(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(SUBCLASS + FIT, encoding="utf-8")
    (made,) = migrated(path).values()
    assert 'return {"z": self.z(x), "a": self.a(x)}' in made


ONLY_COUNTED = """
import keras
from network import network

model = keras.models.clone_model(network())
model.compile(loss=["mse", "mae"])
"""


def test_outputs_that_are_only_counted_are_refused_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(ONLY_COUNTED + FIT, encoding="utf-8")
    (tmp_path / "network.py").write_text("def network():\n    return [", encoding="utf-8")
    (finding,) = migrations(path)
    assert "only their number by 2 losses and as many targets: the model is not known" in finding.unfixed


SHARED = """
import keras


def build(bidir):
    inputs = keras.Input((3,))
    outputs = [keras.layers.Dense(1, name="z")(inputs), keras.layers.Dense(1, name="a")(inputs)]
    if bidir:
        outputs.append(keras.layers.Dense(1, name="b")(inputs))
    return keras.Model(inputs, outputs)
"""
LOADED = """
import keras
from shared import build

model = build(False)
if several:
    model = keras.models.clone_model(lost.{name}())
model.compile(loss=["mse", "mae"])
x = keras.ops.ones((4, 3))
model.fit(x, [x[:, :1], x[:, 1:2]])
"""


def test_models_of_one_display_have_their_reasons_where_they_are_compiled(tmp_path: Path) -> None:
    (tmp_path / "shared.py").write_text(SHARED, encoding="utf-8")
    for name in ("first", "second"):
        source = LOADED.format(name=name).replace("import keras\n", "import keras\nimport lost\n", 1)
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    said = {finding.location.document: finding for finding in migrations(tmp_path)}
    for name in ("first", "second"):
        finding = said[str(tmp_path / f"{name}.py")]
        assert finding.fixes == ()
        assert "its outputs are not known, only their number by 2 losses" in finding.unfixed
        assert f"a copy of a model that is not known: what 'lost.{name}' returns" in finding.unfixed


TOGETHER = """
import keras

inputs = keras.Input((3,))
z = keras.layers.Dense(1, name="z")(inputs)
a = keras.layers.Dense(1, name="a")(inputs)


def train(model, x, y):
    model.compile(loss="mse")
    model.fit(x, y)


x = keras.ops.ones((4, 3))
train(keras.Model(inputs, [z, a]), x, [x[:, :1], x[:, 1:2]])
train({other})
"""
OTHERS = {
    "keras.Model(inputs, z), x, x[:, :1]": "a model that has one output",
    "keras.Model(inputs, {'z': z, 'a': a}), x, {'z': x, 'a': x}": "a model whose outputs stand in a dict",
    "keras.Model(inputs, [z, [a]]), x, [x, [x]]": "a model whose outputs are nested",
    "lost(), x, x": "a model whose outputs are not known: the model is not known: 'lost' is not assigned",
}


@pytest.mark.parametrize(("other", "reason"), OTHERS.items())
def test_another_model_in_the_same_call_is_named(other: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(TOGETHER.replace("{other}", other), encoding="utf-8")
    (finding,) = migrations(path)
    assert finding.fixes == ()
    assert f"one call takes it and {reason}" in finding.unfixed


def test_outputs_that_another_model_gives_have_one_name(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    both = "one, two = model(inputs)\nlarger = keras.Model(inputs, [one, two])\n"
    path.write_text(MODEL + FIT + both + "larger.compile(loss=['mse', 'mae'])\n", encoding="utf-8")
    reasons = [finding.unfixed for finding in migrations(path)]
    assert any("is one of several that 'model' gives" in reason for reason in reasons)
