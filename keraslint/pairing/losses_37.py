"""Losses from Keras 3.7 on: outputs, targets, losses and weights enter as nests, terms leave.

Mirrors ``CompileLoss`` of keras/src/trainers/compile_utils.py, whose lines are quoted above the clauses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

from keraslint.pairing.builtin import is_builtin_loss, loss_name
from keraslint.pairing.model import By, Fault, Term
from keraslint.pairing.refusal import RefusedError, UnknownError
from keraslint.pairing.structure import (
    MismatchError,
    Nest,
    Spot,
    assert_same_structure,
    entries,
    flatten,
    has_mapping,
    have_same_paths,
    is_nested,
    mapped,
    marked,
    origin,
    pack_sequence_as,
    shown,
    spots,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from keraslint.tree import Path

Names: TypeAlias = "list[str | None] | None"


@dataclass(frozen=True)
class Weighted:
    """Keras's ``WeightedLoss``: a leaf of the losses with its weight."""

    loss: Spot
    weight: Nest


@dataclass(frozen=True)
class FlatLoss:
    """Keras's ``CompileLoss.Loss``: a loss at a path of the outputs as Keras holds them."""

    path: Path
    weighted: Weighted
    name: str


@dataclass(frozen=True)
class Computed:
    """The terms of the total loss, and the names under which Keras logs losses, dead ones included."""

    terms: list[Term]
    logs: list[str]


