"""What only a run can show: the findings of the runtime check that no rule of the linter makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.findings import Finding, Severity

if TYPE_CHECKING:
    from keraslint.findings import Location


@dataclass(frozen=True)
class Kind:
    """One kind of finding; ``summary`` is a sentence for the documentation."""

    code: str
    name: str
    severity: Severity
    summary: str

    def at(self, location: Location, message: str, severity: Severity | None = None) -> Finding:
        """A finding of this kind."""
        return Finding(self.code, self.name, severity or self.severity, message, location)


_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

REJECTED = Kind("KER150", "rejected", _ERROR, "Keras raises on these arguments.")
ONE_TARGET = Kind("KER151", "one-target-for-several-heads", _ERROR, "One target trains several heads.")
UNUSED_TARGETS = Kind("KER152", "unused-targets", _WARNING, "A target that no loss and no metric reads.")
EXCHANGED = Kind("KER250", "exchanged", _ERROR, "A head gets an entry that was written for another.")
EXCHANGED_INPUTS = Kind("KER251", "exchanged-inputs", _ERROR, "An input gets the data of another.")
SWAPPED_TARGETS = Kind(
    "KER252", "swapped-looking-targets", _WARNING, "Targets fit their heads only in another order."
)
UNTRAINED = Kind("KER350", "untrained", _ERROR, "A loss was written for a head and is not computed.")
NO_LOSS = Kind("KER351", "head-without-loss", _INFO, "A head that no loss and no metric reaches.")
SHARED_METRIC = Kind("KER352", "shared-metric", _ERROR, "One metric object is used for several heads.")
BROADCAST = Kind(
    "KER353", "accidental-broadcast", _ERROR, "Target and output differ in shape and are broadcast."
)
ACTIVATION = Kind("KER354", "loss-and-activation", _WARNING, "A loss does not fit the head's activation.")
SIGMOID_MSE = Kind(
    "KER355", "squared-error-of-a-sigmoid", _INFO, "Labels 0 and 1 are fitted by a squared error."
)
LABELS = Kind("KER356", "labels-outside-the-classes", _ERROR, "A label is no class of the head.")
FORM = Kind("KER357", "labels-in-another-form", _ERROR, "One-hot labels for a sparse loss, or the reverse.")
VALIDATION = Kind(
    "KER450", "validation-differs", _WARNING, "Validation data are structured otherwise than training data."
)
NAMES_ORDER = Kind(
    "KER650", "zipped-sorted-names", _WARNING, "Sorted names of a dict model are zipped with something else."
)
METRICS_NAMES = Kind(
    "KER604", "zipped-metrics-names", _ERROR, "metrics_names are zipped, and are in another order."
)
UNKNOWN_LOG = Kind("KER701", "unknown-log", _WARNING, "A callback watches a log that will not exist.")
UNPROVEN = Kind("KER950", "unproven", _ERROR, "Keras logs other numbers than its pairing explains.")

KINDS: tuple[Kind, ...] = tuple(value for value in dict(globals()).values() if isinstance(value, Kind))
"""Every kind, in the order of the table above."""
