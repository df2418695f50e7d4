"""The silent mispairings of Keras, as programs: each enters a guard, Keras's own numbers say what it did.

Every head is a constant (zero kernels, constant biases, learning rate 0), every target too, so that each
number that Keras logs says which parts met. ``python -m tests.runtime.silent [keras|tf_keras]`` prints what
happens on the installed Keras, what of it is not as recorded, and with ``--record`` writes it down;
``tests/runtime/versions.py`` does so on others.
"""

from __future__ import annotations

import importlib
import json
import math
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from keraslint.findings import Severity
from keraslint.runtime import guard

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = 4
Numbers = dict[str, float]


@dataclass(frozen=True)
class Case:
    """One program; it returns what Keras says and what stands there, by the same names.

    None for what stands there means that nothing sensible does, so that anything but an error is silent.
    """

    id: str
    run: Callable[[Any], tuple[Numbers, Numbers | None]]


@dataclass(frozen=True)
class Happened:
    """What a case came to: Keras raised, did as written, or did otherwise; and what the guard found."""

    id: str
    keras: str
    codes: tuple[str, ...]
    undecided: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """A finding where Keras silently did otherwise, and no false alarm where it did as written."""
        return {"otherwise": bool(self.codes), "as written": not self.codes}.get(self.keras, True)


CASES: list[Case] = []


def case(name: str) -> Callable[[Callable[[Any], tuple[Numbers, Numbers | None]]], Callable[[Any], Any]]:
    """Register a program."""

    def register(run: Callable[[Any], tuple[Numbers, Numbers | None]]) -> Callable[[Any], Any]:
        CASES.append(Case(name, run))
        return run

    return register


def run(one: Case, keras: Any) -> Happened:
    """Run a case under a guard."""
    with guard(print_fn=None) as watching:
        try:
            got, written = one.run(keras)
        except Exception as error:  # noqa: BLE001 - whatever Keras raises is not silent
            outcome = f"raises {type(error).__name__}"
        else:
            same = written is not None and all(_near(got.get(key), value) for key, value in written.items())
            outcome = "as written" if same else "otherwise"
    found = [one for one in watching.findings if one.severity is not Severity.INFO]
    undecided = tuple(reason for report in watching.reports for reason in report.undecided)
    return Happened(one.id, outcome, tuple(sorted({one.code for one in found})), undecided)


def _near(got: float | None, value: float) -> bool:
    return got is not None and math.isclose(got, value, rel_tol=1e-5, abs_tol=1e-6)


# -- building blocks -----------------------------------------------------------------------------------------

X: Any = np.ones((SAMPLES, 1), "float32")
OUTPUT = {"z": 3.0, "a": 8.0}
TARGET: dict[str, Any] = {
    "z": np.full((SAMPLES, 1), 1.0, "float32"),
    "a": np.full((SAMPLES, 1), 4.5, "float32"),
}
MSE = {"z": 4.0, "a": 12.25}
MAE = {"z": 2.0, "a": 3.5}


def heads(keras: Any, names: tuple[str, ...] = ("z", "a")) -> tuple[Any, dict[str, Any]]:
    """An input and a constant head for each name."""
    x = keras.Input((1,), name="x")

    def dense(name: str) -> Any:
        constant = keras.initializers.Constant(OUTPUT[name])
        return keras.layers.Dense(1, name=name, kernel_initializer="zeros", bias_initializer=constant)

    return x, {name: dense(name)(x) for name in names}


def listed(keras: Any) -> Any:
    """A model with outputs [z, a]."""
    x, made = heads(keras)
    return keras.Model(x, list(made.values()))


def dicted(keras: Any) -> Any:
    """A model with outputs {"z": ..., "a": ...}."""
    return keras.Model(*heads(keras))


def trained(keras: Any, model: Any, y: Any, **compiled: Any) -> Numbers:
    """The logs of one step that changes nothing."""
    model.compile(keras.optimizers.SGD(0.0), **compiled)
    history = model.fit(X, y, batch_size=SAMPLES, verbose=0).history
    return {key: float(values[0]) for key, values in history.items()}


