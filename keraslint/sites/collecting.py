"""Events enter, training sites leave: one for each alternative of each meeting of a model and its data."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keraslint.findings import Undecided
from keraslint.inference import CompileEvent, DataEvent, Unseen, UseEvent, interpret
from keraslint.inference.state import simplify
from keraslint.inference.values import Compiled, Const, Origin, Snapshot, Unknown
from keraslint.sites.alternatives import MAX_CONDITIONS, assignments, taken, telling, tests
from keraslint.sites.model import CompileCall, DataCall, Given, ResultUse, TrainingSite, Unread
from keraslint.sites.places import Places
from keraslint.sites.trees import part, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.inference import Event, ModelSeen, Project
    from keraslint.inference.values import Item, Value
    from keraslint.sites.alternatives import Assumed
    from keraslint.sites.model import SitePart
    from keraslint.syntax.scout import Parsed


@dataclass(frozen=True)
class Inferred:
    """The sites of a document that can be judged, and those that cannot, each with its reason."""

    sites: tuple[TrainingSite, ...]
    undecided: tuple[Undecided, ...]


def find(parsed: Parsed, project: Project) -> Inferred:
    """The training sites that a document leads to, in the order of their meeting; some stand in others."""
    interpreted = interpret(parsed, project)
    collector = _Collector(Places(project), dict(interpreted.texts))
    collector.take(interpreted.events)
    if interpreted.stopped is not None:
        collector.undecide(Origin(1, 0, 1, 0, project.add(parsed)), interpreted.stopped)
    return Inferred(tuple(collector.sites), tuple(collector.undecided))


class _Collector:
    """Mutable while a document's events are taken in."""

    def __init__(self, places: Places, texts: dict[str, str]) -> None:
        self.places = places
        self.texts = texts
        self.sites: dict[TrainingSite, None] = {}
        self.undecided: dict[Undecided, None] = {}

    def take(self, events: tuple[Event, ...]) -> None:
        """Take in all events; a compile call that some data reaches is judged there, a result at its call."""
        reached = {event.model.compiled for event in events if isinstance(event, DataEvent)}
        uses = defaultdict(list)
        for event in events:
            if isinstance(event, UseEvent):
                uses[event.source].append(event)
        for event in events:
            match event:
                case CompileEvent() if event.model.compiled in reached:
                    continue
                case UseEvent() if event.call != "predict":
                    continue
                case DataEvent():
                    self.add(event, [] if event.validation else uses[event.origin])
                case UseEvent():
                    self.add(event, [event])
                case _:
                    self.add(event, [])

    def add(self, event: Event, uses: list[UseEvent]) -> None:
        """Take in one event: each of its alternatives becomes a site, or the reason why it does not."""
        if isinstance(event, Unseen):
            self.undecide(event.origin, event.reason)
            return
        if event.model.custom is not None:
            self.undecide(event.origin, event.model.custom)
            return
        ways = assignments(test for value in _values(event) for test in tests(value))
        if ways is None:
            self.undecide(event.origin, f"it depends on more than {MAX_CONDITIONS} conditions")
            return
        for way in ways:
            self._alternative(event, uses, dict(event.given) | way)

    def undecide(self, origin: Origin, reason: str) -> None:
        """Say that something is not judged."""
        self.undecided[Undecided(self.places.location(origin), reason)] = None

    def _alternative(
        self, event: CompileEvent | DataEvent | UseEvent, uses: list[UseEvent], way: Assumed
    ) -> None:
        outputs = self._outputs(event.model, way)
        if not isinstance(outputs, Given):
            reason = outputs.reason if isinstance(outputs, Unread) else "the model has no outputs"
            self.undecide(event.origin, f"outputs not known: {reason}")
            return
        compiled = None if isinstance(event, UseEvent) else self._compiled(event.model.compiled, way)
        data = self._data(event, way) if isinstance(event, DataEvent) else None
        for name, unread in _unread(compiled, data):
            self.undecide(event.origin, f"{name} not known: {unread.reason}")
        site = TrainingSite(
            model=self.places.location(event.model.origin),
            kind=event.model.kind,
            outputs=outputs,
            compiled=compiled,
            data=data,
            uses=tuple(dict.fromkeys(self._use(use) for use in uses)),
            given=tuple(self._given(way)),
        )
        self.sites[site] = None

    def _given(self, way: Assumed) -> Iterator[str]:
        for test, holds in telling(way).items():
            text = self.texts.get(test, test)
            yield text if holds else f"not ({text})" if " " in text else f"not {text}"

    def _outputs(self, model: ModelSeen, way: Assumed) -> SitePart:
        return whole(taken(model.outputs, way), model.outputs_at or model.origin, self.places)

    def _compiled(self, value: Value | None, way: Assumed) -> CompileCall | None:
        compiled = None if value is None else simplify(value, way)
        if not isinstance(compiled, Compiled):
            return None
        return CompileCall(
            self.places.location(compiled.origin),
            self._part(compiled.loss, way),
            self._part(compiled.loss_weights, way),
            self._part(compiled.metrics, way),
            self._part(compiled.weighted_metrics, way),
        )

    def _part(self, item: Item | None, way: Assumed) -> SitePart:
        return part(None if item is None else replace(item, value=taken(item.value, way)), self.places)

    def _data(self, event: DataEvent, way: Assumed) -> DataCall:
        return DataCall(
            event.call,
            self.places.location(event.origin),
            self._part(_data_of(event.targets), way),
            self._part(_data_of(event.sample_weight), way),
            event.class_weight,
            event.feed,
            event.validation,
        )

    def _use(self, event: UseEvent) -> ResultUse:
        return ResultUse(event.call, event.how, self.places.location(event.origin), event.count, event.index)


def _values(event: CompileEvent | DataEvent | UseEvent) -> Iterator[Value | Item | None]:
    yield event.model.outputs
    yield event.model.compiled
    if isinstance(event, DataEvent):
        yield event.targets
        yield event.sample_weight


def _data_of(item: Item | None) -> Item | None:
    """A list of nothing but numbers is one array written out."""
    if item is not None and isinstance(item.value, Snapshot) and item.value.items and _numeric(item.value):
        return replace(item, value=Unknown("a list of numbers"))
    return item


def _numeric(value: Value) -> bool:
    if isinstance(value, Snapshot):
        return value.kind in {"list", "tuple"} and all(_numeric(item.value) for _, item in value.items)
    return isinstance(value, Const) and isinstance(value.value, int | float)


def _unread(compiled: CompileCall | None, data: DataCall | None) -> Iterator[tuple[str, Unread]]:
    parts: dict[str, object] = {}
    if compiled is not None:
        parts |= {"loss": compiled.loss, "loss_weights": compiled.loss_weights, "metrics": compiled.metrics}
    if data is not None:
        parts |= {"targets": data.targets, "sample_weight": data.sample_weight}
    yield from ((name, value) for name, value in parts.items() if isinstance(value, Unread))
