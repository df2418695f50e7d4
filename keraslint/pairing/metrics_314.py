"""Metrics from Keras 3.14.1 on: outputs, targets and metrics enter as nests, metrics leave.

Mirrors ``CompileMetrics`` of keras/src/trainers/compile_utils.py, whose lines are quoted above the clauses.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, cast

from keraslint.pairing.builtin import metric_name
from keraslint.pairing.model import By, Fault, Metric
from keraslint.pairing.refusal import RefusedError
from keraslint.pairing.structure import (
    MismatchError,
    Nest,
    Spot,
    flatten,
    has_mapping,
    is_nested,
    lists_to_tuples,
    origin,
    pack_sequence_as,
    shown,
    up_to,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

Names: TypeAlias = "list[str | None] | None"


@dataclass(frozen=True)
class MetricsList:
    """Keras's ``MetricsList``: the metrics of one output, the output's name, and what gave them to it."""

    metrics: tuple[Spot, ...]
    output_name: str | None
    by: By


@dataclass(frozen=True)
class Metrics:
    """``compile``'s metrics with the names of the outputs."""

    metrics: Nest
    weighted: Nest
    names: Names

    def paired(self, outputs: Nest, targets: Nest, sample_weight: Nest) -> list[Metric]:
        """``CompileMetrics.build``, ``update_state`` and ``result``."""
        flat = Flat.of(outputs, self.names)
        plain = flat.built(self.metrics, targets, "metrics")
        weighted = flat.built(self.weighted, targets, "weighted_metrics")
        y_true, y_pred = flat.flatten_y(targets), flat.flatten_y(outputs)
        weights: list[Nest] = [None] * len(y_true)
        if sample_weight is not None:
            weights = flat.flatten_y(sample_weight, Fault.SAMPLE_WEIGHT)
            # if len(sample_weight) < len(y_true): sample_weight = [sample_weight[0] for _ in ...]
            if len(weights) < len(y_true):
                weights = [weights[0]] * len(y_true)
        seen = list(_seen(plain, y_pred, y_true, [None] * len(y_true), weighted=False))
        seen += _seen(weighted, y_pred, y_true, weights, weighted=True)
        return named(seen)


@dataclass(frozen=True)
class Seen:
    """One metric of one output before it has a name in the logs."""

    metric: Metric
    output_name: str | None
    name: str


def _seen(
    lists: Sequence[MetricsList | None],
    y_pred: list[Nest],
    y_true: list[Nest],
    weights: list[Nest],
    *,
    weighted: bool,
) -> list[Seen]:
    """``for m, y_t, y_p, s_w in zip(self._flat_weighted_metrics, y_true, y_pred, sample_weight)``."""
    found = []
    for row, head, target, weight in zip(lists, y_pred, y_true, weights, strict=False):
        if row is None:
            continue
        for spot in row.metrics:
            metric = Metric(origin(head) or (), origin(target), spot.path, row.by, weighted, origin(weight))
            found.append(Seen(metric, row.output_name, metric_name(spot.token)))
    return found


