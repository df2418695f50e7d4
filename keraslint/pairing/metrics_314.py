"""Metrics from Keras 3.14 on: outputs, targets and metrics enter as nests, metrics leave.

Mirrors ``CompileMetrics`` since nested metrics came; 3.14.0 alone flattens dicts of targets by sorted keys
whatever the outputs are called, which 3.14.1 took back.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from keraslint.pairing.metric_lists import MetricsList, Update
from keraslint.pairing.model import By, Fault
from keraslint.pairing.names import OutputNames
from keraslint.pairing.refusal import RefusedError
from keraslint.pairing.structure import Nest, Spot, has_mapping, in_order, is_nested, shown
from keraslint.pairing.trees import MismatchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.pairing.clauses import Trail
    from keraslint.pairing.model import Backend, Metric
    from keraslint.pairing.trees import Trees


@dataclass(frozen=True)
class Metrics:
    """``compile``'s metrics with the names of the outputs."""

    metrics: Nest
    weighted: Nest
    names: OutputNames | None
    trees: Trees
    backend: Backend
    trail: Trail

    def paired(self, outputs: Nest, targets: Nest, sample_weight: Nest) -> list[Metric]:
        """``build`` and ``update_state``."""
        built = Build(outputs, self.names, self.trees, self.trail, self._resolves)
        plain = built.metrics_set(self.metrics, targets, "metrics")
        weighted = built.metrics_set(self.weighted, targets, "weighted_metrics")
        weights = None if sample_weight is None else built.flatten_y(sample_weight, Fault.SAMPLE_WEIGHT)
        return Update(
            built.flatten_y(outputs), built.flatten_y(targets), weights, self.backend, self.trail
        ).metrics(plain, weighted)

    @property
    def _resolves(self) -> bool:
        return True


class Metrics3140(Metrics):
    """Keras 3.14.0."""

    @property
    def _resolves(self) -> bool:
        return False


