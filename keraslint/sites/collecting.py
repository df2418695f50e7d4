"""Events enter, training sites leave: one for each alternative of each meeting of a model and its data."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias, TypeVar, Union

from keraslint.findings import Location, Undecided
from keraslint.inference import (
    CompileEvent,
    DataEvent,
    Interpreted,
    MonitorEvent,
    OldEvent,
    Unseen,
    UseEvent,
    interpret,
)
from keraslint.inference.snapshot import taken
from keraslint.inference.state import simplify
from keraslint.inference.values import Compiled, Const, Origin, Snapshot, Unknown
from keraslint.sites import evidence
from keraslint.sites.alternatives import MAX_CONDITIONS, assignments, doubtful, telling, tests
from keraslint.sites.condensing import condensed, condensed_item
from keraslint.sites.model import (
    NOT_GIVEN,
    CompileCall,
    DataCall,
    Given,
    Monitor,
    OldCall,
    ResultUse,
    Trace,
    TrainingSite,
    Unread,
)
from keraslint.sites.places import Places
from keraslint.sites.sources import Sources
from keraslint.sites.trees import batch, part, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keraslint.inference import Event, ModelSeen, Project
    from keraslint.inference.values import Item, Value
    from keraslint.sites.alternatives import Assumed
    from keraslint.sites.model import SitePart
    from keraslint.syntax.scout import Parsed

T = TypeVar("T")
Meeting: TypeAlias = Union[CompileEvent, DataEvent, UseEvent, OldEvent]


@dataclass(frozen=True)
class Inferred:
    """The sites of a document that can be judged, and those that cannot, each with its reason."""

    sites: tuple[TrainingSite, ...]
    undecided: tuple[Undecided, ...]
    interpreted: Interpreted = field(default=Interpreted((), ()), compare=False, repr=False)
    places: Places | None = field(default=None, compare=False, repr=False)

    def traces(self) -> Iterator[Trace]:
        """The places of models and of their results."""
        if self.places is not None:
            at = self.places.location
            for one in self.interpreted.sightings:
                entry = None if one.entry is None else at(one.entry)
                yield Trace(at(one.origin), at(one.model), one.call, one.heads, entry)

    def followed(self) -> Iterator[Location]:
        """The calls into the program's own code."""
        if self.places is not None:
            yield from map(self.places.location, self.interpreted.followed)


def find(parsed: Parsed, project: Project) -> Inferred:
    """The training sites that a document leads to, in the order of their meeting; some stand in others."""
    interpreted = interpret(parsed, project)
    collector = _Collector(Places(project), dict(interpreted.texts), _Aside(interpreted.events))
    collector.take(interpreted.events)
    if interpreted.stopped is not None:
        collector.undecide(Origin(1, 0, 1, 0, project.add(parsed)), interpreted.stopped)
    collector.sources.sites = tuple(collector.sites)
    undecided = tuple(collector.undecided)
    return Inferred(tuple(collector.sites), undecided, interpreted, collector.places)


SAVED = "save as h5"
"""The one of the old things about which it matters how the model was compiled."""


class _Aside:
    """What belongs to a data call, by where that call stands."""

    def __init__(self, events: tuple[Event, ...]) -> None:
        self.uses: dict[Origin, list[UseEvent]] = defaultdict(list)
        self.monitors: dict[Origin, list[MonitorEvent]] = defaultdict(list)
        self.old: dict[Origin, list[OldEvent]] = defaultdict(list)
        self.unpacked: dict[Origin, set[int]] = defaultdict(set)
        for event in events:
            match event:
                case UseEvent():
                    self.uses[event.source].append(event)
                    if event.call == "predict" and event.how == "unpack" and event.count is not None:
                        self.unpacked[event.model.origin].add(event.count)
                case MonitorEvent():
                    self.monitors[event.source].append(event)
                case OldEvent():
                    self.old[event.origin].append(event)


