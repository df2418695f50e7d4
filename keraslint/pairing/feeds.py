"""What reaches ``CompileLoss``: targets and sample weights enter as written, and leave as the data adapters
and the backend hand them over. Mirrors keras/src/trainers/data_adapters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.pairing.batches import ENTRIES, refused_parts
from keraslint.pairing.model import Absent, By, Fault, Unseen
from keraslint.pairing.refusal import RefusedError, UnknownError
from keraslint.pairing.structure import Nest, Spot, is_nested, items, mapped, origin, rebuild, shown, spots
from keraslint.pairing.trees import MismatchError, trees_of
from keraslint.pairing.versions import Version
from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from keraslint.pairing.clauses import Trail
    from keraslint.pairing.model import Backend, Request
    from keraslint.pairing.trees import Trees

_ON_BATCH = ("train_on_batch", "test_on_batch")
_TESTS = ("evaluate", "test_on_batch")


@dataclass(frozen=True)
class Batch:
    """Targets and sample weights of one batch."""

    targets: Nest
    sample_weight: Nest


def _stacked(structure: Nest) -> Nest:
    """F22: tf.data makes one tensor of a list, whatever it holds."""
    if isinstance(structure, list):
        return Spot(origin(structure) or ())
    if not is_nested(structure):
        return structure
    return rebuild(structure, {key: _stacked(part) for key, part in items(structure)})


def _has_list(structure: Nest) -> bool:
    if not is_nested(structure):
        return False
    return isinstance(structure, list) or any(_has_list(part) for _, part in items(structure))


def mirrored(outputs: Nest, sample_weight: Nest) -> Batch:
    """Targets that nobody has seen: taken to be structured like the outputs."""
    return Batch(outputs, sample_weight)


@dataclass(frozen=True)
class Feeding:
    """How a request's data reach the step of a version on a backend."""

    request: Request
    version: Version
    backend: Backend
    trail: Trail

    @property
    def _trees(self) -> Trees:
        return trees_of(self.version, self.backend)

    def batch(self, targets: Nest, sample_weight: Nest) -> Batch:
        """What is handed over."""
        self._check_class_weight(targets, sample_weight)
        if self.request.call in _ON_BATCH:
            return Batch(targets, sample_weight)
        self._check_parts()
        if self.request.feed == "arrays":
            # pack_x_y_sample_weight: if y is None: ... return x
            sample_weight = None if targets is None else sample_weight
            targets, sample_weight = self._converted(targets), self._converted(sample_weight)
            self._check_arrays(targets)
            sample_weight = self._for_each_target(targets, sample_weight)
            self._check_none(sample_weight, Fault.SAMPLE_WEIGHT)
        if self.request.feed == "dataset":
            if _has_list(sample_weight):
                message = "tf.data stacks a list of sample weights, and their shapes decide what that does"
                raise UnknownError(message)
            if _has_list(targets):
                self.trail.met("F22")
            return Batch(_stacked(targets), sample_weight)
        if self.backend != "tensorflow":
            return Batch(targets, sample_weight)
        if self.request.feed != "arrays":
            return Batch(targets, sample_weight)
        # F20: inputs = tree.lists_to_tuples(inputs); a dataset would stack a list
        if _has_list(targets):
            self.trail.met("F20")
        return Batch(self._trees.lists_to_tuples(targets), self._trees.lists_to_tuples(sample_weight))

    def _check_parts(self) -> None:
        """F23, F24, F25: what a generator or PyDataset may give; the inputs are in no request."""
        given = self.request.targets, self.request.sample_weight
        parts = [Leaf(None) if isinstance(part, (Unseen, Absent)) else part for part in given]
        more = [Leaf(None)] * (self.request.entries - len(ENTRIES))
        batch = Branch(self.request.batch, tuple(enumerate([Leaf(None), *parts, *more])))
        for refused in refused_parts(batch, self.request.feed, self.version, self.backend):
            raise RefusedError(Fault.FEED, refused.error, refused.message, refused.clause)

    def _converted(self, structure: Nest) -> Nest:
        """F21: in Keras 3.0 the arrays of a list come out as a tuple."""
        # def convert_to_arrays(arrays): ... return lists_to_tuples(arrays)
        if self.version >= Version(3, 1, 0):
            return structure
        if _has_list(structure):
            self.trail.met("F21")
        return self._trees.lists_to_tuples(structure)

    def _check_arrays(self, targets: Nest) -> None:
        """F10: lists of numbers are walked into, and numbers are no arrays."""
        # if not can_convert_arrays((x, y, sample_weight)): raise ValueError
        if any(isinstance(spot.token, (int, float)) for spot in spots(targets)):
            message = f"Unrecognized data type: y={shown(targets)}"
            raise RefusedError(Fault.FEED, "ValueError", message, "F10")
        self._check_none(targets, Fault.TARGETS_MISSING)

    def _check_none(self, structure: Nest, fault: Fault) -> None:
        """F11: up to 3.11 every leaf must be an array."""
        # num_samples = set(int(i.shape[0]) for i in tree.flatten(data)); since 3.12: ... if i is not None)
        if not is_nested(structure) or self.version >= Version(3, 12, 0):
            return
        if None in self._trees.flatten(structure):
            raise RefusedError(fault, "AttributeError", "'NoneType' object has no attribute 'shape'", "F11")

    def _check_class_weight(self, targets: Nest, sample_weight: Nest) -> None:
        """F12: class weights are for one output, and not beside sample weights; only training takes them."""
        if not self.request.class_weight or self.request.call in _TESTS:
            return
        if sample_weight is not None:
            message = "You cannot `class_weight` and `sample_weight` at the same time."
            raise RefusedError(Fault.CLASS_WEIGHT, "ValueError", message, "F12")
        # sample_weight = np.ones(shape=(y.shape[0],), dtype=backend.floatx())
        if targets is None:
            message = "'NoneType' object has no attribute 'shape'"
            raise RefusedError(Fault.CLASS_WEIGHT, "AttributeError", message, "F12")
        # if tree.is_nested(y): raise ValueError
        if is_nested(targets):
            message = "`class_weight` is only supported for Models with a single output."
            raise RefusedError(Fault.CLASS_WEIGHT, "ValueError", message, "F12")

    def _for_each_target(self, targets: Nest, sample_weight: Nest) -> Nest:
        """F13, F14: one array of sample weights is every target's own; a structure must be theirs."""
        # if tree.is_nested(y): if isinstance(sample_weight, (list, tuple, dict)):
        # tree.assert_same_structure(...)
        if sample_weight is None or not is_nested(targets):
            return sample_weight
        if isinstance(sample_weight, Spot):
            # Replicate the same sample_weight array on all outputs.
            self.trail.met("F13")
            return mapped(lambda _: sample_weight.marked(By.BROADCAST), targets)
        try:
            self._trees.assert_same_structure(targets, sample_weight)
        except MismatchError as error:
            message = (
                "You should provide one `sample_weight` array per output in `y`. The two structures did "
                "not match:\n"
                f"- y: {shown(targets)}\n- sample_weight: {shown(sample_weight)}"
            )
            raise RefusedError(Fault.SAMPLE_WEIGHT, "ValueError", message, "F14") from error
        return sample_weight
