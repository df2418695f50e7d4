"""What an expression may be: the values that the interpreter computes with, and the objects they refer to.

Values are frozen. What can be changed in place (lists, dicts, instances, models) lies in the heap of a
``State`` and is referred to by ``Ref``. What is not understood is ``Unknown`` with its reason.
"""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass, field
from types import EllipsisType
from typing import NamedTuple, TypeAlias, Union

from keraslint.pairing import Call, Feed, ModelKind
from keraslint.tree import Key, Kind


class Origin(NamedTuple):
    """Where something was written: lines from 1, columns in UTF-8 bytes from 0, as ``ast`` counts them.

    ``document`` is the number of the document in its project. Of this and of ``Item`` there are hundreds of
    thousands; a frozen dataclass takes three times as long to make.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    document: int = 0


MAX_KEY = 160
"""Characters of a key."""


@dataclass(frozen=True)
class Unknown:
    """Not understood. Two unknowns with one ``key`` are the same value, so that conditions on it agree."""

    reason: str
    key: str = ""

    def __post_init__(self) -> None:
        """Keep keys short, which are made of each other: a long one is replaced by its digest."""
        if len(self.key) > MAX_KEY:
            digest = hashlib.blake2b(self.key.encode(), digest_size=12).hexdigest()
            object.__setattr__(self, "key", f"~{digest}")


Constant: TypeAlias = Union[str, bytes, int, float, complex, bool, EllipsisType, None]


@dataclass(frozen=True)
class Const:
    """A string, bytes, number, boolean, ``None`` or ``...``."""

    value: Constant


@dataclass(frozen=True)
class Choice:
    """``then`` where the condition holds, ``other`` where not; equal ``test`` means equal condition."""

    test: str
    text: str
    then: Value
    other: Value
    size: int = field(init=False, compare=False)
    tests: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Count the alternatives and collect the conditions, once: both are asked for at every merge."""
        size, tests = 2, frozenset((self.test,))
        if isinstance(self.then, Choice):
            size, tests = size - 1 + self.then.size, tests | self.then.tests
        if isinstance(self.other, Choice):
            size, tests = size - 1 + self.other.size, tests | self.other.tests
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "tests", tests)


class Item(NamedTuple):
    """An element of a container: its value, and the expression that put it there."""

    value: Value
    origin: Origin


@dataclass(frozen=True)
class Tuple:
    """A tuple; ``rest`` says why there may be further items."""

    items: tuple[Item, ...]
    rest: Unknown | None = None


@dataclass(frozen=True)
class Ref:
    """Refers to an object of the heap."""

    address: int


@dataclass(frozen=True)
class Tensor:
    """A symbolic tensor: the output of a layer. ``name`` is the layer's, None where Keras makes it up or it
    is not known; ``by`` is the layer, or what a function stands for, where that is known.
    """

    name: str | None
    origin: Origin
    by: Made | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Array:
    """One array or tensor of data, whatever is in it; ``by`` is the function that made it, if it is known."""

    origin: Origin
    by: Made | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Symbol:
    """Something imported from outside, by its canonical dotted name (``keras.layers.Dense``)."""

    name: str


@dataclass(frozen=True)
class Made:
    """What calling a symbol gave and nothing more is known of: a layer, a loss, a metric, a callback.

    ``plain`` says that a layer has one output; ``options`` are the arguments that are constants, ``function``
    is what a ``Lambda`` layer calls.
    """

    symbol: str
    name: str | None
    origin: Origin
    plain: bool = True
    options: tuple[tuple[str, Constant], ...] = ()
    function: Value | None = None


