"""Losses of similarity and what they are paired with: a site and its verdict enter, heads and targets leave.

What each loss wants is what its documentation says: keras/src/losses/losses.py, ``circle`` ("ground truth
labels in integer format", "L2 normalized embeddings"); keraslint/losses/similarity.py; tensorflow_addons,
triplet.py ("1-D integer") and metric_learning.py, ``angular_distance``, which normalises by itself;
tensorflow_similarity, distances/cosine.py ("expected to be normalized").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.sites.model import CompileCall, Given, Maker
from keraslint.tree import Leaf, at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.pairing import Paired, Term
    from keraslint.sites.model import SitePart, TrainingSite, Written
    from keraslint.tree import Path

KERAS = frozenset({"keras.losses.Circle", "keras.losses.circle"})
OURS = frozenset(
    f"keraslint.losses.{name}"
    for name in ("CircleLoss", "NTXent", "ContrastiveLoss", "TripletLoss", "MultiSimilarityLoss")
)
ADDONS = frozenset({
    "tensorflow_addons.losses.TripletSemiHardLoss", "tensorflow_addons.losses.TripletHardLoss",
    "tensorflow_addons.losses.triplet_semihard_loss", "tensorflow_addons.losses.triplet_hard_loss",
})  # fmt: skip
BY_DISTANCE = frozenset(
    f"tensorflow_similarity.losses.{name}"
    for name in ("CircleLoss", "MultiSimilarityLoss", "TripletLoss", "PNLoss")
)
"""Whose ``distance`` is ``cosine`` unless another is given."""

ALL = KERAS | OURS | ADDONS | BY_DISTANCE
BY_NAME = {"circle": "keras.losses.Circle", "Circle": "keras.losses.Circle"}

# Layers whose output has any length: those that only move, pool or drop numbers, and affine ones.
ANY_LENGTH = frozenset({
    "Dense", "Conv1D", "Conv2D", "Conv3D", "Flatten", "GlobalAveragePooling1D", "GlobalAveragePooling2D",
    "GlobalMaxPooling1D", "GlobalMaxPooling2D", "Dropout", "ReLU", "LeakyReLU", "PReLU", "BatchNormalization",
    "LSTM", "GRU", "Concatenate", "Reshape", "Activation",
})  # fmt: skip
PLAIN = frozenset(
    {None, "linear", "relu", "tanh", "sigmoid", "elu", "selu", "gelu", "leaky_relu", "swish", "silu"}
)
ONE_HOT = frozenset({"to_categorical", "one_hot"})


@dataclass(frozen=True)
class Embedded:
    """A loss of similarity, the head it is computed from, and the target it is given, where it is known."""

    loss: Written
    maker: Maker
    outputs: Given
    head: Path
    output: Written
    target: Written | None

    @property
    def is_softmax(self) -> bool:
        """Whether the head ends in a softmax."""
        maker = self.output.maker
        return maker is not None and (
            maker.option("activation") == "softmax" or _last(maker) in {"Softmax", "softmax"}
        )

    @property
    def is_of_any_length(self) -> bool:
        """Whether the head comes from a layer of Keras that does not normalise."""
        maker = self.output.maker
        return (
            maker is not None
            and maker.symbol.startswith("keras.layers.")
            and _last(maker) in ANY_LENGTH
            and maker.option("activation") in PLAIN
        )

    @property
    def wants_unit_length(self) -> bool:
        """Whether the loss takes products of embeddings for cosines."""
        if self.maker.symbol in BY_DISTANCE:
            return self.maker.option("distance") in {None, "cosine"}
        return self.maker.symbol not in ADDONS  # Euclidean, or they normalise

    @property
    def has_one_hot_labels(self) -> bool:
        """Whether the targets were made by a function that makes one-hot labels."""
        return (
            self.target is not None and self.target.maker is not None and _last(self.target.maker) in ONE_HOT
        )


def embedded(site: TrainingSite, verdict: Paired) -> Iterator[Embedded]:
    """Each head that a loss of similarity is computed from."""
    match site.outputs, site.compiled:
        case Given() as outputs, CompileCall(loss=Given() as losses):
            for term in verdict.terms:
                loss, output = _leaf(losses, term.loss), _leaf(outputs, term.head)
                maker = None if loss is None else _maker(loss)
                if loss is not None and output is not None and maker is not None and maker.symbol in ALL:
                    yield Embedded(loss, maker, outputs, term.head, output, _target(site, term))


def _target(site: TrainingSite, term: Term) -> Written | None:
    return None if site.data is None or term.target is None else _leaf(site.data.targets, term.target)


def _leaf(part: SitePart, path: Path) -> Written | None:
    leaf = at(part.tree, path) if isinstance(part, Given) else None
    return leaf.value if isinstance(leaf, Leaf) else None


def _maker(loss: Written) -> Maker | None:
    if isinstance(loss.value, str):
        return Maker(BY_NAME[loss.value]) if loss.value in BY_NAME else None
    return loss.maker


def _last(maker: Maker) -> str:
    return maker.symbol.rpartition(".")[2]
