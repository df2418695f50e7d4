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


def pair(request: Request, version: Version | str = NEWEST, backend: Backend = "tensorflow") -> Verdict:
    """What a version of Keras on a backend does with a request."""
    version = parse(version) if isinstance(version, str) else version
    if version.major == 2:  # noqa: PLR2004 - Keras 2 is its name
        from keraslint.pairing import keras2  # noqa: PLC0415 - a linter run for Keras 3 does not load it

        return keras2.pair(request)
    from keraslint.pairing import keras3  # noqa: PLC0415 - likewise

    return keras3.pair(request, version, backend)
