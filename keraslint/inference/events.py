"""What the interpreter reports: the moments at which a model meets its data or its results are used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, Union

if TYPE_CHECKING:
    from keraslint.inference.values import Item, Origin, Value
    from keraslint.pairing import Call, Feed, ModelKind


@dataclass(frozen=True)
class ModelSeen:
    """A model as it stood at an event; ``inputs``, ``outputs`` and ``compiled`` are snapshots."""

    origin: Origin
    kind: ModelKind
    outputs: Value
    compiled: Value | None
    custom: str | None = None
    outputs_at: Origin | None = None
    inputs: Value | None = None


@dataclass(frozen=True)
class CompileEvent:
    """A model was compiled."""

    model: ModelSeen
    origin: Origin
    given: tuple[tuple[str, bool], ...]
    expected: bool = False


@dataclass(frozen=True)
class DataEvent:
    """A model was given data: the arguments as they were, None where not given.

    ``batch`` is what one step of a generator, ``PyDataset`` or dataset gives; ``expected`` says that the
    program expects an error there, as a test does.
    """

    model: ModelSeen
    call: Call
    origin: Origin
    given: tuple[tuple[str, bool], ...]
    targets: Item | None = None
    sample_weight: Item | None = None
    class_weight: Origin | None = None
    feed: Feed = "arrays"
    validation: bool = False
    batch: Item | None = None
    expected: bool = False
    inputs: Item | None = None


How: TypeAlias = Literal[
    "unpack",
    "index",
    "iterate",
    "zip metrics_names",
    "index metrics_names",
    "zip",
    "unpack values",
    "index values",
    "zip values",
    "index outputs",
    "zip outputs",
    "index details",
]


@dataclass(frozen=True)
class UseEvent:
    """A result of a model was taken apart; ``source`` is the call that gave it.

    ``values`` stands for those of a dict of predictions, without its keys, ``outputs`` for the model's
    symbolic ones, which are no result, ``details`` for those of a converted model; ``names`` are those that a
    zip brings together with it.
    """

    model: ModelSeen
    call: Call
    source: Origin
    how: How
    origin: Origin
    given: tuple[tuple[str, bool], ...]
    count: int | None = None
    index: int | None = None
    names: tuple[str, ...] | None = None


@dataclass(frozen=True)
class MonitorEvent:
    """A log was named: by a callback, or as a key of a history; ``source`` is the ``fit`` it belongs to.

    ``mode`` is ``auto`` where none was given, None where it is not known; ``in_path`` says that
    the path of a checkpoint names the log, as in ``{val_loss:.2f}.keras``.
    """

    source: Origin
    key: str
    origin: Origin
    callback: str | None = None
    mode: str | None = None
    in_path: bool = False


@dataclass(frozen=True)
class OldEvent:
    """Something was called as Keras 3 does not have it.

    ``name`` is a method that is gone, an argument of ``compile`` that is gone, ``compiled_loss`` or
    ``compiled_metrics`` in a step of training of the program's own, ``save as h5`` for a
    model that is saved in that format, ``loss without keys`` for a loss of
    similarity that is given keys it does not take (no model has a part in that), ``Model`` for a model made
    of ``input=`` and ``output=``, ``inputs`` for one made of the sorted ``inputs`` of another, ``values`` for
    inputs or outputs of a model that are the values of a dict, ``compile`` for metrics as the third
    positional argument; ``origin`` is the call or the attribute, of ``compile``, ``inputs`` and ``values``
    that argument.
    """

    model: ModelSeen
    name: str
    origin: Origin


@dataclass(frozen=True)
class Sighting:
    """An expression that is a model, made at ``model``, or what its ``call`` returned.

    ``heads`` are the names of the outputs that it was made with, None where these are not known; ``entry`` is
    where the first of several was put into its container.
    """

    origin: Origin
    model: Origin
    call: Call | None = None
    heads: tuple[str | None, ...] | None = None
    entry: Origin | None = None


@dataclass(frozen=True)
class Unseen:
    """A call that looks like training on something that is not known to be a model."""

    origin: Origin
    reason: str


Event: TypeAlias = Union[CompileEvent, DataEvent, UseEvent, MonitorEvent, OldEvent, Unseen]