class _Collector:
    """Mutable while a document's events are taken in."""

    def __init__(self, places: Places, texts: dict[str, str], aside: _Aside) -> None:
        self.places = places
        self.texts = texts
        self.aside = aside
        self.sources = Sources(places.project)
        self.sites: dict[TrainingSite, None] = {}
        self.undecided: dict[Undecided, None] = {}

    def take(self, events: tuple[Event, ...]) -> None:
        """Take in all events; a compile call that some data reaches is judged there, a result at its call."""
        reached = {event.model.compiled for event in events if isinstance(event, DataEvent)}
        for event in events:
            match event:
                case Unseen():
                    self.undecide(event.origin, event.reason)
                case CompileEvent() if event.model.compiled not in reached:
                    self._meeting(event)
                case DataEvent() | UseEvent(call="predict"):
                    self._meeting(event)
                case OldEvent(name="predict_generator" | "Model" | "compile"):
                    self._meeting(event)
                case OldEvent():
                    self._old(event)

    def undecide(self, origin: Origin, reason: str) -> None:
        """Say that something is not judged."""
        self.undecided[Undecided(self.places.location(origin), reason)] = None

    def _meeting(self, event: Meeting) -> None:
        """Each alternative of one event becomes a site, or the reason why it does not."""
        if event.model.custom is not None:
            self.undecide(event.origin, event.model.custom)
            return
        event = _simpler(event)
        ways = assignments(test for value in _values(event) for test in tests(value))
        if ways is None:
            self.undecide(event.origin, f"it depends on more than {MAX_CONDITIONS} conditions")
            return
        for way in ways:
            self._alternative(event, way)

    def _old(self, event: OldEvent) -> None:
        """What Keras 3 does not have is said whatever the model's outputs are."""
        if event.name in {"fit_generator", "evaluate_generator"}:
            return
        model = event.model
        at = self.places.location(model.origin)
        outputs = self._outputs(model, {}) if model.custom is None else Unread(model.custom, at)
        compiled = self._compiled(model.compiled, {}) if event.name == SAVED else None
        inputs = self._inputs(model, {})
        site = TrainingSite(at, model.kind, outputs, compiled, sources=self.sources, inputs=inputs)
        self.sites[self._with_aside(site, event)] = None

    def _alternative(self, event: Meeting, way: Assumed) -> None:
        given = {} if isinstance(event, OldEvent) else dict(event.given)
        alone = isinstance(event, UseEvent | OldEvent)
        compiled = None if alone else self._compiled(event.model.compiled, way)
        data = self._data(event, way) if isinstance(event, DataEvent) else None
        outputs = self._outputs(event.model, way)
        unpacked = self.aside.unpacked[event.model.origin]
        counted = None if isinstance(outputs, Given) else evidence.counted(compiled, data, unpacked)
        why = outputs.reason if isinstance(outputs, Unread) else ""
        outputs = outputs if counted is None else counted.outputs
        if isinstance(outputs, Unread):
            self.undecide(event.origin, f"outputs not known: {outputs.reason}")
        elif not isinstance(outputs, Given):
            self.undecide(event.origin, "outputs not known: the model has no outputs")
            return
        for name, unread in _unread(compiled, data):
            self.undecide(event.origin, f"{name} not known: {unread.reason}")
        site = TrainingSite(
            model=self.places.location(event.model.origin),
            kind=event.model.kind,
            outputs=outputs,
            compiled=compiled,
            data=data,
            given=tuple(self._given(given | way)),
            evidence=None if counted is None else counted.evidence,
            unread=why,
            doubtful=any(map(doubtful, way)),
            expected=isinstance(event, CompileEvent | DataEvent) and event.expected,
            sources=self.sources,
            inputs=self._inputs(event.model, way),
        )
        self.sites[self._with_aside(site, event)] = None

    def _with_aside(self, site: TrainingSite, event: Meeting) -> TrainingSite:
        """The site with what the program does with its results, its logs and its old methods."""
        if isinstance(event, DataEvent) and event.validation:
            return site
        at = self.places.location
        uses = [event] if isinstance(event, UseEvent) else self.aside.uses[event.origin]
        named = self.aside.monitors[event.origin]
        old = [event] if isinstance(event, OldEvent) else self.aside.old[event.origin]
        return replace(
            site,
            uses=_each(
                ResultUse(one.call, one.how, at(one.origin), one.count, one.index, one.names) for one in uses
            ),
            monitors=_each(
                Monitor(one.key, at(one.origin), one.callback, one.mode, one.in_path) for one in named
            ),
            old_calls=_each(OldCall(one.name, at(one.origin)) for one in old),
        )

    def _given(self, way: Assumed) -> Iterator[str]:
        for test, holds in telling(way).items():
            text = self.texts.get(test, test)
            yield text if holds else f"not ({text})" if " " in text else f"not {text}"

    def _outputs(self, model: ModelSeen, way: Assumed) -> SitePart:
        return whole(taken(model.outputs, way), model.outputs_at or model.origin, self.places)

    def _inputs(self, model: ModelSeen, way: Assumed) -> SitePart:
        if model.inputs is None:
            return NOT_GIVEN
        return whole(taken(model.inputs, way), model.origin, self.places)

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
            by_path=compiled.by_path,
        )

    def _part(self, item: Item | None, way: Assumed) -> SitePart:
        return part(_taken(item, way), self.places)

    def _data(self, event: DataEvent, way: Assumed) -> DataCall:
        return DataCall(
            event.call,
            self.places.location(event.origin),
            self._part(_data_of(event.targets), way),
            self._part(_data_of(event.sample_weight), way),
            event.class_weight is not None,
            event.feed,
            event.validation,
            batch(_taken(event.batch, way), self.places),
            inputs=self._part(_data_of(event.inputs), way),
            class_weight_at=None if event.class_weight is None else self.places.location(event.class_weight),
        )


def _taken(item: Item | None, way: Assumed) -> Item | None:
    return None if item is None else item._replace(value=taken(item.value, way))


def _each(things: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(things))


def _model(model: ModelSeen) -> ModelSeen:
    compiled = None if model.compiled is None else condensed(model.compiled)
    inputs = None if model.inputs is None else condensed(model.inputs)
    return replace(model, inputs=inputs, outputs=condensed(model.outputs), compiled=compiled)


def _simpler(event: Meeting) -> Meeting:
    """The event with only those conditions left on which some structure depends."""
    if not isinstance(event, DataEvent):
        return replace(event, model=_model(event.model))
    return replace(
        event,
        model=_model(event.model),
        inputs=condensed_item(event.inputs),
        targets=condensed_item(event.targets),
        sample_weight=condensed_item(event.sample_weight),
        batch=condensed_item(event.batch),
    )


def _values(event: Meeting) -> Iterator[Value | Item | None]:
    # Not those of the inputs: a condition on these alone is none that outputs, losses and targets hang on.
    yield event.model.outputs
    yield event.model.compiled
    if isinstance(event, DataEvent):
        yield event.targets
        yield event.sample_weight
        yield event.batch


def _data_of(item: Item | None) -> Item | None:
    """A list of nothing but numbers is one array written out."""
    if item is not None and isinstance(item.value, Snapshot) and item.value.items and _numeric(item.value):
        return item._replace(value=Unknown("a list of numbers"))
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
