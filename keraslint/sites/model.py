"""The words of ``sites``: what was written at a compile call and at one data call that it governs.

Each part is a tree whose leaves know their text and place, or a reason why it could not be read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, Union

from keraslint.findings import Location
from keraslint.pairing import Call, Feed, ModelKind
from keraslint.tree import Path, Tree

if TYPE_CHECKING:
    from keraslint.inference.events import How
    from keraslint.pairing.versions import Version
    from keraslint.sites.sources import Sources


@dataclass(frozen=True)
class Maker:
    """What made a value: a class or function by its canonical name, and its constant arguments by name."""

    symbol: str
    options: tuple[tuple[str, object], ...] = ()

    def option(self, name: str) -> object:
        """An argument; None where it is not given, ``...`` where it is no constant."""
        return dict(self.options).get(name)


@dataclass(frozen=True)
class Written:
    """A leaf: ``name`` is the layer's name in outputs, the loss's or metric's elsewhere, None if unknown;
    ``value`` is a literal number or string, ``made`` the call that made a tensor or metric, ``maker`` the
    class or function that made it, ``takes`` what a loss function takes out of its prediction.
    """

    text: str
    location: Location
    name: str | None = None
    value: float | int | str | None = None
    is_none: bool = False
    made: Location | None = field(default=None, compare=False, repr=False)
    takes: tuple[str | int, ...] = field(default=(), compare=False, repr=False)
    maker: Maker | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Given:
    """A part that was read. ``location`` is the expression that was passed; ``entries`` are those that put
    each branch and leaf below it into its container.
    """

    tree: Tree[Written]
    location: Location
    entries: tuple[tuple[Path, Location], ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class Unread:
    """A part that was given but could not be read; ``partly`` is what is known of it."""

    reason: str
    location: Location
    partly: Tree[Written] | None = None


@dataclass(frozen=True)
class NotGiven:
    """A part that was not given."""


NOT_GIVEN = NotGiven()
SitePart: TypeAlias = Union[Given, Unread, NotGiven]


@dataclass(frozen=True)
class CompileCall:
    """``compile(...)``: its place and its parts; ``by_path`` says that the losses were given by dot path."""

    location: Location
    loss: SitePart = NOT_GIVEN
    loss_weights: SitePart = NOT_GIVEN
    metrics: SitePart = NOT_GIVEN
    weighted_metrics: SitePart = NOT_GIVEN
    by_path: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class DataCall:
    """``fit``, ``evaluate``, ...; validation data of a fit is an ``evaluate`` with ``validation``.

    ``batch`` is what one step of a generator, ``PyDataset`` or dataset gives, as it was written there; its
    containers may be open. ``class_weight_at`` is where class weights were passed, ``inputs`` the data that
    the model is called on.
    """

    call: Call
    location: Location
    targets: SitePart = NOT_GIVEN
    sample_weight: SitePart = NOT_GIVEN
    class_weight: bool = False
    feed: Feed = "arrays"
    validation: bool = False
    batch: SitePart = NOT_GIVEN
    class_weight_at: Location | None = field(default=None, compare=False, kw_only=True)
    inputs: SitePart = field(default=NOT_GIVEN, kw_only=True)


@dataclass(frozen=True)
class ResultUse:
    """What the program does with a result: unpacks it into ``count`` targets, picks ``index``, zips it with
    ``names``, ... With ``values`` it is what a dict of predictions holds, without its keys, with ``outputs``
    the model's symbolic outputs, with ``details`` those of the model converted for TensorFlow Lite.
    """

    call: Call
    how: How
    location: Location
    count: int | None = None
    index: int | None = None
    names: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Monitor:
    """A log that the program names: the ``monitor`` of a ``callback``, or a key of a history.

    ``mode`` is that of the callback, ``auto`` where none was given, None where it is not known; ``in_path``
    says that the path of the callback names it.
    """

    key: str
    location: Location
    callback: str | None = None
    mode: str | None = None
    in_path: bool = False


@dataclass(frozen=True)
class OldCall:
    """A method, an attribute or an argument of ``compile`` that Keras 3 does not have, or ``Model`` and
    ``compile`` as it does not take their arguments: a model made of ``input=`` and ``output=``, of the
    values of a dict or of the sorted inputs of another, metrics as the third positional argument.
    """

    name: str
    location: Location


@dataclass(frozen=True)
class Trace:
    """A place where a model stands that was made at ``model``, or what a ``call`` of it returned.

    ``heads`` are the names of its outputs as it was made, None where these are not known; ``entry`` is where
    the first of several was put into its container.
    """

    location: Location
    model: Location
    call: Call | None = None
    heads: tuple[str | None, ...] | None = None
    entry: Location | None = None


@dataclass(frozen=True)
class TrainingSite:
    """One model, the compile call in force, and one data call or the uses of its results.

    ``given`` holds the conditions under which this alternative is the one that runs, as source text
    (``bidir``, ``not bidir``). ``model`` is where the model was made. ``evidence`` says what the number
    of outputs was taken from, where the outputs themselves could not be read; ``unread`` says why.
    ``doubtful`` says that some condition is on what a call returned: the alternative may be none that ever
    runs. ``expected`` says that the program expects an error at this call, as a test does. ``sources`` are
    the documents, for whoever writes fixes. ``inputs`` are those that a functional model was made with,
    ``version`` is the Keras that the site is being judged for.
    """

    model: Location
    kind: ModelKind
    outputs: SitePart
    compiled: CompileCall | None = None
    data: DataCall | None = None
    uses: tuple[ResultUse, ...] = ()
    given: tuple[str, ...] = ()
    monitors: tuple[Monitor, ...] = ()
    old_calls: tuple[OldCall, ...] = ()
    evidence: str | None = None
    unread: str = field(default="", kw_only=True, compare=False)
    doubtful: bool = False
    expected: bool = False
    sources: Sources | None = field(default=None, compare=False, repr=False)
    inputs: SitePart = field(default=NOT_GIVEN, kw_only=True)
    version: Version | None = field(default=None, compare=False)
