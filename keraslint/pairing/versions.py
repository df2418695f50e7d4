"""Keras releases: a version enters as text and leaves as a value that compares; no release is run or read
here.

``BOUNDARIES`` says at which releases the pairing changed, and where in Keras each change can be read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# "3.14" means the newest release of that series; no series of Keras has had this many patches.
_NEWEST_PATCH = 1_000_000
_PATTERN = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, order=True)
class Version:
    """A release of Keras; ``Version(2, ...)`` is tf.keras. Without a patch it is the newest of its series."""

    major: int
    minor: int
    patch: int = _NEWEST_PATCH

    def __str__(self) -> str:
        """As Keras writes it: 3.15.1, or 3.15 where the patch is left open."""
        series = f"{self.major}.{self.minor}"
        return series if self.patch == _NEWEST_PATCH else f"{series}.{self.patch}"


def parse(text: str) -> Version:
    """Read "3.15", "3.15.1" or "2.15"; a suffix such as "rc0" or ".dev1" is passed over."""
    match = _PATTERN.match(text.strip())
    if match is None:
        message = f"not a Keras version: {text!r}"
        raise ValueError(message)
    major, minor, patch = match.groups()
    return Version(int(major), int(minor), _NEWEST_PATCH if patch is None else int(patch))


NEWEST = parse("3.15")
"""The newest release that the specification was held against; later ones are taken to pair alike."""


@dataclass(frozen=True)
class Boundary:
    """A release that paired otherwise than the one before it, and the source of that knowledge."""

    since: Version
    change: str
    source: str


BOUNDARIES: tuple[Boundary, ...] = (
    Boundary(
        Version(3, 0, 0),
        "a list of metrics has one entry for each output; class_weight needs a single output",
        "trainers/compile_utils.py, CompileMetrics._build_metrics_set",
    ),
    Boundary(
        Version(3, 4, 0),
        "outputs may be nested; a dict of outputs need not be a dict of KerasTensors",
        "models/functional.py, Functional.__init__",
    ),
    Boundary(
        Version(3, 5, 0),
        "CompileLoss flattens losses, weights and targets: a dict for list outputs goes by sorted keys; "
        "each output's loss is logged",
        "trainers/compile_utils.py, CompileLoss.build and call",
    ),
    Boundary(
        Version(3, 7, 0),
        "losses are found by their paths (_build_nested); each output's loss is logged without its weight",
        "trainers/compile_utils.py, CompileLoss._build_nested",
    ),
    Boundary(
        Version(3, 8, 0),
        "a dict of targets that does not fit is packed as a sequence of its keys",
        "trainers/compile_utils.py, CompileLoss.call",
    ),
    Boundary(
        Version(3, 12, 0),
        "metrics of dict outputs are keyed by the dict's keys; None is accepted among the targets",
        "trainers/compile_utils.py, CompileMetrics.build; data_adapters/data_adapter_utils.py",
    ),
    Boundary(
        Version(3, 14, 0),
        "metrics may be nested; metrics of list outputs lose the order of the output names",
        "trainers/compile_utils.py, CompileMetrics",
    ),
    Boundary(
        Version(3, 14, 1),
        "metrics, targets and outputs are flattened in one order again",
        "trainers/compile_utils.py, CompileMetrics._flatten_y",
    ),
)
