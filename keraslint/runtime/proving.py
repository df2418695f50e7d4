"""A pairing held against numbers: each loss computed by itself enters, what Keras logs for one
``test_on_batch`` decides.

Where the numbers are not those of the pairing that was written, the pairing that gives them is looked for:
first the one that ``keraslint.pairing`` says, then every exchange of losses, targets and weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import islice, permutations
from typing import TYPE_CHECKING, Any, TypeAlias

from keraslint.runtime import heads as outputs_of_model, internals, kinds
from keraslint.runtime.intended import intended
from keraslint.runtime.reading import text_of
from keraslint.runtime.report import Proof, Proved
from keraslint.runtime.tensors import as_float
from keraslint.runtime.trees import shown, tree_of
from keraslint.sites.model import Given
from keraslint.tree import Leaf, at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.findings import Finding, Location
    from keraslint.pairing import Paired
    from keraslint.runtime.batches import Batch
    from keraslint.runtime.reading import Live
    from keraslint.sites.model import TrainingSite
    from keraslint.tree import Path, Tree

NEAR = 1e-4
"""Relative: losses are summed in float32, in another order than Keras sums them."""
_MOST_ORDERS = 20_000


@dataclass(frozen=True)
class One:
    """One head with the paths of the target, loss, weight and sample weight that are held to be its own."""

    head: Path
    target: Path | None
    loss: Path
    weight: Path | None
    sample_weight: Path | None
    log: str | None = None
    log_weighted: bool = False


Pairing: TypeAlias = "tuple[One, ...]"


def prove(model: Any, batch: Batch, live: Live, site: TrainingSite, paired: Paired) -> Proof:
    """Call the model once, test it once, compare; the model is left as it was."""
    with outputs_of_model.unchanged(model), internals.fresh_compile(model):
        outputs = tree_of(predicted(model, batch))
        extra = sum(as_float(value) for value in getattr(model, "losses", ()))
        logs = logged(model, batch)
    numbers = _Numbers(internals.keras_of(model), live, outputs, extra)
    said = tuple(
        One(term.head, term.target, term.loss, term.weight, term.sample_weight, term.log, term.log_weighted)
        for term in paired.terms
    )
    written = _written(live, site, said)
    values = tuple(
        Proved(log, numbers.value(written, log), numbers.value(said, log), value)
        for log, value in logs.items()
        if log == "loss" or log in {one.log for one in said}
    )
    fits_written = agree(values, "written")
    fits_said = agree(values, "said")
    found = said if fits_said else None if fits_written else numbers.search(said, values)
    texts = () if fits_written or found is None else tuple(numbers.text(one) for one in found)
    return Proof(values, fits_written, fits_said, texts)


def findings(proof: Proof, at: Location) -> Iterator[Finding]:
    """Nothing where the numbers are those of the pairing that the other findings were made of."""
    if not proof.as_said:
        wrong = ", ".join(f"{one.log} {one.logged:.6g}" for one in proof.values)
        why = f"; these pairs give its numbers: {'; '.join(proof.pairs)}" if proof.pairs else ""
        yield kinds.UNPROVEN.at(at, f"Keras logs {wrong}, which is not what its pairing was said to be{why}")


def predicted(model: Any, batch: Batch) -> Any:
    """The outputs for a batch."""
    try:
        return model(batch.x, training=False)
    except TypeError:  # a call without that argument
        return model(batch.x)


def logged(model: Any, batch: Batch) -> dict[str, float]:
    """The logs of one ``test_on_batch``."""
    try:
        return _tested(model, batch)
    except StopIteration:  # Keras 3.5 and 3.6 on TensorFlow trace the step twice and have one batch for it
        eager, model.run_eagerly = model.run_eagerly, True
        model.__dict__["test_function"] = None
        try:
            return _tested(model, batch)
        finally:
            model.run_eagerly = eager


def _tested(model: Any, batch: Batch) -> dict[str, float]:
    logs = model.test_on_batch(batch.x, batch.y, sample_weight=batch.sample_weight, return_dict=True)
    return {str(key): as_float(value) for key, value in logs.items()}


def agree(values: Sequence[Proved], which: str) -> bool:
    """Whether these values are those that were logged."""
    found = [(getattr(one, which), one.logged) for one in values]
    return all(value is not None and _near(value, logged) for value, logged in found)


def _near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=NEAR, abs_tol=1e-6) or (math.isnan(one) and math.isnan(other))


def _written(live: Live, site: TrainingSite, said: Pairing) -> Pairing:
    """The pairing that stands there: what was written for each head, else what Keras takes."""
    if not isinstance(site.outputs, Given):
        return said
    outputs = site.outputs.tree
    own = {part: intended(outputs, live.parts.get(part)) for part in _PARTS}

    def path(part: str, one: One) -> Any:
        return own[part].get(one.head, getattr(one, _PARTS[part]))

    return tuple(
        One(
            one.head,
            path("targets", one),
            path("loss", one),
            path("loss_weights", one),
            path("sample_weight", one),
            one.log,
            one.log_weighted,
        )
        for one in said
    )


_PARTS = {"targets": "target", "loss": "loss", "loss_weights": "weight", "sample_weight": "sample_weight"}


@dataclass(frozen=True)
class _Numbers:
    """Computes the value of any pairing; a value that cannot be computed is None."""

    keras: Any
    live: Live
    predicted: Tree[Any]
    extra: float
    known: dict[object, float | None] = field(default_factory=dict)

    def value(self, pairing: Pairing, log: str) -> float | None:
        """The total, or the value of one term as its log shows it."""
        if log == "loss":
            found = [self._weighted(one) for one in pairing]
            return None if None in found else sum(one for one in found if one is not None) + self.extra
        mine = [one for one in pairing if one.log == log]
        if not mine:
            return None
        return self._weighted(mine[-1]) if mine[-1].log_weighted else self._plain(mine[-1])

    def _weighted(self, one: One) -> float | None:
        plain = self._plain(one)
        weight = None if one.weight is None else self._leaf("loss_weights", one.weight)
        return plain if plain is None or weight is None else plain * float(weight)

    def _plain(self, one: One) -> float | None:
        key = (one.head, one.target, one.loss, one.sample_weight)
        if key not in self.known:
            self.known[key] = self._alone(one)
        return self.known[key]

    def _alone(self, one: One) -> float | None:
        output = at(self.predicted, one.head)
        target = None if one.target is None else self._leaf("targets", one.target)
        if not isinstance(output, Leaf) or target is None:
            return None
        weight = None if one.sample_weight is None else self._leaf("sample_weight", one.sample_weight)
        try:
            return self._computed(self._leaf("loss", one.loss), target, output.value, weight)
        except Exception:  # noqa: BLE001 - a target that does not fit this loss has no value
            return None

    def _computed(self, loss: Any, target: Any, output: Any, weight: Any) -> float:
        function = self.keras.losses.get(loss) if isinstance(loss, str) else loss
        if not hasattr(function, "call"):
            # Every loss of Keras is its function in a wrapper, which is what `compile` puts functions into.
            function = type(self.keras.losses.MeanSquaredError()).__mro__[1](function)
        return as_float(function(target, output, sample_weight=weight))

    def _leaf(self, part: str, path: Path) -> Any:
        tree = self.live.parts.get(part)
        node = None if tree is None else at(tree, path)
        return node.value if isinstance(node, Leaf) else None

    def search(self, said: Pairing, values: Sequence[Proved]) -> Pairing | None:
        """The first exchange of targets, losses or weights that gives every number that Keras logs."""
        for order in islice(self._orders(said), _MOST_ORDERS):
            if all(self._gives(order, one) for one in values):
                return order
        return None

    def _gives(self, pairing: Pairing, one: Proved) -> bool:
        value = self.value(pairing, one.log)
        return value is not None and _near(value, one.logged)

    def _orders(self, said: Pairing) -> Iterator[Pairing]:
        all_weights = dict.fromkeys(permutations([one.weight for one in said]))
        for targets in permutations([one.target for one in said]):
            for losses in permutations([one.loss for one in said]):
                for weights in all_weights:
                    parts = zip(said, targets, losses, weights, strict=True)
                    yield tuple(
                        One(one.head, target, loss, weight, one.sample_weight, one.log, one.log_weighted)
                        for one, target, loss, weight in parts
                    )

    def text(self, one: One) -> str:
        """``price: target [1], loss mse, weight 0.5``."""
        loss = self._leaf("loss", one.loss)
        parts = [f"target {shown(one.target) if one.target else 'y'}", f"loss {text_of(loss)}"]
        if one.weight is not None:
            parts.append(f"weight {self._leaf('loss_weights', one.weight)}")
        return f"{shown(one.head)}: {', '.join(parts)}"