@dataclass(frozen=True)
class Flat:
    """What ``build`` finds out about the outputs (M10)."""

    outputs: Nest
    model_names: Names
    names: Names
    is_flat: bool
    resolved: Names

    @staticmethod
    def of(outputs: Nest, model_names: Names) -> Flat:
        """Look at the outputs."""
        count = len(flatten(outputs))
        # y_pred_is_flat = tree.is_nested(y_pred) and len(y_pred) == num_outputs
        is_flat = is_nested(outputs) and len(cast("Sequence[Nest]", outputs)) == count
        names = model_names
        # When outputs is a dict, prefer those keys over the ouput names.
        if is_flat and isinstance(outputs, dict):
            if not (model_names and set(outputs) == set(model_names)):
                ordered = list(outputs) if isinstance(outputs, OrderedDict) else sorted(outputs)
                names = cast("Names", ordered)
        # if num_outputs > 1 and y_pred_is_flat: self._resolved_output_names = output_names
        resolved = names if count > 1 and is_flat else None
        return Flat(outputs, model_names, names, is_flat, resolved)

    @property
    def count(self) -> int:
        """``num_outputs``."""
        return len(flatten(self.outputs))

    def flatten_y(self, structure: Nest, fault: Fault = Fault.TARGETS_KEYS) -> list[Nest]:
        """``_flatten_y``: a dict by the names of the outputs, anything else by ``tree.flatten`` (M11)."""
        # if isinstance(y, dict) and self._resolved_output_names is not None:
        if not isinstance(structure, dict) or self.resolved is None:
            return flatten(structure)
        missing = [name for name in self.resolved if name not in structure]
        if missing:
            raise RefusedError(fault, "KeyError", repr(missing[0]), "M11")
        return [structure[name] for name in self.resolved]

    def built(self, metrics: Nest, targets: Nest, argument: str) -> list[MetricsList | None]:
        """``_build_metrics_set``."""
        # if not metrics: return [None] * num_outputs
        if not metrics:
            return [None] * self.count
        # if num_outputs == 1: get_metrics_list(tree.flatten(metrics), ...)
        if self.count == 1:
            return [_metrics_list(flatten(metrics), None, By.ONLY)]
        flat = self._flat_metrics(metrics)
        if flat is None:
            return self._nested(metrics, targets, argument)
        rows, by = flat
        names = self.names or [None] * self.count
        y_true, y_pred = self.flatten_y(targets), self.flatten_y(self.outputs)
        return [_metrics_list(m, n, by) for m, _, _, n in zip(rows, y_true, y_pred, names, strict=False)]

    def _flat_metrics(self, metrics: Nest) -> tuple[Sequence[Nest], By] | None:
        if not self.is_flat:
            return None
        # isinstance(metrics, (list, tuple)) and len(metrics) == num_outputs
        if isinstance(metrics, (list, tuple)) and len(metrics) == self.count:
            return metrics, By.SORTED if has_mapping(self.outputs) else By.POSITION
        # output_names and isinstance(metrics, dict) and ... set(metrics.keys()) <= set(output_names)
        if self.names and isinstance(metrics, dict) and len(metrics) <= self.count:
            if set(metrics) <= set(self.names):
                return [metrics.get(cast("str", name)) for name in self.names], By.NAME
        return None

    def _nested(self, metrics: Nest, targets: Nest, argument: str) -> list[MetricsList | None]:
        """Deeply nested case: `metrics` must have the structure of `y_pred` (M13)."""
        shallow = lists_to_tuples(self.outputs)
        names = pack_sequence_as(shallow, self.names or [None] * self.count)
        try:
            rows = up_to(shallow, lists_to_tuples(metrics), lists_to_tuples(targets), names, shallow)
        except MismatchError as error:
            raise self._invalid(metrics, targets, argument, str(error)) from error
        by = By.NAME if has_mapping(self.outputs) else By.POSITION
        return [_metrics_list(metric, cast("str | None", name), by) for metric, _, name, _ in rows]

    def _invalid(self, metrics: Nest, targets: Nest, argument: str, reason: str) -> RefusedError:
        wanted = f"match the output structure of the model: {shown(self.outputs)}"
        if self.model_names:
            wanted = (
                "either be a dict or a list matching the output names of the functional model "
                f"{self.model_names} or {wanted}"
            )
        message = f"{reason}\nInvalid `{argument}`. `{argument}` should contain metrics objects and {wanted}."
        return RefusedError(self._fault(metrics, targets), "ValueError", message, "M13")

    def _fault(self, metrics: Nest, targets: Nest) -> Fault:
        if isinstance(metrics, dict):
            known = set(self.names or ()) | set(self.outputs if isinstance(self.outputs, dict) else ())
            if not set(metrics) <= known:
                return Fault.METRICS_KEYS
        try:
            up_to(lists_to_tuples(self.outputs), lists_to_tuples(metrics))
        except MismatchError:
            flat = isinstance(metrics, (list, tuple)) and self.is_flat
            return Fault.METRICS_COUNT if flat else Fault.METRICS_STRUCTURE
        return Fault.TARGETS_STRUCTURE


def _metrics_list(metrics: Nest, output_name: str | None, by: By) -> MetricsList | None:
    """``get_metrics_list`` (M12)."""
    if metrics is None:
        return None
    rows = metrics if isinstance(metrics, (list, tuple)) else [metrics]
    for row in rows:
        if row is None:
            raise RefusedError(
                Fault.METRICS_STRUCTURE, "ValueError", "Expected metric, received `None`", "M12",
            )
        if not isinstance(row, Spot):
            message = f"Could not interpret metric identifier: {shown(row)}"
            raise RefusedError(Fault.METRICS_STRUCTURE, "ValueError", message, "M12")
    return MetricsList(tuple(cast("Sequence[Spot]", rows)), output_name, by)


def named(seen: list[Seen]) -> list[Metric]:
    """``CompileMetrics.result``: a name that was taken gets a number, or ``weighted_`` (M20)."""
    counters: dict[str, int] = {}
    found = []
    for entry in seen:
        prefix = f"{entry.output_name}_" if entry.output_name else ""
        name = prefix + entry.name
        # name = f"weighted_{m.name}"; if mls.output_name: name = f"{mls.output_name}_{name}"
        if entry.metric.weighted and name in counters:
            name = f"{prefix}weighted_{entry.name}"
        if name in counters:
            counters[name] += 1
            name = f"{name}_{counters[name] - 1}"
        else:
            counters[name] = 1
        found.append(replace(entry.metric, log=name, name=entry.name))
    return found

