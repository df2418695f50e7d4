"""Runs a program and writes down what Keras paired in it.

A fixture program enters; a ``Run`` leaves. Every loss and metric that the program passes to ``compile``
is replaced by one that notes its path and the tensors it is called with, then does what the original does.
"""

from __future__ import annotations

import inspect
import itertools
import math
import runpy
import sys
import warnings
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import keras

from keraslint.tree import leaves
from tests.witnesses.containers import replace_leaves, tree_of
from tests.witnesses.keras_internals import compiled_losses, loss_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    import numpy as np

    from keraslint.tree import Path, Tree
    from tests.programs import Program

PARTS = ("loss", "loss_weights", "metrics", "weighted_metrics")
DATA_CALLS = ("fit", "evaluate", "train_on_batch", "test_on_batch")


@dataclass(frozen=True)
class BuiltTerm:
    """A term of the total loss as Keras computed it, by the paths of its parts."""

    head: Path
    target: Path
    loss: Path
    weight: Path | None


@dataclass(frozen=True)
class BuiltMetric:
    """A metric as Keras computed it, by the paths of its parts."""

    head: Path
    target: Path
    metric: Path
    weighted: bool


@dataclass
class Compiled:
    """A compile call: its line and the trees that were passed to it."""

    line: int
    parts: dict[str, Tree[Any]]


@dataclass
class Training:
    """One data call under one compile call, with what Keras paired in it.

    ``steps`` holds, for each step, the sum of all losses that were computed and the total that Keras
    made of them.
    """

    call: str
    line: int
    compiled: Compiled
    validation: bool = False
    output_names: tuple[str, ...] = ()
    heads: tuple[Path, ...] = ()
    dict_outputs: bool = False
    targets: Tree[Any] | None = None
    terms: set[BuiltTerm] = field(default_factory=set)
    metrics: set[BuiltMetric] = field(default_factory=set)
    steps: list[tuple[float, float]] = field(default_factory=list)
    metrics_names: tuple[str, ...] = ()
    returned: Any = None


@dataclass
class Run:
    """A program that has run: its trainings, the final weights of its models, the error that ended it."""

    trainings: list[Training]
    weights: list[np.ndarray[Any, Any]]
    error: BaseException | None
    error_lines: tuple[int, ...]


