"""Losses for use inside a training program; this room and ``runtime`` alone import Keras.

Losses, targets, sample weights and outputs enter by dot paths; one total for the optimizer leaves, and each
term by itself for the logs.
"""

from keraslint.losses.conditional import Masked, Where
from keraslint.losses.embeddings import (
    CircleLoss,
    ContrastiveLoss,
    MultiSimilarityLoss,
    NTXent,
    TripletLoss,
)
from keraslint.losses.logs import TermLogs, log_terms
from keraslint.losses.models import Functional, Model, NestedLossMixin, Sequential
from keraslint.losses.nested import NestedLoss
from keraslint.losses.paths import PathError
from keraslint.losses.several import MultiLoss, PartLoss

__all__ = [
    "CircleLoss",
    "ContrastiveLoss",
    "Functional",
    "Masked",
    "Model",
    "MultiLoss",
    "MultiSimilarityLoss",
    "NTXent",
    "NestedLoss",
    "NestedLossMixin",
    "PartLoss",
    "PathError",
    "Sequential",
    "TermLogs",
    "TripletLoss",
    "Where",
    "log_terms",
]
