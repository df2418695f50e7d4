"""Metrics up to Keras 3.13: outputs, targets and metrics enter as nests, metrics leave. Mirrors
``CompileMetrics``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from keraslint.pairing.metric_lists import MetricsList, Update
from keraslint.pairing.model import By, Fault
from keraslint.pairing.names import OutputNames
from keraslint.pairing.refusal import RefusedError
from keraslint.pairing.structure import Nest, Spot, has_mapping, in_order, is_nested, shown

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
        built = Build(outputs, self._output_names(outputs), self._flattening(outputs), self.trees, self.trail)
        plain = built.metrics_set(self.metrics, targets, "metrics")
        weighted = built.metrics_set(self.weighted, targets, "weighted_metrics")
        weights = None if sample_weight is None else built.flatten_y(sample_weight)
        return Update(
            built.flatten_y(outputs), built.flatten_y(targets), weights, self.backend, self.trail
        ).metrics(plain, weighted)

    def _output_names(self, outputs: Nest) -> OutputNames | None:
        """M20: up to 3.11 the layers' names go before the keys of a dict of outputs."""
        # if self.output_names: ... elif isinstance(y_pred, dict): output_names = sorted(list(y_pred.keys()))
        if self.names and isinstance(outputs, dict):
            self.trail.met("M20")
        if self.names:
            return self.names
        if isinstance(outputs, dict):
            return OutputNames(tuple(cast("list[str]", in_order(outputs))))
        return None

    def _flattening(self, outputs: Nest) -> OutputNames | None:
        """The names by which ``_flatten_y`` reads a dict."""
        del outputs
        return self.names


class Metrics312(Metrics):
    """Keras 3.12 and 3.13."""

    def _output_names(self, outputs: Nest) -> OutputNames | None:
        """M21: from 3.12 on the keys of a dict of outputs go before the layers' names."""
        # Resolve output names. If y_pred is a dict, prefer its keys.
        if not isinstance(outputs, dict):
            return self.names
        if self.names and set(self.names) == set(outputs):
            return self.names
        self.trail.met("M21")
        return OutputNames(tuple(cast("list[str]", in_order(outputs))))

    def _flattening(self, outputs: Nest) -> OutputNames | None:
        # names = self._resolved_output_names
        return self._output_names(outputs)