@dataclass(frozen=True)
class Losses:
    """``compile``'s losses and weights with the names of the outputs; ``None`` where Keras knows none."""

    loss: Nest
    weights: Nest
    names: Names

    def computed(self, outputs: Nest, targets: Nest, sample_weight: Nest) -> Computed:
        """``CompileLoss.call``."""
        # if not tree.is_nested(y_true) and not tree.is_nested(y_pred):
        single = not is_nested(targets) and not is_nested(outputs)
        if not single:
            targets = self._aligned(targets, outputs)
        flat = self._build(targets, outputs)
        # Add `Mean` metric to the tracker for each loss: if len(self._flat_losses) > 1
        logged = len(flat) > 1
        terms = [_term(loss, targets, outputs, sample_weight, logged=logged and not single) for loss in flat]
        logs = [f"{loss.name}_loss" for loss in flat] if logged else []
        if not single:
            return Computed(terms, logs)
        # Fast path: single output case / no loss-tracking metric: return loss_values[0]
        if not terms:
            raise RefusedError(Fault.LOSS_COUNT, "IndexError", "list index out of range", "L41")
        return Computed(terms[:1], logs)

    # -- L10: the targets take the structure of the outputs -------------------------------------------

    def _aligned(self, targets: Nest, outputs: Nest) -> Nest:
        # try: tree.assert_same_structure(y_pred, y_true)
        try:
            assert_same_structure(outputs, targets)
        except MismatchError:
            return self._repacked(targets, outputs)
        return targets

    def _repacked(self, targets: Nest, outputs: Nest) -> Nest:
        # if not tree.is_nested(y_true) and hasattr(y_pred, "__len__") and len(y_pred) == 1: y_true = [y_true]
        if not is_nested(targets) and is_nested(outputs) and len(cast("Sequence[Nest]", outputs)) == 1:
            targets = [targets]
        # elif isinstance(y_pred, (list, tuple)) and isinstance(y_true, dict):
        elif isinstance(outputs, (list, tuple)) and isinstance(targets, dict):
            targets = self._by_output_names(targets)
        # try: y_true = tree.pack_sequence_as(y_pred, y_true)
        try:
            return pack_sequence_as(outputs, _ordered(outputs, targets))
        except MismatchError:
            pass
        # tree.assert_same_paths(y_true, y_pred); y_true = tree.pack_sequence_as(y_pred, tree.flatten(y_true))
        if have_same_paths(targets, outputs):
            return pack_sequence_as(outputs, flatten(targets))
        return self._for_given_losses(targets, outputs)

    def _by_output_names(self, targets: dict[str | int, Nest]) -> Nest:
        # if set(self.output_names) == set(y_true.keys()): y_true = [y_true[name] for name in self.output_names]
        if self.names is None:
            raise RefusedError(
                Fault.TARGETS_STRUCTURE, "TypeError", "'NoneType' object is not iterable", "L11",
            )
        if self._named(targets):
            return [marked(targets[name], By.NAME) for name in cast("list[str]", self.names)]
        return targets

    def _named(self, keyed: dict[str | int, Nest]) -> bool:
        """``set(output_names) == set(keys)``, where the names are known."""
        names = set(self.names or ())
        if None in names and len(names - {None} - set(keyed)) == 0:
            number = (self.names or []).index(None)
            message = f"the name of output {number} is not known"
            raise UnknownError(message)
        return names == set(keyed)

    def _for_given_losses(self, targets: Nest, outputs: Nest) -> Nest:
        # Check case where loss is partially defined over y_pred
        flat_losses = flatten(self.loss)
        given = [index for index, loss in enumerate(flat_losses) if loss is not None]
        flat_targets = flatten(targets)
        if len(flat_targets) != len(given):
            raise _different(targets, outputs)
        packed: list[Nest] = [None] * len(flat_losses)
        for target, index in zip(flat_targets, given, strict=True):
            packed[index] = target
        by = By.SORTED if has_mapping(self.loss) or has_mapping(targets) else By.POSITION
        return marked(pack_sequence_as(self.loss, packed), By.ONLY if len(given) == 1 else by)

    # -- L20: losses take the structure of the outputs ------------------------------------------------

    def _build(self, targets: Nest, outputs: Nest) -> list[FlatLoss]:
        """``CompileLoss.build``."""
        loss, weights = self._listed_by_name(outputs)
        weighted = _weighed(loss, weights)
        self._check_nameless(weighted, outputs)
        names = self._output_names(outputs)
        # if not tree.is_nested(loss): loss = tree.map_structure(lambda x: loss, y_pred)
        if not is_nested(weighted):
            by = By.BROADCAST if len(flatten(outputs)) > 1 else By.ONLY
            weighted = mapped(lambda _: _weighted_marked(weighted, by), outputs)
        return list(_nested(targets, outputs, weighted, names, ()))

    def _listed_by_name(self, outputs: Nest) -> tuple[Nest, Nest]:
        # if self.output_names and isinstance(self._user_loss, dict) and not isinstance(y_pred, dict):
        if not (self.names and isinstance(self.loss, dict) and not isinstance(outputs, dict)):
            return self.loss, self.weights
        # if set(self.output_names) == set(self._user_loss.keys()):
        if not self._named(self.loss):
            message = f"Expected keys {self.names} in loss dict, but found loss.keys()={list(self.loss)}"
            raise RefusedError(Fault.LOSS_KEYS, "ValueError", message, "L21")
        names = cast("list[str]", self.names)
        loss = [marked(self.loss[name], By.NAME) for name in names]
        # if isinstance(self._user_loss_weights, dict): [self._user_loss_weights[name] for name in ...]
        if not isinstance(self.weights, dict):
            return loss, self.weights
        missing = [name for name in names if name not in self.weights]
        if missing:
            raise RefusedError(Fault.WEIGHTS_KEYS, "KeyError", repr(missing[0]), "L22")
        return loss, [marked(self.weights[name], By.NAME) for name in names]

    def _check_nameless(self, loss: Nest, outputs: Nest) -> None:
        # isinstance(loss, dict) and ... set(loss.keys()) == set(flat_output_names)
        if self.names is None and isinstance(loss, dict) and not isinstance(outputs, dict):
            raise RefusedError(Fault.LOSS_KEYS, "TypeError", "'NoneType' object is not iterable", "L23")

    def _output_names(self, outputs: Nest) -> Nest:
        # try: output_names = tree.pack_sequence_as(y_pred, flat_output_names)
        # except: ... [None] * len(flat_y_pred)
        try:
            return pack_sequence_as(outputs, self.names)
        except MismatchError:
            return mapped(lambda _: None, outputs)


