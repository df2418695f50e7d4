"""One case on the installed Keras: the case enters, what Keras returned, logged or raised leaves."""

from __future__ import annotations

import logging
import re
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tests.conformance import live as parts
from tests.conformance.containers import build_spec, describe, letters_in
from tests.conformance.letters import OUTPUT, SAMPLES, Array, weight_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keraslint.pairing.cases import Case
    from tests.conformance.live import Live

Json = Any
Logs: TypeAlias = list[tuple[str, float]]

_LONGEST_MESSAGE = 300
_NEAR = 1e-9
_QUIET = (DeprecationWarning, PendingDeprecationWarning, ResourceWarning, FutureWarning)
# Said of the cases that went before, not of this one.
_IN_PASSING = "triggered tf.function retracing"
_LOGGERS = ("absl", "tensorflow", "")


@dataclass
class Run:
    """What a case came to. ``logs`` are the numbers of each call that trains or tests, in Keras's order."""

    logs: dict[str, Logs] = field(default_factory=dict)
    facts: dict[str, Json] = field(default_factory=dict)
    binding: dict[str, str] = field(default_factory=dict)
    error: dict[str, str] | None = None
    warnings: list[str] = field(default_factory=list)


def run(live: Live, case: Case, *, eager: bool = True) -> Run:
    """Build, compile and call as the case says; the first exception ends it and is written down."""
    done = Run()
    stage = ""
    with _noted_warnings(done.warnings):
        try:
            for stage in _stages(live, case, done, eager=eager):  # noqa: B007 - the last one names the error
                pass
        except Exception as error:  # noqa: BLE001 - whatever Keras raises is the result
            done.error = {"type": type(error).__name__, "stage": stage, "message": _tidy(str(error))}
    return done


def _stages(live: Live, case: Case, done: Run, *, eager: bool) -> Iterator[str]:
    """Do a case step by step; the name of each step is handed out before it is done."""
    if "inputs" in case.spec:
        yield "inputs"
        done.binding = _bound_inputs(live, case.spec["inputs"])
        return
    yield "Model"
    model = live.model(case.spec["model"])
    done.facts["output_names"] = _names(model, "output_names")
    yield "compile"
    model.compile(live.keras.optimizers.SGD(0.0), run_eagerly=eager, **_compile_arguments(live, case))
    calls = _Calls(live, case, model, done)
    for action in case.actions:
        yield action
        calls.do(action)


def _compile_arguments(live: Live, case: Case) -> dict[str, object]:
    makers: dict[str, Callable[[str], object]] = {
        "loss": live.loss,
        "loss_weights": weight_of,
        "metrics": live.metric,
        "weighted_metrics": live.metric,
    }
    return {name: build_spec(spec, makers[name]) for name, spec in case.spec["compile"].items()}


class _Calls:
    """The calls of one case on its compiled model."""

    def __init__(self, live: Live, case: Case, model: Any, done: Run) -> None:
        data = case.spec["data"]
        self.live, self.model, self.done, self.data = live, model, done, data
        self.x = np.ones((SAMPLES, 1))
        self.y = build_spec(data["y"], parts.target)
        self.weights = build_spec(data.get("sample_weight"), parts.sample_weight)

    def do(self, action: str) -> None:
        """Make one call and note what it returned."""
        calls: dict[str, Callable[[], None]] = {
            "fit": self._fit,
            "evaluate": lambda: self._log(
                "evaluate", self.model.evaluate(return_dict=True, **self._fed("steps"))
            ),
            "evaluate_list": lambda: self.model.evaluate(**self._fed("steps")),
            "train_on_batch": lambda: self._on_batch("train_on_batch", self._class_weight),
            "test_on_batch": lambda: self._on_batch("test_on_batch", {}),
            "predict": lambda: self._returned("predict", self.model.predict(self.x, verbose=0)),
            "call": lambda: self._returned("call", self.model(self.x)),
            "unpack": self._unpack,
        }
        calls[action]()

    @property
    def _batch(self) -> tuple[object, ...]:
        return (self.x, self.y) if self.weights is None else (self.x, self.y, self.weights)

    @property
    def _class_weight(self) -> dict[str, object]:
        written = self.data.get("class_weight")
        return {"class_weight": {int(key): value for key, value in written.items()}} if written else {}

    def _fed(self, steps: str) -> dict[str, object]:
        fed = self.live.feed(self.data["feed"], self._batch)
        endless = {steps: 1} if self.data["feed"].startswith("generator") else {}
        return {**fed, **endless, "verbose": 0}

    def _fit(self) -> None:
        options: dict[str, object] = {**self._fed("steps_per_epoch"), **self._class_weight}
        options["epochs"] = self.data.get("epochs", 1)
        if self.data.get("validation"):
            options |= {"validation_data": self._batch, "validation_batch_size": SAMPLES}
        if self.data.get("validation_split"):
            options["validation_split"] = self.data["validation_split"]
        history = self.model.fit(**options).history
        self._log("fit", {key: values[0] for key, values in history.items()})
        self.done.facts["metrics_names"] = _names(self.model, "metrics_names")

    def _on_batch(self, name: str, options: dict[str, object]) -> None:
        if self.weights is not None:
            options = {**options, "sample_weight": self.weights}
        self._log(name, getattr(self.model, name)(self.x, self.y, return_dict=True, **options))

    def _unpack(self) -> None:
        first, second = self.model.predict(self.x, verbose=0)
        self.done.facts["unpack"] = [self._letter(part) for part in (first, second)]

    def _returned(self, name: str, value: object) -> None:
        self.done.facts[name] = describe(value, self._letter)

    def _letter(self, value: object) -> Json:
        """The letter of the head that always returns this value."""
        if isinstance(value, str):
            return repr(value)
        numbers = self.live.array(value)
        found = np.unique(numbers)
        if found.size != 1:
            return f"?shape{numbers.shape}"
        near = [letter for letter, output in OUTPUT.items() if abs(found[0] - output) < _NEAR]
        return near[0] if near else float(found[0])

    def _log(self, name: str, logs: dict[str, Any]) -> None:
        self.done.logs[name] = [(str(key), float(self.live.array(value))) for key, value in logs.items()]


