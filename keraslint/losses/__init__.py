"""Losses for use inside a training program; this room and ``runtime`` alone import Keras.

Losses, targets, sample weights and outputs enter by dot paths; one total for the optimizer leaves, and each
term by itself for the logs. With outputs ``{"class": ..., "detection": {"bbox": ..., "confidence": ...}}``::

    from keraslint.losses import Model, NestedLoss

    def overlap(y_true, y_pred):  # the whole subtree of targets and outputs
        error = keras.ops.mean(keras.ops.abs(y_true["bbox"] - y_pred["bbox"]), axis=-1)
        return error * y_true["confidence"][:, 0]

    model = Model(inputs, outputs)  # or keras.Model from Keras 3.7 on, with log_terms(model)
    model.compile("adam", loss=NestedLoss(
        {"class": "categorical_crossentropy", "detection": overlap,
         "detection.bbox": "huber", "detection.confidence": "binary_crossentropy"},
        weights={"detection.bbox": 2.0}))
    history = model.fit(x, y).history  # "loss", "class_loss", "detection_loss", "detection.bbox_loss", ...
"""

from keraslint.losses.balancing import (
    DynamicWeightAverage,
    LargestTerm,
    RandomWeights,
    UncertaintyWeights,
)
from keraslint.losses.combined import Maximum, WeightedMean
from keraslint.losses.conditional import Masked, Where
from keraslint.losses.embeddings import (
    CircleLoss,
    ContrastiveLoss,
    MultiSimilarityLoss,
    NTXent,
    TripletLoss,
)
from keraslint.losses.gradients import TermGradients, gradients
from keraslint.losses.history import TermHistory
from keraslint.losses.logs import TermLogs, log_terms
from keraslint.losses.memory import CrossBatchMemory
from keraslint.losses.models import Functional, Model, NestedLossMixin, Sequential
from keraslint.losses.nested import NestedLoss
from keraslint.losses.paths import PathError
from keraslint.losses.schedules import Alternating, Schedule
from keraslint.losses.several import MultiLoss, PartLoss
from keraslint.losses.state import evaluating
from keraslint.losses.surgery import GradNorm, PCGrad
from keraslint.losses.weighting import Weighting

__all__ = [
    "Alternating",
    "CircleLoss",
    "ContrastiveLoss",
    "CrossBatchMemory",
    "DynamicWeightAverage",
    "Functional",
    "GradNorm",
    "LargestTerm",
    "Masked",
    "Maximum",
    "Model",
    "MultiLoss",
    "MultiSimilarityLoss",
    "NTXent",
    "NestedLoss",
    "NestedLossMixin",
    "PCGrad",
    "PartLoss",
    "PathError",
    "RandomWeights",
    "Schedule",
    "Sequential",
    "TermGradients",
    "TermHistory",
    "TermLogs",
    "TripletLoss",
    "UncertaintyWeights",
    "WeightedMean",
    "Weighting",
    "Where",
    "evaluating",
    "gradients",
    "log_terms",
]