def _ordered(outputs: Nest, targets: Nest) -> Nest:
    """Mark what ``pack_sequence_as`` pairs by position, or by the sorted keys of a dict."""
    if not isinstance(targets, (list, tuple)):
        return targets
    by = By.SORTED if has_mapping(outputs) else By.POSITION
    return [_unless_marked(target, by) for target in targets]


def _unless_marked(structure: Nest, by: By) -> Nest:
    return mapped(lambda leaf: leaf.marked(leaf.by or by) if isinstance(leaf, Spot) else leaf, structure)


def _weighted_marked(weighted: Nest, by: By) -> Nest:
    if not isinstance(weighted, Weighted):
        return weighted
    weight = weighted.weight.marked(by) if isinstance(weighted.weight, Spot) else weighted.weight
    return Weighted(weighted.loss.marked(by), weight)


def _different(targets: Nest, outputs: Nest) -> RefusedError:
    message = f"y_true and y_pred have different structures.\ny_true: {shown(targets)}\ny_pred: {shown(outputs)}"
    fault = Fault.TARGETS_STRUCTURE
    if targets is None:
        fault = Fault.TARGETS_MISSING
    elif isinstance(targets, dict) and isinstance(outputs, dict):
        fault = Fault.TARGETS_KEYS
    return RefusedError(fault, "ValueError", message, "L12")


def _weighed(loss: Nest, weights: Nest) -> Nest:
    """Pack the losses and the weights together (L30)."""
    if weights is None:
        return mapped(lambda leaf: Weighted(leaf, None) if isinstance(leaf, Spot) else None, loss)
    # try: tree.assert_same_structure(loss, loss_weights)
    try:
        assert_same_structure(loss, weights)
    except MismatchError:
        weights = _packed_weights(loss, weights)
    flat = zip(flatten(loss), _flat_like(loss, weights), strict=True)
    return pack_sequence_as(
        loss, [Weighted(one, weight) if isinstance(one, Spot) else None for one, weight in flat],
    ) if is_nested(loss) else Weighted(cast("Spot", loss), weights)


def _flat_like(loss: Nest, weights: Nest) -> list[Nest]:
    """The weights in the order of the losses: an OrderedDict of one may stand beside a dict of the other."""
    if not is_nested(loss):
        return [weights]
    if isinstance(loss, dict) and isinstance(weights, dict):
        ordered = [(loss[key], weights[key]) for key, _ in entries(loss)]
        return [leaf for one, weight in ordered for leaf in _flat_like(one, weight)]
    return [
        leaf
        for (_, one), (_, weight) in zip(entries(loss), entries(weights), strict=True)
        for leaf in _flat_like(one, weight)
    ]


def _packed_weights(loss: Nest, weights: Nest) -> Nest:
    flat = flatten(weights)
    count = len(flatten(loss))
    # if len(tree.flatten(loss)) != len(flat_loss_weights): raise ValueError(... len(loss_weights) ...)
    if count != len(flat):
        if not is_nested(weights):
            raise RefusedError(
                Fault.WEIGHTS_STRUCTURE, "TypeError", "object of type 'float' has no len()", "L31",
            )
        given = len(cast("Sequence[Nest]", weights))
        message = f"`loss_weights` must match the number of losses, got {count} losses and {given} weights."
        raise RefusedError(Fault.WEIGHTS_COUNT, "ValueError", message, "L31")
    # loss_weights = tree.pack_sequence_as(loss, flat_loss_weights)
    by = By.SORTED if has_mapping(loss) or has_mapping(weights) else By.POSITION
    return pack_sequence_as(loss, [_unless_marked(weight, by) for weight in flat])


