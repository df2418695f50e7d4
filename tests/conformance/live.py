"""The installed Keras: parts of a case enter as letters, models, losses, metrics and arrays leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tests.conformance.containers import build_spec, letters_in
from tests.conformance.letters import CLASSES, LOSS, OUTPUT, SAMPLE_WEIGHT, SAMPLES, TARGET, Array, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType

Json = Any
Built = Any


class Live:
    """Builds everything with one Keras module: ``keras`` or ``tf_keras``."""

    def __init__(self, keras: ModuleType) -> None:
        """Losses are decoded to eleven digits, so Keras computes in float64."""
        self.keras: Any = keras
        self.keras.backend.set_floatx("float64")
        self._computed: dict[tuple[str, str, str], Array] = {}

    @property
    def version(self) -> str:
        """The version of Keras."""
        return str(self.keras.__version__)

    @property
    def backend(self) -> str:
        """The backend of Keras 3; Keras 2 has but one."""
        return "tf.keras" if self.version.startswith("2") else str(self.keras.backend.backend())

    def array(self, value: object) -> Array:
        """A tensor of this Keras, or a number, as an array."""
        return np.asarray(self.keras.ops.convert_to_numpy(value) if hasattr(self.keras, "ops") else value)

    def per_sample(self, reading: Reading) -> Array:
        """What the loss of a reading is for each sample, by the function of this very Keras."""
        key = reading.head, reading.target, reading.loss
        if key not in self._computed:
            function = getattr(self.keras.losses, LOSS[reading.loss].function)
            output = np.full((SAMPLES, 1), OUTPUT[reading.head])
            self._computed[key] = self.array(function(TARGET[reading.target], output))
        return self._computed[key]

    def dense(self, name: str, letter: str) -> Built:
        """A layer that always returns the letter's constant."""
        constant = self.keras.initializers.Constant(OUTPUT[letter])
        return self.keras.layers.Dense(1, name=name, kernel_initializer="zeros", bias_initializer=constant)

    def input(self, name: str | None = "x") -> Built:
        """An input of one column."""
        return self.keras.Input((1,), name=name)

    def loss(self, text: str) -> object:
        """``A`` is an object of the loss of A, ``str:A`` its alias, ``fn:A`` a function."""
        prefix, _, letter = text.rpartition(":")
        if prefix == "str":
            return LOSS[letter].alias
        if prefix == "fn":
            return self._function(letter)
        return getattr(self.keras.losses, LOSS[letter].class_name)()

    def _function(self, letter: str) -> Callable[[Any, Any], Any]:
        of_keras = getattr(self.keras.losses, LOSS[letter].function)

        def function(y_true: Array, y_pred: Array) -> Array:
            return of_keras(y_true, y_pred)

        function.__name__ = f"fn_{letter}"
        return function

    def metric(self, text: str) -> object:
        """Like ``loss``; ``named:A:foo`` is an object named foo, ``acc`` is accuracy."""
        if text == "acc":
            return "accuracy"
        if text.startswith("named:"):
            _, letter, name = text.split(":")
            return getattr(self.keras.metrics, LOSS[letter].metric_class)(name=name)
        if ":" in text:
            return self.loss(text)
        return getattr(self.keras.metrics, LOSS[text].metric_class)()

    def feed(self, kind: str, batch: tuple[object, ...]) -> dict[str, object]:
        """The arguments of ``fit`` or ``evaluate`` that feed a batch."""
        if kind == "numpy":
            x, y, sample_weight = (*batch, None)[:3]
            return {"x": x, "y": y, "sample_weight": sample_weight, "batch_size": SAMPLES}
        if kind == "generator":
            return {"x": _forever(batch)}
        if kind == "generator_list":
            return {"x": _forever(list(batch))}
        if kind == "generator_four":
            return {"x": _forever((*batch[:2], batch[1], batch[1]))}
        if kind == "pydataset":
            return {"x": self._py_dataset(batch)}
        if kind == "tfdata":
            import tensorflow as tf

            return {"x": tf.data.Dataset.from_tensor_slices(batch).batch(SAMPLES)}
        message = f"a case is fed by {kind}, which is not known here"
        raise ValueError(message)

    def _py_dataset(self, batch: tuple[object, ...]) -> object:
        utils = self.keras.utils
        base: Any = utils.PyDataset if hasattr(utils, "PyDataset") else utils.Sequence

        class OneBatch(base):  # type: ignore[misc]
            def __len__(self) -> int:
                return 1

            def __getitem__(self, index: int) -> tuple[object, ...]:
                return batch

        return OneBatch()

    def model(self, spec: Json) -> Built:
        """The model of a case."""
        kind, outputs = spec["kind"], spec["outputs"]
        letters = list(dict.fromkeys(letters_in(outputs)))
        names = {letter: spec.get("layers", {}).get(letter, letter.lower()) for letter in letters}
        if kind == "sequential":
            return self.keras.Sequential([self.input(), self.dense(names[letters[0]], letters[0])])
        if kind.startswith("subclass"):
            return self._subclass(outputs, names, called=kind == "subclass_called")
        x = self.input()
        head = self._head(kind, x)
        tensors = {letter: head(names[letter], letter) for letter in letters}
        model = self.keras.Model(x, build_spec(outputs, tensors.__getitem__), name=_INNER.get(kind))
        return self._wrapped(model) if kind in _INNER else model

    def _head(self, kind: str, x: Built) -> Callable[[str, str], Built]:
        if kind == "op":
            return lambda name, letter: self.dense(f"pre_{name}", letter)(x) * 1.0
        if kind == "shared":
            shared = self.keras.layers.Activation("linear", name="head")
            return lambda name, letter: shared(self.dense(f"pre_{name}", letter)(x))
        if kind == "dupname":
            return lambda _, letter: self.dense("same", letter)(x)
        return lambda name, letter: self.dense(name, letter)(x)

    def _wrapped(self, inner: Built) -> Built:
        x = self.input("x2")
        return self.keras.Model(x, inner(x))

    def _subclass(self, outputs: Json, names: dict[str, str], *, called: bool) -> Built:
        base: Any = self.keras.Model
        layers = {letter: self.dense(name, letter) for letter, name in names.items()}

        class Model(base):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.heads = list(layers.values())

            def call(self, x: Array) -> Built:
                tensors = {letter: layer(x) for letter, layer in layers.items()}
                return build_spec(outputs, tensors.__getitem__)

        model = Model()
        if called:
            model(np.ones((SAMPLES, 1)))
        return model


# A kind of model that is called by another one, and the name it has there.
_INNER = {"submodel": "inner"}


def _forever(batch: Sequence[object]) -> Iterator[Sequence[object]]:
    while True:
        yield batch


def target(text: str) -> Array:
    """``A`` is a column, ``flat:A`` a row, ``py:A`` lists, ``cat:AB`` two columns, ``int:A`` classes."""
    prefix, _, letters = text.rpartition(":")
    if prefix == "int":
        return CLASSES
    column = np.concatenate([TARGET[letter] for letter in letters], axis=1)
    spelled = {"flat": column[:, 0], "py": column.tolist()}
    return spelled.get(prefix, column)


def sample_weight(text: str) -> Array:
    """``A`` is a row of weights, ``col:A`` a column, ``cat:AB`` columns side by side."""
    prefix, _, letters = text.rpartition(":")
    if prefix == "cat":
        return np.stack([SAMPLE_WEIGHT[letter] for letter in letters], axis=1)
    return SAMPLE_WEIGHT[letters][:, None] if prefix == "col" else SAMPLE_WEIGHT[letters]
