"""The MetricsContainer of Keras 2: metrics and conformed data enter, metrics with their log names leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.pairing.builtin import loss_name
from keraslint.pairing.keras2_conform import Conformed, conform, pairing_by, written
from keraslint.pairing.keras2_nest import (
    NOTHING,
    Faults,
    Structure,
    flatten,
    flatten_up_to,
    is_flat_sequence,
    list_to_tuple,
)
from keraslint.pairing.model import Absent, By, Fault, Metric, Unseen
from keraslint.pairing.names import OutputNames
from keraslint.pairing.refusal import RefusedError
from keraslint.tree import Leaf, at

if TYPE_CHECKING:
    from keraslint.pairing.keras2_heads import Heads
    from keraslint.pairing.keras2_losses import Batch
    from keraslint.pairing.model import Part, Request
    from keraslint.tree import Path

TARGETS = Faults("K2.18", Fault.TARGETS_STRUCTURE, Fault.TARGETS_STRUCTURE, Fault.TARGETS_KEYS)
METRICS = Faults("K2.17", Fault.METRICS_STRUCTURE, Fault.METRICS_COUNT, Fault.METRICS_KEYS)

# These look at the shape of their target, and a container has none.
_SHAPED = frozenset({"accuracy", "acc", "crossentropy", "ce"})


@dataclass(frozen=True)
class Named:
    """A metric of one head: where it was written, and its log name where that is known."""

    path: Path
    weighted: bool
    log: str | None


@dataclass(frozen=True)
class Metrics:
    """The metrics of each head, in the order in which Keras logs them."""

    heads: Heads
    metrics: Conformed
    weighted: Conformed
    rows: tuple[tuple[Named, ...], ...]

    # K2.19 A head's metrics see the head's own target; a head without a target, or beyond the last sample
    #   weight, keeps its metrics at 0.
    #   for y_t, y_p, sw, metric_objs, weighted_metric_objs in zip(*zip_args): if y_t is None ...: continue
    #                                              (engine/compile_utils.py, MetricsContainer.update_state)
    #   Shown by X/same_list/loss=str/y=dict_layer, K2/metrics/short_sample_weights.
    def updated(self, batch: Batch) -> tuple[Metric, ...]:
        """Each metric that is computed from data."""
        rows = zip(batch.targets.refs, self.heads.paths, batch.sample_weight.refs, self.rows, strict=False)
        return tuple(
            self._metric(named, head, target, sample)
            for target, head, sample, row in rows
            if target is not None
            for named in row
        )

    def clauses(self, batch: Batch) -> frozenset[str]:
        """The clauses by which the metrics came about."""
        if not any(self.rows):
            return frozenset()
        written_parts = [part for part in (self.metrics, self.weighted) if part.structure != NOTHING]
        idle = len(self.updated(batch)) < sum(map(len, self.rows))
        found = {*(part.clause for part in written_parts), "K2.20"}
        return frozenset(found | {"K2.19"} if idle else found)

    def _metric(self, named: Named, head: Path, target: Path, sample: Path | None) -> Metric:
        part = self.weighted if named.weighted else self.metrics
        by = pairing_by(self.heads, part, head, named.path)
        weight = sample if named.weighted else None
        return Metric(head, target, named.path, by, named.weighted, weight, named.log or "")

    @property
    def logs(self) -> tuple[str, ...]:
        """The log names of all metrics, head by head, the weighted ones after the others."""
        return tuple(named.log for row in self.rows for named in row if named.log is not None)


def build(request: Request, heads: Heads, batch: Batch) -> Metrics:
    """``MetricsContainer.build``: refuses what does not have the structure of the outputs."""
    metrics, rows = _for_each_head(request.metrics, heads)
    weighted, weighted_rows = _for_each_head(request.weighted_metrics, heads)
    targets = _targets_like_outputs(heads, batch)
    for row, weighted_row, target in zip(rows, weighted_rows, targets, strict=True):
        _check_shaped(request.metrics, row, target)
        _check_shaped(request.weighted_metrics, weighted_row, target)
    names = OutputNames(heads.names) if len(heads.names) > 1 else ("",)
    named = tuple(
        _named(request, name, flatten(row), flatten(weighted_row))
        for name, row, weighted_row in zip(names, rows, weighted_rows, strict=False)
    )
    return Metrics(heads, metrics, weighted, named)


# K2.16 A metric, or a list of metrics without lists in it, goes to every output.
#   return isinstance(obj, (list, tuple)) and not any(tf.nest.is_nested(o) for o in obj)
#                                          (engine/compile_utils.py, MetricsContainer._should_broadcast)
#   Shown by M/listBA/metrics=list.
# K2.17 Any other structure of metrics must be that of the outputs, or a dict of output names.
#   self._metrics = tf.__internal__.nest.map_structure_up_to(y_pred, ..., self._metrics, y_true, y_pred)
#                                                     (engine/compile_utils.py, MetricsContainer.build)
#   Shown by M/dictBA/metrics=lol.
def _for_each_head(part: Part, heads: Heads) -> tuple[Conformed, tuple[Structure, ...]]:
    structure = written(part, heads)
    if isinstance(structure, Leaf) or (is_flat_sequence(structure) and not isinstance(part, Unseen)):
        rows = tuple(structure for _ in heads.paths)
        return Conformed(structure, "K2.16", By.BROADCAST), rows
    conformed = conform(heads, structure, Fault.METRICS_KEYS)
    rows = flatten_up_to(list_to_tuple(heads.structure), list_to_tuple(conformed.structure), METRICS)
    clause = conformed.clause if conformed.by is By.NAME else "K2.17"
    return Conformed(structure, clause, conformed.by), rows


# K2.18 Targets must have the structure of the outputs, with or without metrics: the container of metrics is
#   always built. A list for a dict of outputs fails here, after the losses have taken it.
#   self._metrics = tf.__internal__.nest.map_structure_up_to(
#       y_pred, self._get_metric_objects, self._metrics, y_true, y_pred)
#                                                     (engine/compile_utils.py, MetricsContainer.build)
#   Shown by LY/dictBA/loss=str1/y=list, K2/metrics/accuracy_of_a_list.
def _targets_like_outputs(heads: Heads, batch: Batch) -> tuple[Structure, ...]:
    return flatten_up_to(list_to_tuple(heads.structure), list_to_tuple(batch.targets.structure), TARGETS)


def _check_shaped(part: Part, row: Structure, target: Structure) -> None:
    if isinstance(target, Leaf):
        return
    for path in flatten(row):
        if path is not None and _written_name(part, path) in _SHAPED:
            message = "'tuple' object has no attribute 'shape'"
            raise RefusedError(Fault.TARGETS_STRUCTURE, "AttributeError", message, "K2.18")


# K2.20 With several heads a metric is logged under the output name at its position and its own name; a
#   weighted one whose name is taken says so; one of the same name twice for one head is refused.
#   m._name = output_name + "_" + m._name
#   wm._name = output_name + "_weighted_" + wm._name
#   raise ValueError(f"Found two metrics with the same name: {m._name}. ...")
#                                          (engine/compile_utils.py, MetricsContainer._set_metric_names)
#   Shown by M/dictPerm/metrics=dict, M/listBA/both=dict/sw=nat, K2/metrics/twice_for_a_head.
def _named(
    request: Request, output: str, metrics: tuple[Path | None, ...], weighted: tuple[Path | None, ...]
) -> tuple[Named, ...]:
    taken: list[str] = []
    rows: list[Named] = []
    parts = ((False, request.metrics, metrics), (True, request.weighted_metrics, weighted))
    for is_weighted, part, paths in parts:
        for path in paths:
            if path is None:
                continue
            name = _written_name(part, path)
            if name is None:
                rows.append(Named(path, is_weighted, None))
                continue
            taken.append(_log(name, output, taken, is_weighted=is_weighted))
            rows.append(Named(path, is_weighted, taken[-1]))
    return tuple(rows)


def _log(name: str, output: str, taken: list[str], *, is_weighted: bool) -> str:
    prefix = f"{output}_" if output else ""
    log = prefix + name
    if is_weighted and log in taken:
        log = f"{prefix}weighted_{name}"
    if log in taken:
        message = f"Found two {'weighted ' if is_weighted else ''}metrics with the same name: {log}."
        raise RefusedError(Fault.METRICS_STRUCTURE, "ValueError", message, "K2.20")
    return log


def _written_name(part: Part, path: Path) -> str | None:
    if isinstance(part, (Absent, Unseen)):
        return None
    leaf = at(part, path)
    # An object that was given no name has that of its class, in snake case (metrics/base_metric.py).
    return loss_name(leaf.value) if isinstance(leaf, Leaf) else None