@dataclass(frozen=True)
class Function:
    """A function of the program, the frame that it was defined in and, for a method, what it is bound to."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    frame: int
    bound: Value | None = None
    owner: Class | None = None


@dataclass(frozen=True)
class Partial:
    """``functools.partial(function, *positional, **keywords)``."""

    function: Value
    positional: tuple[Item, ...] = ()
    keywords: tuple[tuple[str, Item], ...] = ()


@dataclass(frozen=True)
class Class:
    """A class of the program."""

    node: ast.ClassDef
    frame: int
    bases: tuple[Value, ...]
    origin: Origin
    attributes: tuple[tuple[str, Value], ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Super:
    """``super()`` inside a method of ``owner`` bound to ``bound``."""

    owner: Class
    bound: Value


@dataclass(frozen=True)
class Method:
    """An attribute that is called: ``receiver.name``."""

    receiver: Value
    name: str


@dataclass(frozen=True)
class Result:
    """What ``predict``, ``evaluate``, ... of a model returned."""

    call: Call
    model: Ref
    node: ast.expr = field(compare=False)
    origin: Origin
    as_dict: bool = False


@dataclass(frozen=True)
class Values:
    """``model.predict(x).values()``, or a list of them: predictions without their keys."""

    result: Result


@dataclass(frozen=True)
class History:
    """What ``fit`` returned, or its ``history`` dict."""

    origin: Origin
    is_dict: bool = False


@dataclass(frozen=True)
class Batches:
    """A source of batches: a generator, a ``PyDataset``, a ``tf.data.Dataset``; ``element`` is one batch."""

    feed: Feed
    element: Value
    origin: Origin


@dataclass(frozen=True)
class MetricsNames:
    """``model.metrics_names``, ``enumerate`` of them, or a place among them: of ``name``, of any if None."""

    model: Ref
    step: str = "names"
    name: str | None = None


@dataclass(frozen=True)
class Converted:
    """A model on its way to TensorFlow Lite: its converter, the file, its interpreter, its outputs."""

    step: str
    model: Ref
    origin: Origin


@dataclass(frozen=True)
class Module:
    """A module of the project, by the path of its file; it is run when something of it is wanted."""

    path: str


@dataclass(frozen=True)
class Imported:
    """A name that was imported from a module of the project."""

    path: str
    name: str


@dataclass(frozen=True)
class Snapshot:
    """A container as it was when a call took it, with nothing left to change in it.

    ``rest`` says why there may be further items, ``several`` what these are like.
    """

    kind: Kind
    items: tuple[tuple[Key, Item], ...]
    rest: Unknown | None = None
    several: Item | None = None


@dataclass(frozen=True)
class Compiled:
    """A ``compile`` call: its arguments as they were when it ran, None where not given; ``by_path`` says that
    the losses were given by dot path.
    """

    origin: Origin
    loss: Item | None = None
    loss_weights: Item | None = None
    metrics: Item | None = None
    weighted_metrics: Item | None = None
    by_path: bool = False


@dataclass(frozen=True)
class ByPath:
    """Losses of ``keraslint.losses`` by dot path, and their weights, as they were when it was made."""

    losses: Value
    weights: Value | None
    origin: Origin


Value: TypeAlias = Union[
    Unknown,
    Const,
    Choice,
    Tuple,
    Ref,
    Tensor,
    Array,
    Symbol,
    Made,
    Function,
    Partial,
    Class,
    Super,
    Method,
    Result,
    Values,
    History,
    Batches,
    MetricsNames,
    Converted,
    Module,
    Imported,
    Snapshot,
    Compiled,
    ByPath,
]


@dataclass(frozen=True)
class List:
    """A list; ``rest`` says why there may be further items, ``several`` is one of these, if it was seen.

    ``outputs_of`` is the model whose ``outputs`` it is, ``sorted_of`` the one whose sorted ``inputs``.
    """

    items: tuple[Item, ...] = ()
    rest: Unknown | None = None
    several: Item | None = None
    outputs_of: Ref | None = None
    sorted_of: Ref | None = None


@dataclass(frozen=True)
class Dict:
    """A dict in written order; ``rest`` says why there may be more; ``result`` that a model returned it."""

    items: tuple[tuple[Const, Item], ...] = ()
    rest: Unknown | None = None
    ordered: bool = False
    result: Result | None = None

    def get(self, key: Const) -> Item | None:
        """The item at ``key``."""
        return next((item for known, item in self.items if known.value == key.value), None)


@dataclass(frozen=True)
class Instance:
    """An instance of a class of the program; ``name`` is the ``name=`` it was made with."""

    cls: Class
    attributes: tuple[tuple[str, Value], ...] = ()
    name: str | None = None


@dataclass(frozen=True)
class Model:
    """A Keras model.

    ``outputs`` is None for a subclassed model, whose ``call`` gives them; ``inputs`` are those that a
    functional one was made with; ``layers`` are those of a
    Sequential; ``compiled`` is a ``Compiled``, a ``Choice`` of them, an ``Unknown``, or None before
    ``compile``; ``custom`` says why its training is not Keras's own.
    """

    kind: ModelKind
    origin: Origin
    outputs: Value | None = None
    name: str | None = None
    outputs_at: Origin | None = None
    compiled: Value | None = None
    cls: Class | None = None
    attributes: tuple[tuple[str, Value], ...] = ()
    layers: tuple[Value, ...] = ()
    custom: str | None = None
    inputs: Value | None = None


@dataclass(frozen=True)
class Branched:
    """A list or dict that was changed on one of two paths."""

    test: str
    text: str
    then: Container
    other: Container


Container: TypeAlias = Union[List, Dict, Branched]
Object: TypeAlias = Union[Container, Instance, Model]
