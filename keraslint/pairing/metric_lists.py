"""What the metrics of every version share: lists of metrics enter with the flattened outputs and targets,
metrics with their names in the logs leave. Mirrors ``CompileMetrics.update_state`` and ``result``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keraslint.pairing.builtin import is_builtin_metric, metric_name
from keraslint.pairing.model import Fault, Metric
from keraslint.pairing.refusal import RefusedError, UnknownError
from keraslint.pairing.structure import Nest, Spot, is_nested, origin
from keraslint.pairing.terms import check_one_tensor, no_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.pairing.clauses import Trail
    from keraslint.pairing.model import Backend, By


@dataclass(frozen=True)
class MetricsList:
    """Keras's ``MetricsList``: the metrics of one output, the output's name, and what gave them to it."""

    metrics: tuple[Spot, ...]
    output_name: str | None
    by: By


@dataclass(frozen=True)
class Update:
    """What ``update_state`` is given, flattened."""

    outputs: list[Nest]
    targets: list[Nest]
    sample_weight: list[Nest] | None
    backend: Backend
    trail: Trail

    def metrics(
        self,
        plain: Sequence[MetricsList | None],
        weighted: Sequence[MetricsList | None],
    ) -> list[Metric]:
        """Every metric that is computed, named."""
        none: list[Nest] = [None] * len(self.targets)
        found = [
            *self._rows(plain, none, weighted=False),
            *self._rows(weighted, self._weights(), weighted=True),
        ]
        return self._named(found)

    def _weights(self) -> list[Nest]:
        """M30: one sample weight is every output's own."""
        if self.sample_weight is None:
            return [None] * len(self.targets)
        # if len(sample_weight) < len(y_true): sample_weight = [sample_weight[0] for _ in range(len(y_true))]
        if len(self.sample_weight) < len(self.targets):
            if not self.sample_weight:
                raise RefusedError(Fault.SAMPLE_WEIGHT, "IndexError", "list index out of range", "M30")
            self.trail.met("M30")
            return [self.sample_weight[0]] * len(self.targets)
        return self.sample_weight

    def _rows(
        self,
        lists: Sequence[MetricsList | None],
        weights: list[Nest],
        *,
        weighted: bool,
    ) -> Iterator[tuple[str, Metric]]:
        """M31: metrics, targets and outputs go side by side as long as there are any of each."""
        if lists and len(self.targets) < len(self.outputs):
            self.trail.met("M31")
        # for m, y_t, y_p, s_w in zip(self._flat_weighted_metrics, y_true, y_pred, sample_weight): if m: ...
        for row, target, head, weight in zip(lists, self.targets, self.outputs, weights, strict=False):
            if row is None:
                continue
            if is_nested(weight) and row.metrics:
                message = "sample weights for one metric are stacked, and their shapes decide what that does"
                raise UnknownError(message)
            prefix = f"{row.output_name}_" if row.output_name else ""
            for spot in row.metrics:
                name = metric_name(spot.token)
                if is_builtin_metric(spot.token):
                    check_one_tensor(head, Fault.METRICS_STRUCTURE, "M33")
                    # y_true = ops.convert_to_tensor(y_true, ...): a user's own function is handed None
                    if target is None:
                        raise no_tensor(self.backend, "M34")
                metric = Metric(origin(head) or (), origin(target), spot.path, row.by)
                yield prefix, replace(metric, weighted=weighted, sample_weight=origin(weight), name=name)

    def _named(self, rows: list[tuple[str, Metric]]) -> list[Metric]:
        """M32: a name in the logs that is taken gets a number, or ``weighted_`` before it."""
        counters: dict[str, int] = {}
        found = []
        for prefix, metric in rows:
            log = prefix + metric.name
            if log in counters:
                self.trail.met("M32")
            # name = f"weighted_{m.name}"; if mls.output_name: name = f"{mls.output_name}_{name}"
            if metric.weighted and log in counters:
                log = f"{prefix}weighted_{metric.name}"
            counters[log] = counters.get(log, 0) + 1
            # name = f"{name}_{index}"
            found.append(replace(metric, log=log if counters[log] == 1 else f"{log}_{counters[log] - 1}"))
        return found