class Spy:
    """Notes what happens between ``compile`` and the end of the program at ``filename``."""

    def __init__(self, filename: str) -> None:
        """Nothing has happened yet."""
        self.filename = filename
        self.models: list[keras.Model] = []
        self.compiled: dict[int, Compiled] = {}
        self.trainings: list[Training] = []
        self.stack: list[Training] = []
        self.y: dict[int, Path] = {}
        self.y_pred: dict[int, Path] = {}
        self.values: list[tuple[BuiltTerm, float]] = []
        self.weights: dict[int, tuple[Path, float]] = {}

    def line(self) -> int:
        """The line of the program that is being executed."""
        frame: FrameType | None = sys._getframe()
        while frame is not None and frame.f_code.co_filename != self.filename:
            frame = frame.f_back
        return frame.f_lineno if frame is not None else 0

    def compile(self, model: keras.Model, arguments: dict[str, Any]) -> dict[str, Any]:
        """Note a compile call; the arguments come back with spies in place of losses, weights and metrics."""
        self.models.extend([model] if all(model is not one for one in self.models) else [])
        parts = {name: tree_of(arguments[name]) for name in PARTS if arguments.get(name) is not None}
        self.compiled[id(model)] = Compiled(self.line(), parts)
        replacements: dict[str, Callable[[Path, Any], Any]] = {
            "loss": lambda path, loss: SpiedLoss(self, model, path, loss),
            "loss_weights": self.weight,
            "metrics": lambda path, metric: SpiedMetric(self, path, metric, weighted=False),
            "weighted_metrics": lambda path, metric: SpiedMetric(self, path, metric, weighted=True),
        }
        return arguments | {name: replace_leaves(arguments[name], replacements[name]) for name in parts}

    def weight(self, path: Path, value: Any) -> Any:
        """The same number as an object of its own, known by its identity; anything else as it is.

        A whole number by itself stays one: Keras does not take it.
        """
        whole = not path and isinstance(value, int)
        weight = float(repr(float(value))) if isinstance(value, int | float) and not whole else value
        self.weights[id(weight)] = (path, weight)
        return weight

    @contextmanager
    def data_call(self, model: keras.Model, call: str) -> Iterator[Training]:
        """Note the pairs of one data call."""
        training = Training(call, self.line(), self.compiled[id(model)], validation=bool(self.stack))
        self.trainings.append(training)
        self.stack.append(training)
        try:
            yield training
        finally:
            self.stack.pop()

    @contextmanager
    def step(self, model: keras.Model, y: Any, y_pred: Any) -> Iterator[None]:
        """Note the tensors of one step, so that spies can say which leaf they were called with."""
        if any(isinstance(leaf, keras.KerasTensor) for _, leaf in leaves(tree_of(y_pred))):
            yield  # the symbolic dry run before the first step
            return
        self.y = {id(leaf): path for path, leaf in leaves(tree_of(y))}
        self.y_pred = {id(leaf): path for path, leaf in leaves(tree_of(y_pred))}
        training = self.stack[-1]
        training.targets = tree_of(y)
        training.heads = tuple(path for path, _ in leaves(tree_of(y_pred)))
        training.dict_outputs = isinstance(y_pred, dict)
        training.output_names = tuple(getattr(model, "output_names", ()))
        try:
            yield
        finally:
            self.y, self.y_pred, self.values = {}, {}, []

    def total(self, loss: Any) -> None:
        """Keep those terms that the total loss is the sum of."""
        if self.values:
            self.stack[-1].terms |= summands(self.values, float(loss))
            self.stack[-1].steps.append((sum(value for _, value in self.values), float(loss)))


def summands(values: list[tuple[BuiltTerm, float]], total: float) -> set[BuiltTerm]:
    """The most terms whose values add up to the total: Keras computes losses that it does not add."""
    for size in range(len(values), 0, -1):
        for chosen in itertools.combinations(values, size):
            if math.isclose(sum(value for _, value in chosen), total, rel_tol=1e-5, abs_tol=1e-6):
                return {term for term, _ in chosen}
    message = f"no terms of {values} add up to {total}"
    raise AssertionError(message)


class SpiedLoss(keras.losses.Loss):  # type: ignore[misc]
    """A loss that notes which head and which target it is computed of."""

    def __init__(self, spy: Spy, model: keras.Model, path: Path, identifier: Any) -> None:
        """Stand in for ``identifier`` at ``path``."""
        name = identifier if isinstance(identifier, str) else getattr(identifier, "name", None)
        super().__init__(name=name or getattr(identifier, "__name__", "loss"))
        self.spy, self.model, self.path, self.identifier = spy, model, path, identifier

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Compute the original loss."""
        value = loss_of(self.identifier, y_true, y_pred)(y_true, y_pred, sample_weight)
        if id(y_pred) in self.spy.y_pred:
            weight = next(weight for loss, weight in compiled_losses(self.model) if loss is self)
            path, factor = (None, 1.0) if weight is None else self.spy.weights[id(weight)]
            term = BuiltTerm(self.spy.y_pred[id(y_pred)], self.spy.y[id(y_true)], self.path, path)
            self.spy.values.append((term, float(value) * factor))
        return value

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Keras asks for this method; ``__call__`` does its work."""
        raise NotImplementedError


