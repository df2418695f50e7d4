"""The words of ``pairing``: a request (what was written) and a verdict (what Keras does with it).

All values are frozen. Parts are named by their paths in the trees that were written, so that a rule or
a table can point back at the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias, Union

from keraslint.tree import Path, Tree


@dataclass(frozen=True)
class Unseen:
    """A part that was given but cannot be read; ``pair`` lets it mirror the outputs and says so."""

    reason: str = ""


@dataclass(frozen=True)
class Absent:
    """A part that was not given."""


UNSEEN = Unseen()
ABSENT = Absent()

ModelKind: TypeAlias = Literal["functional", "sequential", "subclass"]
Call: TypeAlias = Literal["compile", "fit", "evaluate", "train_on_batch", "test_on_batch", "predict"]
Feed: TypeAlias = Literal["arrays", "generator", "py_dataset", "dataset"]
Backend: TypeAlias = Literal["tensorflow", "jax", "torch"]

# A leaf of outputs is the name of the layer that produces the head, None where it has or shows none.
Outputs: TypeAlias = Tree[Union[str, None]]
# A leaf of the other trees is what was written there (the loss's name, the number, the target's text);
# None is a written ``None``.
Token: TypeAlias = Union[str, float, int, None]
Part: TypeAlias = Union[Tree[Token], Unseen, Absent]


@dataclass(frozen=True)
class Request:
    """Everything that decides a pairing. ``call="compile"`` asks without data: targets mirror the outputs.
    ``batch`` is what a generator or ``PyDataset`` puts inputs, targets and sample weights into, ``entries``
    how many entries that has where it has more. ``inputs`` are the names of a functional model's inputs as it
    was made, ``data`` what it is given for them.
    """

    outputs: Outputs
    kind: ModelKind = "functional"
    loss: Part = ABSENT
    loss_weights: Part = ABSENT
    metrics: Part = ABSENT
    weighted_metrics: Part = ABSENT
    call: Call = "compile"
    targets: Part = UNSEEN
    sample_weight: Part = ABSENT
    class_weight: bool = False
    feed: Feed = "arrays"
    inputs: Outputs | Absent = ABSENT
    data: Part = ABSENT
    batch: Literal["tuple", "list"] = "tuple"
    entries: int = 3


class By(Enum):
    """What paired two things."""

    NAME = "name"
    POSITION = "position"
    SORTED = "sorted position"
    BROADCAST = "broadcast"
    ONLY = "only one"


class Fault(Enum):
    """What a rejected request has wrong; rules dispatch on it."""

    OUTPUTS = "outputs"
    LOSS_STRUCTURE = "loss structure"
    LOSS_COUNT = "loss count"
    LOSS_KEYS = "loss keys"
    WEIGHTS_STRUCTURE = "loss_weights structure"
    WEIGHTS_COUNT = "loss_weights count"
    WEIGHTS_KEYS = "loss_weights keys"
    WEIGHTS_TYPE = "loss_weights type"
    METRICS_STRUCTURE = "metrics structure"
    METRICS_COUNT = "metrics count"
    METRICS_KEYS = "metrics keys"
    TARGETS_MISSING = "targets missing"
    TARGETS_STRUCTURE = "targets structure"
    TARGETS_KEYS = "targets keys"
    INPUTS = "inputs"
    SAMPLE_WEIGHT = "sample_weight"
    CLASS_WEIGHT = "class_weight"
    FEED = "feed"


@dataclass(frozen=True)
class Term:
    """One term of the total loss: paths into outputs and into each written tree.

    ``loss`` is the path of the loss in the loss tree (``()`` for one loss broadcast to every head);
    ``target``, ``weight`` and ``sample_weight`` are None where nothing was given for the head.
    ``head`` and ``target`` may lead to a branch: a loss of a whole subtree. ``log`` is the key under which
    this term alone is logged, None where Keras logs the total only; ``log_weighted`` whether with its weight.
    """

    head: Path
    target: Path | None
    loss: Path
    weight: Path | None = None
    sample_weight: Path | None = None
    loss_by: By = By.ONLY
    target_by: By = By.ONLY
    weight_by: By | None = None
    sample_weight_by: By | None = None
    log: str | None = None
    log_weighted: bool = False


@dataclass(frozen=True)
class Metric:
    """One metric: computed from ``head`` and ``target``; ``metric`` is its path in its tree, ``log`` its key
    in the logs and ``name`` its own name, without the output's.
    """

    head: Path
    target: Path | None
    metric: Path
    by: By
    weighted: bool = False
    sample_weight: Path | None = None
    log: str = ""
    name: str = ""


@dataclass(frozen=True)
class Paired:
    """Keras accepts the request. Heads that no term names are not trained.

    ``logs`` are the keys of ``history`` (without ``val_``) in Keras's order, ``evaluate`` the order of the
    list that ``evaluate`` returns, ``metrics_names`` what ``model.metrics_names`` holds by then. ``assumed``
    names the parts that were unseen and taken to mirror the outputs. ``inputs`` has the data of each input,
    as far as the request says what both are.
    """

    terms: tuple[Term, ...]
    metrics: tuple[Metric, ...] = ()
    logs: tuple[str, ...] = ()
    evaluate: tuple[str, ...] = ()
    metrics_names: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    inputs: tuple[tuple[Path, Path], ...] = ()


@dataclass(frozen=True)
class Rejected:
    """Keras raises: at which call, which error; ``clauses`` says by which lines of Keras."""

    call: str
    error: str
    message: str
    fault: Fault
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class RefusedPart:
    """A part of a batch that Keras does not take, by its path in the batch, for what it is or holds."""

    path: Path
    found: Literal["list", "number", "entries"]
    error: str
    message: str
    clause: str


@dataclass(frozen=True)
class Undecided:
    """The specification does not say, and why."""

    reason: str


Verdict: TypeAlias = Union[Paired, Rejected, Undecided]