@dataclass(frozen=True)
class Build:
    """``CompileMetrics.build`` for given outputs."""

    outputs: Nest
    model_names: OutputNames | None
    trees: Trees
    trail: Trail
    resolves: bool

    @property
    def count(self) -> int:
        """``num_outputs = len(tree.flatten(y_pred))``."""
        return len(self.trees.flatten(self.outputs))

    @property
    def is_flat(self) -> bool:
        """``y_pred_is_flat = tree.is_nested(y_pred) and len(y_pred) == num_outputs``."""
        return is_nested(self.outputs) and len(cast("Sequence[Nest]", self.outputs)) == self.count

    @property
    def names(self) -> OutputNames | None:
        """M10: the keys of a flat dict of outputs go before the names of the outputs."""
        if not (self.is_flat and isinstance(self.outputs, dict)):
            return self.model_names
        # if self.output_names and set(y_pred.keys()) == set(self.output_names): output_names =
        # self.output_names
        if self.resolves and self.model_names and set(self.outputs) == set(self.model_names):
            return self.model_names
        self.trail.met("M10")
        keys = list(self.outputs) if isinstance(self.outputs, OrderedDict) else in_order(self.outputs)
        return OutputNames(tuple(cast("list[str]", keys)))

    def flatten_y(self, structure: Nest, fault: Fault = Fault.TARGETS_KEYS) -> list[Nest]:
        """M11: a dict by the names of the outputs, anything else by ``tree.flatten``."""
        # if isinstance(y, dict) and self._resolved_output_names is not None:
        resolved = self.names if self.resolves and self.count > 1 and self.is_flat else None
        if not isinstance(structure, dict) or resolved is None:
            return self.trees.flatten(structure)
        missing = [name for name in resolved if name not in structure]
        if missing:
            raise RefusedError(fault, "KeyError", repr(missing[0]), "M11")
        self.trail.met("M11")
        return [structure[name] for name in resolved]

    def metrics_set(self, metrics: Nest, targets: Nest, argument: str) -> list[MetricsList | None]:
        """``_build_metrics_set``."""
        # if not metrics: return [None] * num_outputs
        if not metrics:
            return [None] * self.count
        # if num_outputs == 1: get_metrics_list(tree.flatten(metrics), ..., None)
        if self.count == 1:
            self.trail.met("M12")
            return [_metrics_list(self.trees.flatten(metrics), None, By.ONLY)]
        flat = self._listed(metrics) or self._keyed(metrics)
        if flat is None:
            return self._nested(metrics, targets, argument)
        rows, names, by = flat
        sides = zip(rows, self.flatten_y(targets), self.flatten_y(self.outputs), names, strict=False)
        return [_metrics_list(metric, name, by) for metric, _, _, name in sides]

    def _listed(self, metrics: Nest) -> tuple[Sequence[Nest], Sequence[str | None], By] | None:
        """M13: a list with one entry for each output; a dict's keys are sorted."""
        # isinstance(metrics, (list, tuple)) and len(metrics) == num_outputs
        if not (isinstance(metrics, (list, tuple)) and len(metrics) == self.count):
            return None
        if not (self.is_flat if self.resolves else self.model_names):
            return None
        self.trail.met("M13")
        names = self.names if self.resolves else self.model_names
        by = By.SORTED if has_mapping(self.outputs) else By.POSITION
        return metrics, list(names) if names else [None] * self.count, by

    def _keyed(self, metrics: Nest) -> tuple[Sequence[Nest], Sequence[str | None], By] | None:
        """M14: a dict by the names of the outputs, or by those of a functional model's layers."""
        if not (isinstance(metrics, dict) and len(metrics) <= self.count):
            return None
        names = self._key_names(metrics)
        if names is None:
            return None
        self.trail.met("M14")
        # flat_metrics = [metrics[name] if name in metrics else None for name in output_names]
        return [metrics.get(name) for name in names], list(names), By.NAME

    def _key_names(self, metrics: dict[str, Nest]) -> OutputNames | None:
        # output_names and ... set(metrics.keys()) <= set(output_names)
        if self.resolves:
            return self.names if self.is_flat and self.names and self.names.cover(metrics) else None
        # isinstance(y_pred, dict) and len(y_pred) == num_outputs and keys <= set(y_pred.keys())
        if self.is_flat and isinstance(self.outputs, dict) and set(metrics) <= set(self.outputs):
            return self.names
        # elif self.output_names and keys <= set(self.output_names)
        return self.model_names if self.model_names and self.model_names.cover(metrics) else None

    def _nested(self, metrics: Nest, targets: Nest, argument: str) -> list[MetricsList | None]:
        """M15: anything else must have the structure of the outputs, and so must the targets."""
        shallow = self.trees.lists_to_tuples(self.outputs)
        names: Nest = shallow
        if self.resolves:
            # output_names_struct = tree.pack_sequence_as(tuples_y_pred, output_names or [None] * num_outputs)
            flat_names = list(self.names) if self.names else [None] * self.count
            names = self.trees.pack_sequence_as(shallow, flat_names)
        structures = self.trees.lists_to_tuples(metrics), self.trees.lists_to_tuples(targets), names
        try:
            rows = self.trees.up_to(shallow, *structures)
        except MismatchError as error:
            raise self._invalid(metrics, argument, str(error)) from error
        self.trail.met("M15")
        by = By.NAME if has_mapping(self.outputs) else By.POSITION
        return [
            _metrics_list(metric, name if isinstance(name, str) else None, by) for metric, _, name in rows
        ]

    def _invalid(self, metrics: Nest, argument: str, reason: str) -> RefusedError:
        wanted = f"match the output structure of the model: {shown(self.outputs)}"
        if self.model_names:
            wanted = (
                "either be a dict or a list matching the output names of the functional model "
                f"{list(self.model_names)} or {wanted}"
            )
        message = f"{reason}\nInvalid `{argument}`. `{argument}` should contain metrics objects and {wanted}."
        return RefusedError(self._fault(metrics), "ValueError", message, "M15")

    def _fault(self, metrics: Nest) -> Fault:
        if isinstance(metrics, dict):
            known = set(self.names or ()) | set(self.outputs if isinstance(self.outputs, dict) else ())
            return Fault.METRICS_STRUCTURE if set(metrics) <= known else Fault.METRICS_KEYS
        try:
            self.trees.up_to(self.trees.lists_to_tuples(self.outputs), self.trees.lists_to_tuples(metrics))
        except MismatchError:
            return Fault.METRICS_COUNT if self.is_flat else Fault.METRICS_STRUCTURE
        return Fault.TARGETS_STRUCTURE


def _metrics_list(metrics: Nest, output_name: str | None, by: By) -> MetricsList | None:
    """``get_metrics_list``: one metric or a list of them, nothing deeper (M16)."""
    if metrics is None:
        return None
    rows = metrics if isinstance(metrics, (list, tuple)) else [metrics]
    for row in rows:
        # if identifier is None: raise ValueError("Expected metric, received `None`")
        if not isinstance(row, Spot):
            message = f"Could not interpret metric identifier: {shown(row)}"
            message = "Expected metric, received `None`" if row is None else message
            raise RefusedError(Fault.METRICS_STRUCTURE, "ValueError", message, "M16")
    return MetricsList(tuple(cast("Sequence[Spot]", rows)), output_name, by)