BOTH = {"loss": MSE["z"] + MAE["a"]}
LOSSES = {"z": "mse", "a": "mae"}
AS_LIST = ["mse", "mae"]
Y = [TARGET["z"], TARGET["a"]]


# -- the cases -----------------------------------------------------------------------------------------------


@case("F01 list of targets for dict outputs")
def _(keras: Any) -> Any:
    return trained(keras, dicted(keras), Y, loss=LOSSES), BOTH


@case("F02 list of losses for dict outputs")
def _(keras: Any) -> Any:
    return trained(keras, dicted(keras), dict(TARGET), loss=AS_LIST), BOTH


@case("F03 dict of weights beside a list of losses")
def _(keras: Any) -> Any:
    got = trained(keras, listed(keras), Y, loss=AS_LIST, loss_weights={"z": 1.0, "a": 0.1})
    return got, {"loss": MSE["z"] + 0.1 * MAE["a"]}


@case("F03 list of weights for dict outputs")
def _(keras: Any) -> Any:
    got = trained(keras, dicted(keras), dict(TARGET), loss=LOSSES, loss_weights=[1.0, 0.1])
    return got, {"loss": MSE["z"] + 0.1 * MAE["a"]}


@case("F03 dict of weights beside one loss")
def _(keras: Any) -> Any:
    got = trained(keras, listed(keras), Y, loss="mse", loss_weights={"z": 1.0, "a": 0.1})
    return got, {"loss": MSE["z"] + 0.1 * MSE["a"]}


@case("F04 fewer losses than outputs")
def _(keras: Any) -> Any:
    return trained(keras, listed(keras), Y, loss=["mse"]), None


@case("F05 several losses for the only output")
def _(keras: Any) -> Any:
    model = keras.Model(*_only(heads(keras, ("z",))))
    return trained(keras, model, TARGET["z"], loss=["mse", "mae"]), {"loss": MSE["z"] + MAE["z"]}


def _only(made: tuple[Any, dict[str, Any]]) -> tuple[Any, Any]:
    return made[0], next(iter(made[1].values()))


@case("F05 several losses for one of two outputs")
def _(keras: Any) -> Any:
    got = trained(keras, dicted(keras), dict(TARGET), loss={"z": ["mse", "mae"], "a": "mae"})
    return got, {"loss": MSE["z"] + MAE["z"] + MAE["a"], "z_loss": MSE["z"] + MAE["z"]}


@case("F06 metrics_names zipped with what evaluate returns")
def _(keras: Any) -> Any:
    model = listed(keras)
    model.compile(keras.optimizers.SGD(0.0), AS_LIST, metrics=[["mae"], ["mse"]])
    returned = model.evaluate(X, Y, verbose=0)
    named = dict(zip(model.metrics_names, returned, strict=False))
    right = model.evaluate(X, Y, verbose=0, return_dict=True)
    return named, {key: float(value) for key, value in right.items()}


@case("F07 output_names zipped with predictions")
def _(keras: Any) -> Any:
    model = dicted(keras)
    named = dict(zip(model.output_names, model.predict(X, verbose=0).values(), strict=True))
    return {name: float(value[0, 0]) for name, value in named.items()}, dict(OUTPUT)


@case("F07 outputs by position")
def _(keras: Any) -> Any:
    model = dicted(keras)
    first = keras.Model(model.inputs, model.outputs[0])
    return {"first": float(first.predict(X, verbose=0)[0, 0])}, {"first": OUTPUT["z"]}


def _summing(keras: Any, *, as_dict: bool) -> Any:
    """100 times the input b, and the input a."""
    inputs = {name: keras.Input((1,), name=name) for name in ("b", "a")}
    total = keras.layers.Add(name="sum")([_scaled(keras, inputs["b"]), inputs["a"]])
    return keras.Model(inputs if as_dict else list(inputs.values()), total)


def _scaled(keras: Any, tensor: Any) -> Any:
    constant = keras.initializers.Constant(100.0)
    return keras.layers.Dense(1, use_bias=False, kernel_initializer=constant)(tensor)