def _nested(targets: Nest, outputs: Nest, loss: Nest, names: Nest, path: Path) -> Iterator[FlatLoss]:
    """``CompileLoss._build_nested`` (L24)."""
    # if not tree.is_nested(loss): _loss = loss.loss
    if not is_nested(loss):
        yield _flat_loss(loss, names, path)
        return
    flat = flatten(outputs)
    if isinstance(loss, (list, tuple)):
        # elif ... all not nested and len(loss) == len(flat_y_pred): loss = tree.pack_sequence_as(y_pred, loss)
        if not any(is_nested(child) for child in loss) and len(loss) == len(flat):
            loss = _packed_losses(outputs, loss)
        # elif ... not isinstance(y_pred, type(loss)): for _loss in loss: self._build_nested(y_true, y_pred, ...)
        elif not isinstance(outputs, type(loss)):
            for child in loss:
                yield from _nested(targets, outputs, child, names, path)
            return
    # if not tree.is_nested(loss): return self._build_nested(y_true, y_pred, loss, output_names, current_path)
    if not is_nested(loss):
        yield from _nested(targets, outputs, loss, names, path)
        return
    # if not isinstance(loss, type(y_pred)): raise KeyError
    if not isinstance(loss, type(outputs)):
        fault = Fault.LOSS_KEYS if isinstance(loss, dict) else Fault.LOSS_STRUCTURE
        raise _not_found(fault, path, "the model's output (`y_pred`)", "L25")
    yield from _children(targets, outputs, loss, names, path)


def _children(targets: Nest, outputs: Nest, loss: Nest, names: Nest, path: Path) -> Iterator[FlatLoss]:
    """Shallow traverse the loss config, in the order in which it was written (L26)."""
    items = loss.items() if isinstance(loss, dict) else enumerate(cast("Sequence[Nest]", loss))
    kind: Callable[[Nest], bool] = _is_dict if isinstance(loss, dict) else _is_sequence
    for key, child in items:
        # if _loss is None: continue
        if child is None:
            continue
        # if not key_check_fn(key, (y_true, y_pred)): raise KeyError
        for tree, name in ((outputs, "y_pred"), (targets, "y_true")):
            if not kind(tree) or key not in _keys(tree):
                raise _missing_key(loss, (*path, key), name)
        yield from _nested(_child(targets, key), _child(outputs, key), child, _child(names, key), (*path, key))


def _missing_key(loss: Nest, path: Path, where: str) -> RefusedError:
    place = "either the model's output (`y_pred`) or in the labels (`y_true`)"
    if where == "y_true":
        return _not_found(Fault.TARGETS_STRUCTURE, path, place, "L26")
    fault = Fault.LOSS_KEYS if isinstance(loss, dict) else Fault.LOSS_COUNT
    return _not_found(fault, path, place, "L26")


def _not_found(fault: Fault, path: Path, place: str, clause: str) -> RefusedError:
    message = f"The path: {path} in the `loss` argument, can't be found in {place}."
    return RefusedError(fault, "KeyError", message, clause)


def _is_dict(structure: Nest) -> bool:
    return isinstance(structure, dict)


def _is_sequence(structure: Nest) -> bool:
    return isinstance(structure, (list, tuple))


def _keys(structure: Nest) -> set[str | int]:
    return {key for key, _ in entries(structure)}


def _child(structure: Nest, key: str | int) -> Nest:
    return cast("dict[str | int, Nest]", structure)[key]


def _packed_losses(outputs: Nest, loss: Sequence[Nest]) -> Nest:
    by = By.SORTED if has_mapping(outputs) else By.POSITION
    by = By.ONLY if len(loss) == 1 else by
    marks = [
        Weighted(one.loss.marked(one.loss.by or by), _unless_marked(one.weight, by))
        if isinstance(one, Weighted) else None
        for one in loss
    ]
    return pack_sequence_as(outputs, marks)


def _flat_loss(loss: Nest, names: Nest, path: Path) -> FlatLoss:
    if not isinstance(loss, Weighted):
        message = "'NoneType' object has no attribute 'loss'"
        raise RefusedError(Fault.LOSS_COUNT, "AttributeError", message, "L27")
    return FlatLoss(path, loss, _log_name(loss, names, path))