class SpiedMetric(keras.metrics.Metric):  # type: ignore[misc]
    """A metric that notes which head and which target it is computed of; its value is always 0."""

    def __init__(self, spy: Spy, path: Path, identifier: Any, *, weighted: bool) -> None:
        """Stand in for ``identifier`` at ``path``."""
        metric = keras.metrics.get(identifier) if not isinstance(identifier, str) else identifier
        name = identifier if isinstance(identifier, str) else getattr(metric, "name", None)
        super().__init__(name=name or getattr(identifier, "__name__", "metric"))
        self.spy, self.path, self.weighted = spy, path, weighted

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Note the tensors."""
        del sample_weight
        if id(y_pred) in self.spy.y_pred:
            built = BuiltMetric(self.spy.y_pred[id(y_pred)], self.spy.y[id(y_true)], self.path, self.weighted)
            self.spy.stack[-1].metrics.add(built)

    def result(self) -> Any:
        """Nothing was measured."""
        return keras.ops.zeros(())


def run(program: Program, *, spied: bool) -> Run:
    """Execute the program, with or without a spy."""
    keras.backend.clear_session()
    spy = Spy(str(program.path))
    models: list[keras.Model] = []
    with warnings.catch_warnings(), _eager(models):
        warnings.simplefilter("ignore")
        try:
            if spied:
                with _spied(spy):
                    runpy.run_path(str(program.path), run_name="__main__")
            else:
                runpy.run_path(str(program.path), run_name="__main__")
            error = None
        except Exception as raised:  # noqa: BLE001 - whatever a program raises is a result
            error = raised
    weights = [weight for model in models for weight in model.get_weights()]
    return Run(spy.trainings, weights, error, _lines(error, spy.filename))


def _lines(error: BaseException | None, filename: str) -> tuple[int, ...]:
    found, trace = [], error.__traceback__ if error else None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            found.append(trace.tb_lineno)
        trace = trace.tb_next
    return tuple(found)


@contextmanager
def _eager(models: list[keras.Model]) -> Iterator[None]:
    """Run every step eagerly: tensors keep their identity, and nothing is traced."""
    original = keras.Model.compile

    @wraps(original)
    def compile_eagerly(self: keras.Model, *arguments: Any, **options: Any) -> None:
        models.extend([self] if all(self is not model for model in models) else [])
        original(self, *arguments, **(options | {"run_eagerly": True, "jit_compile": False}))

    with patch.object(keras.Model, "compile", compile_eagerly):
        yield


@contextmanager
def _spied(spy: Spy) -> Iterator[None]:
    with (
        patch.object(keras.Model, "compile", _spied_compile(spy)),
        patch.object(keras.Model, "compute_loss", _spied_compute_loss(spy)),
        patch.object(keras.Model, "compute_metrics", _spied_compute_metrics(spy)),
        ExitStack() as stack,
    ):
        for name in DATA_CALLS:
            stack.enter_context(patch.object(keras.Model, name, _spied_data_call(spy, name)))
        yield


def _spied_compile(spy: Spy) -> Callable[..., None]:
    original = keras.Model.compile
    signature = inspect.signature(original)

    @wraps(original)
    def compile(self: keras.Model, *arguments: Any, **options: Any) -> None:  # noqa: A001 - its name
        bound = dict(signature.bind(self, *arguments, **options).arguments)
        del bound["self"]
        original(self, **spy.compile(self, bound))

    return compile


def _spied_compute_loss(spy: Spy) -> Callable[..., Any]:
    original = keras.Model.compute_loss

    @wraps(original)
    def compute_loss(
        self: keras.Model, x: Any = None, y: Any = None, y_pred: Any = None, *rest: Any, **options: Any
    ) -> Any:
        with spy.step(self, y, y_pred):
            total = original(self, x, y, y_pred, *rest, **options)
            spy.total(total)
            return total

    return compute_loss


def _spied_compute_metrics(spy: Spy) -> Callable[..., Any]:
    original = keras.Model.compute_metrics

    @wraps(original)
    def compute_metrics(self: keras.Model, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        with spy.step(self, y, y_pred):
            return original(self, x, y, y_pred, sample_weight)

    return compute_metrics


def _spied_data_call(spy: Spy, name: str) -> Callable[..., Any]:
    original = getattr(keras.Model, name)

    @wraps(original)
    def data_call(self: keras.Model, *arguments: Any, **options: Any) -> Any:
        with spy.data_call(self, name) as training:
            training.returned = original(self, *arguments, **options)
            training.metrics_names = tuple(self.metrics_names)
            return training.returned

    return data_call
