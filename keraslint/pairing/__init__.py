"""What Keras does with a request: the executable specification."""

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

__all__ = [
    "ABSENT", "UNSEEN", "Absent", "Backend", "By", "Call", "Fault", "Feed", "Metric", "ModelKind",
    "Outputs", "Paired", "Part", "Rejected", "Request", "Term", "Token", "Undecided", "Unseen", "Verdict",
]
