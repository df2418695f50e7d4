"""How a nested loss is walked from Keras 3.7 on: outputs, targets and weighed losses enter, flat losses with
their paths leave. Mirrors ``CompileLoss._build_nested``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from keraslint.pairing.builtin import loss_name
from keraslint.pairing.model import By, Fault
from keraslint.pairing.refusal import RefusedError
from keraslint.pairing.structure import Nest, child, has_mapping, is_nested, items, marked_if_not
from keraslint.pairing.terms import check_is_loss

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.pairing.clauses import Trail
    from keraslint.pairing.structure import Spot
    from keraslint.pairing.trees import Trees
    from keraslint.tree import Key, Path

_EITHER = "either the model's output (`y_pred`) or in the labels (`y_true`)"


@dataclass(frozen=True)
class Weighted:
    """Keras's ``WeightedLoss``: a leaf of the losses with its weight."""

    loss: Spot
    weight: Nest

    def marked(self, by: By) -> Weighted:
        """The same loss and weight, put where they are by ``by`` unless something else has."""
        return Weighted(replace(self.loss, by=self.loss.by or by), marked_if_not(self.weight, by))


@dataclass(frozen=True)
class FlatLoss:
    """Keras's ``CompileLoss.Loss``: a loss at a path of the outputs."""

    path: Path
    weighted: Weighted
    name: str


@dataclass(frozen=True)
class Walk:
    """Walks losses, outputs and targets together."""

    trees: Trees
    trail: Trail

    def flat_losses(
        self,
        targets: Nest,
        outputs: Nest,
        loss: Nest,
        names: Nest,
        path: Path,
    ) -> Iterator[FlatLoss]:
        """One call of ``_build_nested``."""
        if isinstance(loss, (list, tuple)):
            # all([not tree.is_nested(_loss) for _loss in loss]) and len(loss) == len(flat_y_pred)
            if not any(map(is_nested, loss)) and len(loss) == len(self.trees.flatten(outputs)):
                loss = self._packed(outputs, loss)
            # not isinstance(y_pred, type(loss))
            elif not isinstance(outputs, type(loss)):
                yield from self._all_on_one(targets, outputs, loss, names, path)
                return
        # if not tree.is_nested(loss): ...
        if not is_nested(loss):
            yield self._flat_loss(loss, names, path)
            return
        # if not isinstance(loss, type(y_pred)): raise KeyError
        if not isinstance(loss, type(outputs)):
            fault = Fault.LOSS_KEYS if isinstance(loss, dict) else Fault.LOSS_STRUCTURE
            raise _not_found(fault, path, "the model's output (`y_pred`)", "L52")
        yield from self._children(targets, outputs, loss, names, path)

    def _packed(self, outputs: Nest, loss: Sequence[Nest]) -> Nest:
        """L50: a flat list with a loss for each leaf goes by the flattened outputs, a dict's keys sorted."""
        self.trail.met("L50")
        by = By.ONLY if len(loss) == 1 else By.SORTED if has_mapping(outputs) else By.POSITION
        flat = [one.marked(by) if isinstance(one, Weighted) else None for one in loss]
        # loss = tree.pack_sequence_as(y_pred, loss)
        return self.trees.pack_sequence_as(outputs, flat)

    def _all_on_one(
        self,
        targets: Nest,
        outputs: Nest,
        loss: Sequence[Nest],
        names: Nest,
        path: Path,
    ) -> Iterator[FlatLoss]:
        """L51: a list that does not fit gives each of its losses the whole of what stands here."""
        self.trail.met("L51")
        # for _loss in loss: self._build_nested(y_true, y_pred, _loss, output_names, current_path)
        for one in loss:
            yield from self.flat_losses(targets, outputs, one, names, path)

    def _children(
        self, targets: Nest, outputs: Nest, loss: Nest, names: Nest, path: Path
    ) -> Iterator[FlatLoss]:
        """L53: a loss at a key or index gets what stands there; what has no loss is not trained."""
        for key, one in items(loss):
            # if _loss is None: continue
            if one is None:
                continue
            # if not key_check_fn(key, (y_true, y_pred)): raise KeyError
            if not _has(outputs, key, like=loss):
                fault = Fault.LOSS_KEYS if isinstance(loss, dict) else Fault.LOSS_COUNT
                raise _not_found(fault, (*path, key), _EITHER, "L53")
            if not _has(targets, key, like=loss):
                fault = Fault.TARGETS_MISSING if targets is None else Fault.TARGETS_STRUCTURE
                raise _not_found(fault, (*path, key), _EITHER, "L53")
            self.trail.met("L53")
            inner = child(targets, key), child(outputs, key), one, child(names, key)
            yield from self.flat_losses(*inner, (*path, key))

    def _flat_loss(self, loss: Nest, names: Nest, path: Path) -> FlatLoss:
        # _loss = loss.loss
        if not isinstance(loss, Weighted):
            message = "'NoneType' object has no attribute 'loss'"
            raise RefusedError(Fault.LOSS_COUNT, "AttributeError", message, "L54")
        check_is_loss(loss.loss)
        return FlatLoss(path, loss, self._name(loss, names, path))

    def _name(self, loss: Weighted, names: Nest, path: Path) -> str:
        """L55: a loss is logged by its path; an index at its end is replaced by the output's name, or the
        loss's.
        """
        parts = list(path)
        if not is_nested(names):
            # output_name = output_names if output_names is not None else resolved_loss.name
            name = loss_name(loss.loss.token) if names is None else str(names)
            # if len(name_path) == 0: (output_name,) elif isinstance(name_path[-1], int): [:-1] +
            # (output_name,)
            if not parts or isinstance(parts[-1], int):
                parts[-1:] = [name]
        # name = "/".join([str(path) for path in name_path]); if name == "": "_".join(flat_output_names)
        return "/".join(str(part) for part in parts) or self._joined(names)

    def _joined(self, names: Nest) -> str:
        # list(output_names.keys()) if isinstance(output_names, dict) else tree.flatten(output_names)
        flat = list(names) if isinstance(names, dict) else self.trees.flatten(names)
        found = [name for name in flat if isinstance(name, str)]
        if len(found) < len(flat):
            message = "sequence item 0: expected str instance, NoneType found"
            raise RefusedError(Fault.LOSS_STRUCTURE, "TypeError", message, "L55")
        return "_".join(found)


def _has(structure: Nest, key: Key, *, like: Nest) -> bool:
    """``isinstance(obj, dict) and key in obj``, or ``key < len(obj)`` for a list's index."""
    if isinstance(like, dict):
        return isinstance(structure, dict) and key in structure
    return isinstance(structure, (list, tuple)) and cast("int", key) < len(structure)


def _not_found(fault: Fault, path: Path, place: str, clause: str) -> RefusedError:
    message = f"The path: {path} in the `loss` argument, can't be found in {place}."
    return RefusedError(fault, "KeyError", message, clause)
