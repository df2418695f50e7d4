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
    """A release that paired otherwise than the one before it, and the source of that knowledge: the file
    below keras/src, and the pull requests, or commits where there was none, of keras-team/keras or
    keras-team/keras-core.
    """

    since: Version
    change: str
    source: str
    pulls: str


BOUNDARIES: tuple[Boundary, ...] = (
    Boundary(
        Version(3, 0, 0),
        "a list of metrics has one entry for each output; class weights need a single output",
        "trainers/compile_utils.py, CompileMetrics; data_adapters/array_data_adapter.py",
        "keras-core#362",
    ),
    Boundary(
        Version(3, 1, 0),
        "dicts are flattened by optree: an OrderedDict as it was written, and packed by sorted keys",
        "utils/tree.py",
        "#19306",
    ),
    Boundary(
        Version(3, 2, 0),
        "evaluate returns metrics of one output in the order in which they were compiled",
        "trainers/trainer.py, Trainer._flatten_metrics_in_order",
        "#19370",
    ),
    Boundary(
        Version(3, 3, 0),
        "one loss weight may be a float",
        "trainers/compile_utils.py, CompileLoss.__init__",
        "4919ea1702",
    ),
    Boundary(
        Version(3, 4, 0),
        "the outputs of a functional model may be nested",
        "models/functional.py, Functional.__init__",
        "8cb1829d1e",
    ),
    Boundary(
        Version(3, 5, 0),
        "losses, weights and targets are flattened, dicts by sorted keys; each output's loss is logged",
        "trainers/compile_utils.py, CompileLoss.build and call",
        "#20015, #20023",
    ),
    Boundary(
        Version(3, 6, 0),
        "a dict may leave out losses; TensorFlow forgets it in the step that it traces first",
        "trainers/compile_utils.py, CompileLoss._filter_unused_inputs",
        "#20161, #20296",
    ),
    Boundary(
        Version(3, 7, 0),
        "losses are found by their paths; each output's loss is logged without its weight",
        "trainers/compile_utils.py, CompileLoss._build_nested",
        "#20358, #20476, #20477, #20478, 1e8426b2f5",
    ),
    Boundary(
        Version(3, 8, 0),
        "optree packs, too: an OrderedDict as written, a dict of targets that does not fit by its keys",
        "tree/optree_impl.py",
        "#20481",
    ),
    Boundary(
        Version(3, 12, 0),
        "metrics go by the keys of a dict of outputs; None is accepted among arrays; torch has its own trees",
        "trainers/compile_utils.py, CompileMetrics.build; data_adapters; tree/torchtree_impl.py",
        "#21694, #21548, #21661",
    ),
    Boundary(
        Version(3, 14, 0),
        "metrics may be nested; a dict of targets is read by sorted keys, whatever the outputs are called",
        "trainers/compile_utils.py, CompileMetrics",
        "#22308",
    ),
    Boundary(
        Version(3, 14, 1),
        "metrics read a dict of targets by the names of the outputs again",
        "trainers/compile_utils.py, CompileMetrics._flatten_y",
        "#22663, #22846",
    ),
)
"""The releases at which the pairing changed. Each change stands in the source of that release, in the file
named (below keras/src), and not in that of the release before it.
"""
