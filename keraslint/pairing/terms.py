"""Terms: a loss, its head, its target and its weights enter as nests, a ``Term`` that names their paths
leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from keraslint.pairing.builtin import is_builtin_loss, is_object
from keraslint.pairing.model import By, Fault, Term
from keraslint.pairing.refusal import RefusedError
from keraslint.pairing.structure import Nest, Opaque, Spot, has_dict, is_nested, items, mark, origin, spots
from keraslint.pairing.trees import MismatchError

if TYPE_CHECKING:
    from keraslint.pairing.model import Backend
    from keraslint.pairing.trees import Trees
    from keraslint.tree import Path


@dataclass(frozen=True)
class Computed:
    """The terms of the total loss, and the names under which Keras logs losses, dead ones included."""

    terms: list[Term]
    logs: list[str]


@dataclass(frozen=True)
class Given:
    """What one loss function is given, and the path by which Keras found it."""

    path: Path
    head: Nest
    target: Nest
    loss: Spot
    weight: Nest
    sample_weight: Nest
    backend: Backend
    trees: Trees

    def term(self, outputs: Nest, log: str | None) -> Term:
        """The term, or what the loss function raises; ``outputs`` is the whole tree."""
        self._check_target(outputs)
        if is_builtin_loss(self.loss.token):
            check_one_tensor(self.head, Fault.LOSS_STRUCTURE, "L44")
        if not is_object(self.loss.token):
            self._check_alike()
        only = len(list(islice(spots(outputs), 2))) == 1
        natural = _natural(self.path)
        return Term(
            head=origin(self.head) or (),
            target=origin(self.target),
            loss=self.loss.path,
            weight=origin(self.weight),
            sample_weight=origin(self.sample_weight),
            loss_by=By.ONLY if only else self.loss.by or natural,
            target_by=By.ONLY if only else mark(self.target) or natural,
            weight_by=_by(self.weight, natural, only=only),
            sample_weight_by=_by(self.sample_weight, natural, only=only),
            log=log,
        )

    def _check_target(self, outputs: Nest) -> None:
        # y_true = tree.map_structure(lambda x: ops.convert_to_tensor(x, dtype=self.dtype), y_true)
        for target in self.trees.flatten(self.target):
            if isinstance(target, str):
                raise self._text(target, outputs)
            if target is None:
                raise no_tensor(self.backend, "L46")

    def _text(self, target: str, outputs: Nest) -> RefusedError:
        fault = Fault.TARGETS_KEYS if is_nested(outputs) else Fault.TARGETS_STRUCTURE
        if self.backend == "tensorflow":  # tf.convert_to_tensor raises an error of its own
            message = f"Expected float32, but got {target} of type 'str'."
            return RefusedError(fault, "TypeError", message, "L43")
        return RefusedError(fault, "ValueError", f"could not convert string to float: {target!r}", "L43")

    def _check_alike(self) -> None:
        """L47: Keras's wrapper around a function takes a target in the structure of its head."""
        # y_true_y_pred = tree.map_structure(squeeze_or_expand_to_same_rank, y_true, y_pred)
        try:
            self.trees.assert_same_structure(self.target, self.head)
        except MismatchError as error:
            raise RefusedError(Fault.TARGETS_STRUCTURE, "ValueError", str(error), "L47") from error


def check_is_loss(loss: Nest) -> None:
    """L10: a container that TensorFlow's tracking has made a leaf is taken for a loss, and is none."""
    # raise ValueError(f"Could not interpret loss identifier: {identifier}")
    if isinstance(loss, Opaque):
        message = f"Could not interpret loss identifier: what was given at {loss.path}"
        raise RefusedError(Fault.LOSS_STRUCTURE, "ValueError", message, "L10")


def no_tensor(backend: Backend, clause: str) -> RefusedError:
    """L46, M34: a target None is no tensor; JAX up to 0.4 made NaN of it, which trains nothing either."""
    message = "None is not a valid value for jnp.array" if backend == "jax" else "None values not supported."
    return RefusedError(Fault.TARGETS_MISSING, "ValueError", message, clause)


def check_one_tensor(head: Nest, fault: Fault, clause: str) -> None:
    """A built-in loss or metric cannot make one tensor of a dict, nor of a ragged list; a user's own may
    (L44).
    """
    # y_pred = ops.convert_to_tensor(y_pred)
    if is_nested(head) and (has_dict(head) or len({is_nested(part) for _, part in items(head)}) > 1):
        message = f"Unexpected input type for array: {type(head)}"
        raise RefusedError(fault, "TypeError", message, clause)


def _natural(path: Path) -> By:
    """What pairs two trees of one structure: the keys of dicts, the positions of lists."""
    if not path:
        return By.ONLY
    return By.POSITION if isinstance(path[-1], int) else By.NAME


def _by(structure: Nest, natural: By, *, only: bool) -> By | None:
    if structure is None:
        return None
    return By.ONLY if only else mark(structure) or natural
