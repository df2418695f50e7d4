"""What Keras does with outputs, losses, weights, metrics, targets and sample weights: an executable
specification.

Theory of operation. A ``Request`` says what was written; ``pair`` says what a version of Keras on a backend
does with it: it pairs the parts head by head (``Paired``), it raises (``Rejected``), or what it does hangs on
something that the request does not show (``Undecided``). Nothing of Keras is run.

The modules mirror Keras's own functions on trees of *spots* (``structure``): a spot is a leaf that remembers
where it was written. A spot is flattened, packed, zipped and looked up as Keras does it with a tensor, and
what comes out at the end is read off: which paths met, and what brought them together (``By``). So the
clauses can be read beside the lines of Keras that stand above them, and a new release is a new module or
none. They are numbered, and ``clauses`` has the table: since when, until when, and the recorded case that
shows it.

==============  ==========================================================================================
versions        BOUNDARIES: where the pairing changed
trees           ``keras.tree``: what flattening and packing do to dicts, in four dialects
batches, feeds  what the data adapters refuse, and make of targets and sample weights               F
inputs          which data each input of a functional model gets                                  I
keras3          the order of events: outputs, ``compile``, batch, losses, metrics, logs, ``predict``  O C J
targets_37      losses since 3.7: targets take the structure of the outputs                         T
losses_37       ... losses and weights are packed into the outputs                                  L
walk_37         ... and walked by their paths                                                       L
losses_35       3.5, 3.6: everything is flattened and zipped                                        R
losses_30       up to 3.4: dicts by output names, lists by position                                 Q
metrics_314     metrics since 3.14                                                                  M
metrics_30      metrics up to 3.13                                                                  M
terms, logs     what a loss function is given, and what ``history`` and ``evaluate`` show         L G
keras2          Keras 2 (tf.keras), in modules of its own                                           K2
==============  ==========================================================================================

Every verdict says with which clauses it was reached. ``predicted`` says what ``predict`` returns,
``refused_parts`` what no generator may give.

The specification is held against real Keras three ways: a record of thousands of cases on sixteen releases
and three backends (``fixtures/conformance``, ``python -m keraslint.pairing --agreement``), a case for each
clause, and generated requests that train on whatever Keras is installed (``python -m tests.pairing``).

It does not know: shapes and dtypes; what a user's own loss or metric makes of what it is given; ``add_loss``;
whether the first call was ``fit`` or ``evaluate`` (which matters in 3.6 alone, R16).
"""

from __future__ import annotations

from keraslint.pairing.model import (
    ABSENT,
    UNSEEN,
    Absent,
    Backend,
    By,
    Call,
    Fault,
    Feed,
    Metric,
    ModelKind,
    Outputs,
    Paired,
    Part,
    RefusedPart,
    Rejected,
    Request,
    Term,
    Token,
    Undecided,
    Unseen,
    Verdict,
)
from keraslint.pairing.versions import NEWEST, Version, parse
from keraslint.tree import Path, Tree

__all__ = [
    "ABSENT",
    "NEWEST",
    "UNSEEN",
    "Absent",
    "Backend",
    "By",
    "Call",
    "Fault",
    "Feed",
    "Metric",
    "ModelKind",
    "Outputs",
    "Paired",
    "Part",
    "RefusedPart",
    "Rejected",
    "Request",
    "Term",
    "Token",
    "Undecided",
    "Unseen",
    "Verdict",
    "Version",
    "pair",
    "parse",
    "predicted",
    "refused_parts",
]

KERAS_2 = 2


def pair(request: Request, version: Version | str = NEWEST, backend: Backend = "tensorflow") -> Verdict:
    """What a version of Keras on a backend does with a request."""
    version = parse(version) if isinstance(version, str) else version
    # Imported late: a run for one Keras does not load the clauses of the other.
    if version.major == KERAS_2:
        from keraslint.pairing.keras2 import pair as pair_2  # noqa: PLC0415

        return pair_2(request, version)
    from keraslint.pairing.keras3 import pair as pair_3  # noqa: PLC0415

    return pair_3(request, version, backend)


def predicted(
    request: Request, version: Version | str = NEWEST, backend: Backend = "tensorflow"
) -> Tree[Path | None] | None:
    """What ``predict`` returns: a tree with the path of a head at each leaf; None where no model is built."""
    version = parse(version) if isinstance(version, str) else version
    if version.major == KERAS_2:
        from keraslint.pairing.keras2 import predicted as predicted_2  # noqa: PLC0415

        return predicted_2(request)
    from keraslint.pairing.keras3 import predicted as predicted_3  # noqa: PLC0415

    return predicted_3(request, version, backend)


def refused_parts(
    batch: Tree[Token], feed: Feed, version: Version | str = NEWEST, backend: Backend = "tensorflow"
) -> tuple[RefusedPart, ...]:
    """The parts of a generator's or ``PyDataset``'s batch that Keras does not take, whatever the model is."""
    version = parse(version) if isinstance(version, str) else version
    if version.major == KERAS_2:
        return ()
    from keraslint.pairing.batches import refused_parts as refused_parts_3  # noqa: PLC0415

    return tuple(refused_parts_3(batch, feed, version, backend))
