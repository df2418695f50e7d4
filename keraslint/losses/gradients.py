"""Diagnosis: the gradient of every term of a ``NestedLoss`` for one batch, their lengths and their angles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from keraslint.losses.differentiation import differentiate
from keraslint.losses.explain import table
from keraslint.losses.nested import NestedLoss
from keraslint.losses.state import evaluating
from keraslint.losses.surgery import gram

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class TermGradients:
    """What ``gradients`` found; ``print`` shows it as a table.

    ``keys`` are those of the logs; ``values`` the loss values, ``weights`` the weights and ``norms`` the
    Euclidean norms of the unweighted gradients, shape ``(terms,)`` each; ``cosines`` those of the angles
    between all pairs, shape ``(terms, terms)``, NaN where a gradient is zero.
    """

    keys: tuple[str, ...]
    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    norms: NDArray[np.float64]
    cosines: NDArray[np.float64]

    def __str__(self) -> str:
        """A row a term: value, weight, norm, and its cosine with every term; -1 is straight conflict."""
        titles = ["term", "value", "weight", "norm", *(f"cos {key}" for key in self.keys)]
        numbers = np.column_stack([self.values, self.weights, self.norms, self.cosines])
        rows = zip(self.keys, numbers, strict=True)
        return "\n".join(table([titles, *([key, *(f"{number:.4g}" for number in row)] for key, row in rows)]))


def gradients(
    model: Any,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    loss: NestedLoss | None = None,
    layer: str | None = None,
) -> TermGradients:
    """The gradients of all terms by the trainable variables of ``model`` for one batch, in inference mode.

    ``x``, ``y`` and ``sample_weight`` are as for ``fit``, one batch of them. ``loss`` defaults to the
    ``NestedLoss`` that the model is compiled with. ``layer`` names the layer whose variables are looked at
    (usually the last that the terms share); None takes all of the model. Nothing is trained. Raises
    ``ValueError`` where there is no ``NestedLoss`` or no such layer, ``PathError`` where the loss does not
    fit.
    """
    nested = loss or compiled_loss(model)
    x, y, sample_weight = (keras.tree.map_structure(_tensor, each) for each in (x, y, sample_weight))
    model(x, training=False)  # a subclassed model has no variables before
    variables = (model if layer is None else model.get_layer(layer)).trainable_variables

    def forward() -> tuple[list[Any], None]:
        values = nested.values(y, model(x, training=False), sample_weight)
        return [ops.cast(value, "float32") for value in values], None

    nested.build()
    with evaluating():
        found = differentiate(forward, variables)
    products = np.asarray(ops.convert_to_numpy(gram(found.gradients)), "float64")
    norms = np.sqrt(np.diagonal(products))
    with np.errstate(invalid="ignore", divide="ignore"):
        cosines = products / np.outer(norms, norms)
    values = ops.convert_to_numpy(ops.stop_gradient(ops.stack(found.scalars)))
    weights = np.array(list(nested.term_weights(values).values()))
    return TermGradients(nested.log_keys, np.asarray(values, "float64"), weights, norms, cosines)


def _tensor(leaf: Any) -> Any:
    return None if leaf is None else ops.convert_to_tensor(leaf)


def compiled_loss(model: Any) -> NestedLoss:
    """The ``NestedLoss`` that a model is compiled with. Raises ``ValueError`` where it is none."""
    compiled = getattr(model, "_nested", None)
    found = compiled.loss if compiled is not None else getattr(model, "loss", None)
    if not isinstance(found, NestedLoss):
        msg = "The model is not compiled with a NestedLoss: give one, gradients(..., loss=NestedLoss({...}))."
        raise ValueError(msg)  # noqa: TRY004 - the model is right, its compile call is not
    return found
