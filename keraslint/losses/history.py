"""A callback that records terms, weights and gradients over the epochs of ``fit``, and plots them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from keraslint.losses.gradients import TermGradients, compiled_loss, gradients

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PANELS = (
    ("terms", "loss value, unweighted"),
    ("weights", "weight"),
    ("norms", "norm of the gradient"),
    ("cosines", "cosine of gradients"),
)


class TermHistory(keras.callbacks.Callback):  # type: ignore[misc]
    """Records every epoch what the terms of a ``NestedLoss`` did; ``plot`` draws it.

    Args:
        probe: one batch ``(x, y)`` or ``(x, y, sample_weight)`` on which the gradients of the terms are
            taken at the end of each epoch; without it there are none.
        layer: the name of the layer whose gradients are looked at, as in ``gradients``.

    ``epochs`` is a list of numbers; ``terms``, ``weights``, ``norms`` and ``cosines`` are dicts from names
    (keys of the logs; ``"a_loss, b_loss"`` for a pair) to a list with one number an epoch. Of a plain
    ``keras.Model`` the terms are known after ``log_terms(model)``.
    """

    def __init__(self, probe: tuple[Any, ...] | None = None, layer: str | None = None) -> None:
        super().__init__()
        self.probe = probe
        self.layer = layer
        self.epochs: list[int] = []
        self.terms: dict[str, list[float]] = {}
        self.weights: dict[str, list[float]] = {}
        self.norms: dict[str, list[float]] = {}
        self.cosines: dict[str, list[float]] = {}

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Record one epoch."""
        nested = compiled_loss(self.model)
        self.epochs.append(epoch)
        known = logs or {}
        values = {key: float(known.get(key, np.nan)) for key in nested.log_keys}
        _append(self.terms, values)
        _append(self.weights, nested.term_weights(list(values.values())))
        if self.probe is not None:
            found = gradients(self.model, *self.probe, layer=self.layer)
            _append(self.norms, dict(zip(found.keys, found.norms.tolist(), strict=True)))
            _append(self.cosines, _pairs(found))

    def plot(self, path: str | Path | None = None) -> Any:
        """Terms, weights and, with a probe, gradients over the epochs, as a matplotlib figure.

        Written to ``path`` where one is given, in the format of its ending. Raises ``ImportError`` where
        matplotlib is missing, ``ValueError`` before the first epoch.
        """
        if not self.epochs:
            msg = "Nothing is recorded yet: give the callback to fit first."
            raise ValueError(msg)
        figure = _figure()
        panels = [(title, getattr(self, name)) for name, title in PANELS if getattr(self, name)]
        for index, (title, series) in enumerate(panels):
            axes = figure.add_subplot(len(panels), 1, index + 1)
            for key, numbers in series.items():
                axes.plot(self.epochs, numbers, marker=".", label=key)
            axes.set_ylabel(title)
            axes.grid(alpha=0.3)
            axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize="small")
        axes.set_xlabel("epoch")
        figure.set_size_inches(9, 2.6 * len(panels))
        if path is not None:
            figure.savefig(path, dpi=120)
        return figure


def _figure() -> Any:
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra that training does not need
    except ImportError as error:
        msg = "plot needs matplotlib: pip install 'keraslint[plot]'."
        raise ImportError(msg) from error
    return Figure(layout="constrained")


def _append(series: dict[str, list[float]], numbers: Mapping[str, float]) -> None:
    for key, number in numbers.items():
        series.setdefault(key, []).append(number)


def _pairs(found: TermGradients) -> dict[str, float]:
    return {
        f"{one}, {other}": float(found.cosines[first, second])
        for first, one in enumerate(found.keys)
        for second, other in enumerate(found.keys)
        if first < second
    }