DATA = {"b": 2 * X, "a": X}
SUM = {"loss": 201.0}


def _summed(keras: Any, model: Any, x: Any) -> Numbers:
    model.compile(keras.optimizers.SGD(0.0), "mae")
    return {"loss": float(model.evaluate(x, 0 * X, verbose=0))}


@case("F08 a key too many among the inputs")
def _(keras: Any) -> Any:
    return _summed(keras, _summing(keras, as_dict=True), {**DATA, "A": 7 * X}), SUM


@case("F10 dict inputs fed with a list")
def _(keras: Any) -> Any:
    return _summed(keras, _summing(keras, as_dict=True), list(DATA.values())), SUM


@case("F13 list inputs fed with a dict")
def _(keras: Any) -> Any:
    return _summed(keras, _summing(keras, as_dict=False), dict(DATA)), SUM


def _nested(keras: Any) -> Any:
    x, made = heads(keras)
    return keras.Model(x, {"out": {"z": made["z"], "a": made["a"]}})


@case("F09 metrics in a dict in a dict with keys out of order")
def _(keras: Any) -> Any:
    y, metrics = {"out": dict(TARGET)}, {"out": {"z": "mae", "a": "mse"}}
    got = trained(keras, _nested(keras), y, loss={"out": LOSSES}, metrics=metrics)
    # 3.14.0 names them without the outputs
    got = {"z_mae": got.get("mae", 0.0), "a_mse": got.get("mse", 0.0), **got}
    return got, {**BOTH, "z_mae": MAE["z"], "a_mse": MSE["a"]}


@case("F09 inputs in a dict in a dict, fed with its keys in order")
def _(keras: Any) -> Any:
    inputs = {name: keras.Input((1,), name=name) for name in ("b", "a")}
    total = keras.layers.Add()([_scaled(keras, inputs["b"]), inputs["a"]])
    model = keras.Model({"in": inputs}, total)
    return _summed(keras, model, {"in": {"a": DATA["a"], "b": DATA["b"]}}), SUM


@case("F11 one metric object for two outputs")
def _(keras: Any) -> Any:
    metric = keras.metrics.MeanAbsoluteError(name="error")
    got = trained(keras, dicted(keras), dict(TARGET), loss=LOSSES, metrics={"z": [metric], "a": [metric]})
    return got, {**BOTH, "z_error": MAE["z"], "a_error": MAE["a"]}


@case("F12 dict of losses for list outputs")
def _(keras: Any) -> Any:
    return trained(keras, listed(keras), Y, loss=LOSSES), BOTH


@case("F12 dict of losses and targets for list outputs")
def _(keras: Any) -> Any:
    return trained(keras, listed(keras), dict(TARGET), loss=LOSSES), BOTH


@case("F14 dict of metrics and targets for list outputs")
def _(keras: Any) -> Any:
    metrics = {"z": ["mae"], "a": ["mse"]}
    got = trained(keras, listed(keras), dict(TARGET), loss=LOSSES, metrics=metrics)
    return got, {**BOTH, "z_mae": MAE["z"], "a_mse": MSE["a"]}


@case("F15 a dict without one of the losses")
def _(keras: Any) -> Any:
    return trained(keras, dicted(keras), dict(TARGET), loss={"z": "mse"}), {"loss": MSE["z"]}


@case("F15 a None among the losses")
def _(keras: Any) -> Any:
    return trained(keras, listed(keras), Y, loss=[None, "mae"]), {"loss": MAE["a"]}


def _branched(keras: Any) -> Any:
    x, made = heads(keras)
    return keras.Model(x, {"z": made["z"], "out": {"a": made["a"]}})


BRANCHED = {"z": TARGET["z"], "out": {"a": TARGET["a"]}}


@case("F16 a dict of losses for nested outputs")
def _(keras: Any) -> Any:
    return trained(keras, _branched(keras), BRANCHED, loss={"z": "mse", "out": {"a": "mae"}}), BOTH


