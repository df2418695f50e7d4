"""What the installed Keras does: a request enters, the logs that its calls return leave.

Every model is a real one. A head returns a constant, targets and sample weights are drawn once for each
number, losses and metrics have a factor of their own, so that a logged number says what it was made of;
``worth`` is what it must be.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from keraslint.pairing import Absent, Part, Request, Unseen
from keraslint.tree import Path, Tree, leaves, map_leaves
from tests.conformance.containers import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

Array = Any

ROWS = 13  # more than any tree here has leaves, so that no tensor is taken for a list of leaves
CLASSES = 12  # more than any target, which are classes where class weights ask
CLASS_WEIGHT = 0.5
FOLLOWED_EVERY = 8  # evaluating twice and predicting take longer than all the rest


def drawn(kind: str, number: int, *shape: int) -> Array:
    """An array that belongs to a kind of leaf and its number alone."""
    return np.random.RandomState(crc32(f"{kind} {number}".encode())).uniform(0.5, 3, shape).astype("float32")


def number_of(token: object) -> int:
    """``target_3`` is number 3."""
    return int(str(token).rpartition("_")[2])


def targets(number: int) -> Array:
    """A column of targets."""
    return drawn("target", number, ROWS, 1)


def sample_weights(number: int) -> Array:
    """A row of sample weights."""
    return drawn("weight", number, ROWS)


def head(number: int) -> float:
    """What a head always returns."""
    return float(drawn("head", number, 1)[0])


def worth(path: Path, true: list[Array], predicted: list[Any]) -> Any:
    """What the loss or metric written at ``path`` makes of its tensors, row by row.

    The targets of a whole subtree are left out: what was gathered from a flat list is at no path.
    """
    factor = float(drawn(repr(path), 0, 1)[0])
    given = sum(true) if len(predicted) == 1 else 0.0
    return factor * (1.0 + given) * (1.0 + sum(predicted))


@dataclass
class Done:
    """What the calls returned, and where an exception was raised."""

    logs: dict[str, float] = field(default_factory=dict)
    listed: list[float] = field(default_factory=list)
    again: dict[str, float] = field(default_factory=dict)
    predicts: bool = False
    predicted: Any = None
    stage: str = "Model"
    error: Exception | None = None


def train(keras: ModuleType, request: Request) -> Done:
    """Build, compile and make the call of a request on a Keras: ``keras`` or ``tf_keras``."""
    done = Done()
    try:
        _train(keras, request, done)
    except Exception as error:  # noqa: BLE001 - Keras raises what it likes
        done.error = error
    return done


def _train(keras: Any, request: Request, done: Done) -> None:
    model = _model(keras, request)
    done.stage = "compile"
    model.compile(
        keras.optimizers.SGD(0.0),
        loss=written(request.loss, _function),
        loss_weights=written(request.loss_weights, lambda _, number: number),
        metrics=written(request.metrics, _function),
        weighted_metrics=written(request.weighted_metrics, _function),
        run_eagerly=True,
    )
    done.stage = request.call
    data = {
        "x": np.ones((ROWS, 1), "float32"),
        "y": written(request.targets, lambda _, token: targets(number_of(token))),
        "sample_weight": written(request.sample_weight, lambda _, token: sample_weights(number_of(token))),
    }
    done.logs = _called(model, request, data)
    if crc32(repr(request).encode()) % FOLLOWED_EVERY == 0:
        _follow(model, request, data, done)


def _follow(model: Any, request: Request, data: dict[str, Any], done: Done) -> None:
    """Evaluate what was trained, whose list has an order of its own, and predict."""
    test = "test_on_batch" if request.call.endswith("on_batch") else "evaluate"
    done.stage = test
    options = {} if test == "test_on_batch" else {"batch_size": ROWS, "verbose": 0}
    done.again = _numbers(getattr(model, test)(**data, **options, return_dict=True))
    if test == "test_on_batch":
        model.reset_metrics()
    done.listed = [float(number) for number in np.ravel(getattr(model, test)(**data, **options))]
    done.predicts = True
    done.predicted = _heads(model.predict(data["x"], verbose=0))


def _called(model: Any, request: Request, data: dict[str, Any]) -> dict[str, float]:
    weights = {"class_weight": dict.fromkeys(range(CLASSES), CLASS_WEIGHT)} if request.class_weight else {}
    if request.call == "fit":
        history = model.fit(**data, **weights, batch_size=ROWS, verbose=0).history
        return _numbers({key: values[0] for key, values in history.items()})
    if request.call == "evaluate":
        return _numbers(model.evaluate(**data, batch_size=ROWS, verbose=0, return_dict=True))
    if request.call == "test_on_batch":
        weights = {}
    logs = getattr(model, request.call)(**data, **weights, return_dict=True)
    model.reset_metrics()
    return _numbers(logs)


def _numbers(logs: dict[str, Any]) -> dict[str, float]:
    return {key: float(np.asarray(value)) for key, value in logs.items()}


def _heads(structure: Any) -> Any:
    """The same containers with the numbers of the heads."""
    if isinstance(structure, dict):
        return type(structure)((key, _heads(part)) for key, part in structure.items())
    if isinstance(structure, (list, tuple)):
        return type(structure)(map(_heads, structure))
    return _head_number(structure)


def _head_number(array: Array) -> int | str:
    found = np.unique(np.asarray(array))
    near = [number for number in range(ROWS) if np.allclose(found, head(number))]
    return near[0] if near and found.size == 1 else f"?{found}"


def _model(keras: Any, request: Request) -> Any:
    x = keras.Input((1,))
    order = {path: number for number, (path, _) in enumerate(leaves(request.outputs))}
    marked: Tree[Any] = map_leaves(request.outputs, lambda path, name: (order[path], name))
    layers = {number: _head_layer(keras, number, name) for _, (number, name) in leaves(marked)}
    if request.kind == "functional":
        return keras.Model(x, build(marked, lambda leaf: layers[leaf[0]](x)))

    class Model(keras.Model):  # type: ignore[misc]
        def call(self, inputs: Array) -> Any:
            return build(marked, lambda leaf: layers[leaf[0]](inputs))

    return Model()


def _head_layer(keras: Any, number: int, name: str | None) -> Any:
    class Head(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Array) -> Array:
            return inputs * 0.0 + head(number)

    return Head(name=name)


def written(part: Part, leaf: Callable[[Path, Any], Any]) -> Any:
    """A part as Python objects; None where it was not given."""
    if isinstance(part, (Absent, Unseen)):
        return None
    paths = map_leaves(part, lambda path, value: None if value is None else (path, value))
    return build(paths, lambda pair: leaf(*pair))


def _function(path: Path, name: str) -> Callable[[Any, Any], Any]:
    def function(y_true: Any, y_pred: Any) -> Any:
        return worth(path, list(_tensors(y_true)), list(_tensors(y_pred)))[..., 0]

    function.__name__ = name
    return function


def _tensors(structure: Any) -> Iterator[Any]:
    if isinstance(structure, dict):
        structure = structure.values()
    elif not isinstance(structure, (list, tuple)):
        if structure is not None:
            yield structure
        return
    for part in structure:
        yield from _tensors(part)