@dataclass(frozen=True)
class Build:
    """``CompileMetrics.build`` for given outputs."""

    outputs: Nest
    names: OutputNames | None
    flattening: OutputNames | None
    trees: Trees
    trail: Trail

    @property
    def count(self) -> int:
        """``num_outputs``: of the names where there are any, of the entries of a list else."""
        if self.names:
            return len(self.names)
        return len(self.outputs) if isinstance(self.outputs, (list, tuple)) else 1

    def flatten_y(self, structure: Nest) -> list[Nest]:
        """M22: a dict by the names that it has, silently without the others."""
        # if isinstance(y, dict) and names: for name in names: if name in y: result.append(y[name])
        if isinstance(structure, dict) and self.flattening:
            self.trail.met("M22")
            return [structure[name] for name in self.flattening if name in structure]
        return self.trees.flatten(structure)

    def metrics_set(self, metrics: Nest, targets: Nest, argument: str) -> list[MetricsList | None]:
        """``_build_metrics_set``."""
        if isinstance(metrics, dict):
            self._check_keys(metrics, argument)
        if self.count == 1:
            return [self._for_one(metrics, targets, argument)]
        y_true, y_pred = self.flatten_y(targets), self.flatten_y(self.outputs)
        if isinstance(metrics, (list, tuple)):
            return self._listed(metrics, y_true, y_pred, argument)
        if isinstance(metrics, dict):
            return self._keyed(metrics, y_true, y_pred, argument)
        return []

    def _check_keys(self, metrics: dict[str, Nest], argument: str) -> None:
        # for name in metrics.keys(): if name not in output_names: raise ValueError
        if self.names is None:
            if metrics:
                message = "argument of type 'NoneType' is not iterable"
                raise RefusedError(Fault.METRICS_KEYS, "TypeError", message, "M23")
            return
        if not self.names.cover(metrics):
            name = next(name for name in metrics if name not in set(self.names or ()))
            message = (
                f"In the dict argument `{argument}`, key '{name}' does not correspond to any model output."
            )
            raise RefusedError(Fault.METRICS_KEYS, "ValueError", message, "M23")

    def _for_one(self, metrics: Nest, targets: Nest, argument: str) -> MetricsList | None:
        """M24: of one output, all metrics apply to it."""
        if not metrics:
            return None
        # if isinstance(metrics, dict): metrics = tree.flatten(metrics); if not isinstance(metrics, list):
        # [metrics]
        rows = self.trees.flatten(metrics) if isinstance(metrics, dict) else metrics
        rows = rows if isinstance(rows, list) else [rows]
        self._check_functions(rows, argument)
        # MetricsList([get_metric(m, y_true[0], y_pred[0]) for m in metrics if m is not None])
        given = any(row is not None for row in rows)
        if given and not (self.flatten_y(self.outputs) and self.flatten_y(targets)):
            raise RefusedError(Fault.METRICS_KEYS, "IndexError", "list index out of range", "M24")
        self.trail.met("M24")
        return _metrics_list(rows, None, By.ONLY)

    def _listed(
        self,
        metrics: Sequence[Nest],
        y_true: list[Nest],
        y_pred: list[Nest],
        argument: str,
    ) -> list[MetricsList | None]:
        """M25: a list has one entry for each output; a dict's keys are sorted."""
        # if len(metrics) != len(y_pred): raise ValueError
        if len(metrics) != len(y_pred):
            message = (
                f"For a model with multiple outputs, when providing the `{argument}` argument as a list, "
                "it should "
                "have as many entries as the model has outputs. "
                f"Received:\n{argument}={shown(metrics)}\nof length "
                f"{len(metrics)} whereas the model has {len(y_pred)} outputs."
            )
            raise RefusedError(Fault.METRICS_COUNT, "ValueError", message, "M25")
        self.trail.met("M25")
        by = By.SORTED if has_mapping(self.outputs) else By.POSITION
        names = list(self.names) if self.names else None
        lists: list[MetricsList | None] = []
        # for idx, (mls, yt, yp) in enumerate(zip(metrics, y_true, y_pred))
        for number, (rows, _, _) in enumerate(zip(metrics, y_true, y_pred, strict=False)):
            # name = output_names[idx] if output_names else None
            if names and number >= len(names):
                raise RefusedError(Fault.METRICS_COUNT, "IndexError", "list index out of range", "M25")
            lists.append(self._entry(rows, names[number] if names else None, by, argument))
        return lists

    def _keyed(
        self,
        metrics: dict[str, Nest],
        y_true: list[Nest],
        y_pred: list[Nest],
        argument: str,
    ) -> list[MetricsList | None]:
        """M26: a dict goes by names; outputs and targets stand beside the names as they come."""
        for rows in metrics.values():
            self._check_functions(rows if isinstance(rows, list) else [rows], argument)
        self.trail.met("M26")
        lists: list[MetricsList | None] = []
        # for name, yt, yp in zip(output_names, y_true, y_pred): if name in metrics: ... else: append(None)
        for name, _, _ in zip(self.names or (), y_true, y_pred, strict=False):
            lists.append(self._entry(metrics[name], name, By.NAME, argument) if name in metrics else None)
        return lists

    def _entry(self, rows: Nest, name: str | None, by: By, argument: str) -> MetricsList | None:
        listed = rows if isinstance(rows, list) else [rows]
        self._check_functions(listed, argument)
        return _metrics_list(listed, name, by)

    def _check_functions(self, rows: Sequence[Nest], argument: str) -> None:
        # if not all(is_function_like(e) for e in mls): raise ValueError
        if any(is_nested(row) for row in rows):
            message = (
                f"Expected all entries in the `{argument}` list to be metric objects. Received: {shown(rows)}"
            )
            raise RefusedError(Fault.METRICS_STRUCTURE, "ValueError", message, "M27")


def _metrics_list(rows: Sequence[Nest], name: str | None, by: By) -> MetricsList:
    # [get_metric(m, yt, yp) for m in mls if m is not None]
    return MetricsList(tuple(row for row in rows if isinstance(row, Spot)), name, by)