def _names(model: Any, attribute: str) -> list[str] | None:
    names = getattr(model, attribute, None)
    return None if names is None else list(names)


# Inputs: the model adds its inputs with these factors, and the data of a letter is this number everywhere, so
# the digits of what it returns say which data each input received.
_FACTOR = {"A": 1, "B": 100, "C": 10000}
_DATA = {"A": 1, "B": 2, "C": 3}


def _bound_inputs(live: Live, spec: Json) -> dict[str, str]:
    letters = letters_in(spec["struct"])
    names = spec.get("names", {})
    inputs = {letter: live.input(names.get(letter, letter.lower())) for letter in letters}
    total = sum(inputs[letter] * float(_FACTOR[letter]) for letter in letters)
    model = live.keras.Model(build_spec(spec["struct"], inputs.__getitem__), total)
    data = build_spec(spec["feed"], lambda letter: np.full((SAMPLES, 1), float(_DATA[letter])))
    returned = int(live.array(_through(live, model, data, spec.get("via"))).flat[0])
    received = {letter: returned // _FACTOR[letter] % _FACTOR["B"] for letter in letters}
    by_number = {number: letter for letter, number in _DATA.items()}
    return {letter: by_number.get(number, str(number)) for letter, number in received.items()}


def _through(live: Live, model: Any, data: object, via: str | None) -> Array:
    if via == "call":
        return model(data)
    if via == "fit":
        model.compile(live.keras.optimizers.SGD(0.0), "mse")
        model.evaluate(data, np.zeros((SAMPLES, 1)), verbose=0)
    return model.predict(data, verbose=0)


def _tidy(message: str) -> str:
    """One line without what differs from run to run."""
    line = " ".join(message.split())
    line = re.sub(r'File "[^"]*"', 'File "…"', line)
    return re.sub(r"0x[0-9a-f]+", "0x…", line)[:_LONGEST_MESSAGE]


class _Notes(logging.Handler):
    """Writes down what is logged as a warning."""

    def __init__(self, notes: list[str]) -> None:
        super().__init__(level=logging.WARNING)
        self.notes = notes

    def emit(self, record: logging.LogRecord) -> None:
        """Note one message."""
        message = record.getMessage()
        if _IN_PASSING not in message:
            self.notes.append(f"log: {message}")


@contextmanager
def _noted_warnings(notes: list[str]) -> Iterator[None]:
    logged: list[str] = []
    handler = _Notes(logged)
    for name in _LOGGERS:
        logging.getLogger(name).addHandler(handler)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
    finally:
        for name in _LOGGERS:
            logging.getLogger(name).removeHandler(handler)
    warned = [f"{w.category.__name__}: {w.message}" for w in caught if not issubclass(w.category, _QUIET)]
    notes += [_tidy(text) for text in dict.fromkeys(warned + logged)]
