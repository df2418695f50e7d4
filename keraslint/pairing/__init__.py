"""What Keras does with a request: the executable specification."""

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
    Rejected,
    Request,
    Term,
    Token,
    Undecided,
    Unseen,
    Verdict,
)
from keraslint.pairing.versions import NEWEST, Version, parse

__all__ = [
    "ABSENT", "NEWEST", "UNSEEN", "Absent", "Backend", "By", "Call", "Fault", "Feed", "Metric", "ModelKind",
    "Outputs", "Paired", "Part", "Rejected", "Request", "Term", "Token", "Undecided", "Unseen", "Verdict",
    "Version", "pair", "parse",
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