def _log_name(loss: Weighted, names: Nest, path: Path) -> str:
    """The name under which Keras logs a loss: its path, the last index replaced by the output's name (L28)."""
    parts: list[str | int] = list(path)
    if not is_nested(names):
        name = names if names is not None else loss_name(loss.loss.token)
        if not parts:
            parts = [str(name)]
        elif isinstance(parts[-1], int):
            parts[-1] = str(name)
    text = "/".join(str(part) for part in parts)
    if text:
        return text
    # flat_output_names = list(output_names.keys()) | tree.flatten(output_names); "_".join(flat_output_names)
    flat = list(names) if isinstance(names, dict) else flatten(names)
    if not all(isinstance(name, str) for name in flat):
        message = "sequence item 0: expected str instance, NoneType found"
        raise RefusedError(Fault.LOSS_STRUCTURE, "TypeError", message, "L28")
    return "_".join(cast("list[str]", flat))


def _term(flat: FlatLoss, targets: Nest, outputs: Nest, sample_weight: Nest, *, logged: bool) -> Term:
    """One turn of ``for (path, loss_fn, loss_weight, _), metric in zip(...)`` (L42)."""
    target, head = _resolved(flat.path, targets), _resolved(flat.path, outputs)
    _check_target(target, outputs)
    _check_subtree(flat.weighted.loss, head)
    weight = _sample_weight(flat.path, sample_weight)
    loss, loss_weight = flat.weighted.loss, flat.weighted.weight
    only = len(spots(outputs)) == 1
    return Term(
        head=origin(head) or (),
        target=origin(target),
        loss=loss.path,
        weight=origin(loss_weight),
        sample_weight=origin(weight),
        loss_by=By.ONLY if only else loss.by or natural(flat.path),
        target_by=By.ONLY if only else _mark(target) or natural(flat.path),
        weight_by=(By.ONLY if only else _mark(loss_weight) or natural(flat.path)) if loss_weight is not None else None,
        sample_weight_by=(_mark(weight) or natural(flat.path)) if weight is not None else None,
        log=f"{flat.name}_loss" if logged else None,
    )


def natural(path: Path) -> By:
    """What pairs two trees of one structure: the keys of dicts, the positions of lists."""
    if not path:
        return By.ONLY
    return By.POSITION if isinstance(path[-1], int) else By.NAME


def _mark(structure: Nest) -> By | None:
    found = spots(structure)
    return found[0].by if found else None


def _resolved(path: Path, structure: Nest) -> Nest:
    for key in path:
        structure = _child(structure, key)
    return structure


def _check_target(target: Nest, outputs: Nest) -> None:
    # losses convert their targets to tensors
    if isinstance(target, str):
        fault = Fault.TARGETS_KEYS if is_nested(outputs) else Fault.TARGETS_STRUCTURE
        raise RefusedError(fault, "ValueError", f"could not convert string to float: {target!r}", "L43")


def _check_subtree(loss: Spot, head: Nest) -> None:
    """A built-in loss cannot make one tensor of a dict, nor of a ragged list (L44)."""
    if not is_nested(head) or not is_builtin_loss(loss.token):
        return
    if has_dict(head) or len({is_nested(child) for _, child in entries(head)}) > 1:
        message = f"Unexpected input type for array: {type(head)}"
        raise RefusedError(Fault.LOSS_STRUCTURE, "TypeError", message, "L44")


def has_dict(structure: Nest) -> bool:
    """Whether a dict is anywhere in it."""
    if not is_nested(structure):
        return False
    return isinstance(structure, dict) or any(has_dict(child) for _, child in entries(structure))


def _sample_weight(path: Path, sample_weight: Nest) -> Nest:
    # if sample_weight is not None and tree.is_nested(sample_weight): resolve_path(path, sample_weight)
    if not is_nested(sample_weight):
        return sample_weight
    found = sample_weight
    for key in path:
        if isinstance(found, Spot) and isinstance(key, int):
            message = "a sample weight is indexed like a list"
            raise UnknownError(message)
        try:
            found = _child(found, key)
        except (KeyError, IndexError, TypeError) as error:
            raise RefusedError(
                Fault.SAMPLE_WEIGHT, type(error).__name__, str(error), "L45",
            ) from error
    if isinstance(found, dict):
        message = f"Unexpected input type for array: {type(found)}"
        raise RefusedError(Fault.SAMPLE_WEIGHT, "TypeError", message, "L45")
    return found