@case("F16 one loss for nested outputs")
def _(keras: Any) -> Any:
    return trained(keras, _branched(keras), BRANCHED, loss="mse"), {"loss": MSE["z"] + MSE["a"]}


@case("F16 metrics of nested outputs by their last keys")
def _(keras: Any) -> Any:
    metrics = {"z": ["mae"], "a": ["mse"]}
    got = trained(keras, _branched(keras), BRANCHED, loss="mse", metrics=metrics)
    return got, {"loss": MSE["z"] + MSE["a"], "z_mae": MAE["z"], "a_mse": MSE["a"]}


@case("F17 one target for two outputs")
def _(keras: Any) -> Any:
    return trained(keras, listed(keras), TARGET["z"], loss="mse"), None


@case("F18 a misspelled target")
def _(keras: Any) -> Any:
    return trained(keras, dicted(keras), {"z": TARGET["z"], "aa": TARGET["a"]}, loss=LOSSES), BOTH


@case("F18 a target too many")
def _(keras: Any) -> Any:
    return trained(keras, dicted(keras), {**TARGET, "b": TARGET["z"] * 9}, loss=LOSSES), None


@case("F18 a target too few")
def _(keras: Any) -> Any:
    return trained(keras, dicted(keras), {"z": TARGET["z"]}, loss=LOSSES), None


# Programs without a fault: a finding would be a false alarm.


@case("right: all dicts")
def _(keras: Any) -> Any:
    metrics = {"z": ["mae"], "a": ["mse"]}
    got = trained(keras, dicted(keras), dict(TARGET), loss=LOSSES, metrics=metrics)
    return got, {**BOTH, "z_mae": MAE["z"], "a_mse": MSE["a"]}


@case("right: all lists")
def _(keras: Any) -> Any:
    got = trained(keras, listed(keras), Y, loss=AS_LIST, metrics=[["mae"], ["mse"]])
    return got, {**BOTH, "z_mae": MAE["z"], "a_mse": MSE["a"]}


@case("right: weights as the losses")
def _(keras: Any) -> Any:
    got = trained(keras, dicted(keras), dict(TARGET), loss=LOSSES, loss_weights={"z": 1.0, "a": 0.1})
    return got, {"loss": MSE["z"] + 0.1 * MAE["a"]}


@case("right: a dict of inputs")
def _(keras: Any) -> Any:
    return _summed(keras, _summing(keras, as_dict=True), dict(DATA)), SUM


RECORD = Path(__file__).resolve().parent / "record"


def place(keras: Any) -> Path:
    """The file of the record for a Keras."""
    version = str(keras.__version__)
    backend = "tensorflow" if version.startswith("2") else keras.backend.backend()
    return RECORD / f"{version}-{backend}.jsonl"


def line(one: Happened) -> str:
    """One case in the record."""
    return json.dumps(asdict(one))


def recorded(path: Path) -> list[Happened]:
    """The cases of one recorded Keras."""
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [Happened(one["id"], one["keras"], tuple(one["codes"]), tuple(one["undecided"])) for one in lines]


def main(arguments: list[str]) -> int:
    """One line for each case; the status says whether all are right."""
    names = [one for one in arguments if not one.startswith("-")]
    keras = importlib.import_module(names[0] if names else "keras")
    happened = [run(one, keras) for one in CASES]
    record, path = "--record" in arguments, place(keras)
    known = {one.id: one.keras for one in recorded(path)} if path.exists() and not record else {}
    states = [_state(one, known) for one in happened]
    for one, state in zip(happened, states, strict=True):
        codes = ", ".join(one.codes) or "-"
        sys.stdout.write(f"{state:<9}{one.id:<60}{one.keras:<22}{codes}\n")
    if record:
        RECORD.mkdir(exist_ok=True)
        path.write_text("".join(f"{line(one)}\n" for one in happened), encoding="utf-8")
    return int(set(states) != {"ok"})


def _state(one: Happened, known: dict[str, str]) -> str:
    """Whether the guard was right, and whether Keras did what is recorded."""
    if not one.is_right:
        return "WRONG"
    return "ok" if known.get(one.id, one.keras) == one.keras else "CHANGED"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
