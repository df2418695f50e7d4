"""What was seen of all models enters; for each with its outputs in a list the edits that name them leave.

A site is rewritten whole, in however many files, or not at all: outputs, losses, weights, metrics, targets,
sample weights, and whatever takes the results apart. What is not rewritten leaves with its reason.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.findings import Edit
from keraslint.inference.training import KEPT
from keraslint.rewriting import parts
from keraslint.rewriting.consumers import Consumers, last, saved_by_callbacks
from keraslint.rewriting.containers import Entry, disjoint, quoted
from keraslint.rewriting.groups import groups
from keraslint.rewriting.heads import names_of, written_here
from keraslint.rewriting.homes import container, importers, private_container, strays
from keraslint.rewriting.proof import flat, judged, place, prove
from keraslint.rewriting.refusal import Refused, refuse
from keraslint.rewriting.returned import moved, taken
from keraslint.rewriting.trunk import layers_below
from keraslint.sites.model import Given, Unread
from keraslint.sites.reading import is_flat, is_sequence, label
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.findings import Location
    from keraslint.pairing import Paired
    from keraslint.pairing.versions import Version
    from keraslint.rewriting.groups import Group, Seen
    from keraslint.rewriting.proof import Judged
    from keraslint.sites.model import SitePart, TrainingSite, Written
    from keraslint.sites.sources import Source


VALUES = frozenset({"evaluate", "train_on_batch", "test_on_batch"})


@dataclass(frozen=True)
class Migration:
    """A model with its outputs in a list: the edits that rewrite its sites, or the reason and its place."""

    location: Location
    names: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    reason: str = ""
    because: Location | None = None


def migrations(seen: Seen, versions: Sequence[Version]) -> Iterator[Migration]:
    """Each model that has several outputs in a list or tuple and is trained."""
    for group in groups(seen):
        listed = [site for site in group.sites if _is_listed(site)]
        if not listed or not any(site.compiled for site in listed):
            continue
        at = listed[0].outputs.location if isinstance(listed[0].outputs, Given) else listed[0].model
        try:
            names, edits = _Rewriting(seen, group, versions).run()
        except Refused as refused:
            yield Migration(at, reason=refused.reason, because=refused.location)
        else:
            yield Migration(at, names, edits)


def _is_listed(site: TrainingSite) -> bool:
    """Whether several outputs stand in a list; those of tests that expect errors are not there at all."""
    outputs = site.outputs.tree if isinstance(site.outputs, Given) else None
    return isinstance(outputs, Branch) and is_sequence(outputs) and len(outputs.items) > 1


@dataclass
class _Rewriting:
    """One group as it is rewritten. Mutable: it collects the edits."""

    seen: Seen
    group: Group
    versions: Sequence[Version]

    def run(self) -> tuple[tuple[str, ...], tuple[Edit, ...]]:
        """The names and all edits, or a refusal."""
        outputs = self._outputs()
        first = self.group.sites[0]
        if self.seen.sources is None:
            refuse("its source cannot be read", first.model)
        names, naming = names_of(outputs, self.seen.sources, subclass=first.kind == "subclass")
        edits: dict[Edit, None] = dict.fromkeys(naming)
        edits.update(dict.fromkeys(self._declaration(first, names)))
        for site in self.group.sites:
            edits.update(dict.fromkeys(self._site(site, names)))
        below = layers_below(outputs, self.seen.sources)
        edits.update(dict.fromkeys(Consumers(self.seen, self.group, names, below).edits()))
        if not disjoint([*edits]):
            refuse("two parts of it are written at one place", first.model)
        return names, tuple(edits)

    def _outputs(self) -> Branch[Written]:
        """The outputs, which have to be the same whatever conditions hold."""
        found: dict[tuple[object, ...], Branch[Written]] = {}
        for site in self.group.sites:
            tree = site.outputs.tree if isinstance(site.outputs, Given) else None
            if site.evidence is not None or not isinstance(tree, Branch):
                refuse("its outputs are not read, only counted", place(site))
            if not is_sequence(tree) or not is_flat(tree):
                refuse("its outputs are nested, or no list in every case", place(site))
            found[tuple(label(tree, (key,)) for key in tree.keys)] = tree
        made = {trace.heads for trace in self.group.traces}
        if len(made) > 1:
            refuse("its outputs differ between those who call for it", self.group.sites[0].model)
        if len(found) > 1:
            given = next((site.given for site in self.group.sites if site.given), ())
            on = f": {' and '.join(given)}" if given else ""
            refuse(f"its outputs depend on a condition, or on who calls{on}", self.group.sites[0].model)
        return next(iter(found.values()))

    def _declaration(self, site: TrainingSite, names: tuple[str, ...]) -> Iterator[Edit]:
        outputs = site.outputs
        if not isinstance(outputs, Given):
            return
        if site.kind == "subclass":
            yield from self._returned(outputs, names)
            return
        home = private_container(self.seen.sources, outputs, [outputs.location])
        if home is None and self.seen.sources is not None:
            written_here(outputs, names, self.seen.sources)
        yield from self._dict(outputs, names) if home is None else home.edits("dict", _entries(names))

    def _returned(self, outputs: Given, names: tuple[str, ...]) -> Iterator[Edit]:
        """What the one ``return`` of ``call`` gives."""
        home = container(self.seen.sources, outputs)
        statement = None if home is None else home.source.parents.get(home.node)
        if home is None or not isinstance(statement, ast.Return):
            refuse("what its 'call' returns is not written as a list or tuple there", outputs.location)
        function = next(one for one in home.source.above(statement) if isinstance(one, ast.FunctionDef))
        returns = [one for one in ast.walk(function) if isinstance(one, ast.Return)]
        if function.name != "call" or len(returns) > 1:
            refuse("its 'call' returns in several places", home.source.location(function))
        self._instances(home.source, function)
        yield from home.edits("dict", _entries(names))

    def _instances(self, source: Source, function: ast.FunctionDef) -> None:
        """Every instance of the class has to be one of these models: its ``call`` changes for all."""
        cls = next((one for one in source.above(function) if isinstance(one, ast.ClassDef)), None)
        importing = importers(source, self.seen.sources) if self.seen.sources else ()
        for other in (source, *importing) if cls is not None else ():
            for node in ast.walk(other.tree):
                if isinstance(node, ast.Name | ast.Attribute) and cls is not None and last(node) == cls.name:
                    self._instance(other, node, cls.name)

    def _instance(self, source: Source, node: ast.Name | ast.Attribute, name: str) -> None:
        call = source.parents.get(node)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "super":
            return
        made = isinstance(call, ast.Call) and call.func is node
        if not isinstance(call, ast.Call) or not made or source.location(call) not in self.group.models:
            refuse(f"'{name}' is used for what is not trained here", source.location(node))

    def _site(self, site: TrainingSite, names: tuple[str, ...]) -> Iterator[Edit]:
        if site.compiled is None and site.data is None:
            return
        before = judged(site, self.versions)
        same, newest = prove(before, names, self.versions)
        self._logs(before, same, newest, names)
        for name, part in _parts(site):
            if (
                isinstance(part, Unread) and part.reason != KEPT.reason
            ):  # what is kept is rewritten where given
                refuse(f"the {name} are not known: {part.reason}", part.location)
            if isinstance(part, Given):
                yield from self._part(part, names, spreads=before.spreads and "metrics" in name)
        if site.data is not None:
            self._saved(site.data.location)

    def _part(self, part: Given, names: tuple[str, ...], *, spreads: bool) -> Iterator[Edit]:
        if not is_sequence(part.tree):
            return
        home = private_container(self.seen.sources, part, self.group.calls)
        if spreads and flat(part):
            yield from self._spread(part, names)
        elif home is not None:
            self._batches(home.source, home.node)
            yield from home.edits("dict", _entries(names))
        else:
            yield from self._dict(part, names)

    def _dict(self, part: Given, names: tuple[str, ...]) -> Iterator[Edit]:
        """``dict(zip([names], part))`` around what is passed."""
        source = self.seen.sources.source(part.location.document) if self.seen.sources else None
        node = None if source is None else source.node(part.location)
        if (
            source is None
            or node is None
            or (isinstance(node, ast.Tuple) and source.text(part.location.span)[:1] != "(")
        ):
            refuse("a list is made where no edit reaches it", part.location)
        self._batches(source, node)
        keys = ", ".join(quoted(name, source.quote) for name in names)
        yield from parts.around(part.location, f"dict(zip([{keys}], ", "))")

    def _spread(self, part: Given, names: tuple[str, ...]) -> Iterator[Edit]:
        """A flat list of metrics, which Keras 2 computes for every head, under the name of each."""
        source = self.seen.sources.source(part.location.document) if self.seen.sources else None
        node = None if source is None else source.node(part.location)
        if source is None or not isinstance(node, ast.List | ast.Tuple):
            refuse(
                "the metrics, which Keras 2 computes for every output, are not written where they are passed",
                part.location,
            )
        text = source.text(part.location.span)
        if "\n" in text or "#" in text:
            refuse(
                "the metrics, which Keras 2 computes for every output, are written over several lines",
                part.location,
            )
        entries = ", ".join(f"{quoted(name, source.quote)}: {text}" for name in names)
        yield Edit(part.location, "{" + entries + "}")

    def _batches(self, source: Source, node: ast.expr) -> None:
        """Batches that a generator or ``PyDataset`` gives must go to these sites alone."""
        function = next((one for one in source.above(node) if isinstance(one, ast.FunctionDef)), None)
        yields = any(isinstance(one, ast.Yield) for one in source.above(node))
        if function is None or not (yields or function.name == "__getitem__"):
            return
        maker = function.name
        if not yields:
            around = (one for one in source.above(function) if isinstance(one, ast.ClassDef))
            maker = next((one.name for one in around), "")
        for other in (source, *(importers(source, self.seen.sources) if self.seen.sources else ())):
            for one in ast.walk(other.tree):
                if isinstance(one, ast.Name) and one.id == maker:
                    self._taken(other, one, maker)

    def _taken(self, source: Source, name: ast.Name, maker: str) -> None:
        call = source.parents.get(name)
        if not isinstance(call, ast.Call) or call.func is not name:
            refuse(f"'{maker}' gives batches to what is not seen", source.location(name))
        why = strays(source, call, self.group.calls, self.seen.sources) if self.seen.sources else ""
        if why:
            refuse(f"the batches of '{maker}' go elsewhere too: {why}", source.location(call))

    def _logs(self, before: Judged, same: Paired, newest: Paired, names: tuple[str, ...]) -> None:
        """Logs that the program names keep their names, and values that it takes by position their places."""
        gone = set(before.paired.logs) - set(newest.logs)
        for monitor in before.site.monitors:
            if monitor.key.removeprefix("val_") in gone:
                refuse(f"the log {monitor.key!r} would get another name", monitor.location)
        lost = moved(before, same, names)
        for trace in self.group.traces:
            if trace.call in VALUES and before.site.compiled is not None:
                source = self.seen.sources.source(trace.location.document) if self.seen.sources else None
                node = None if source is None else source.node(trace.location)
                if source and node and not lost.isdisjoint(taken(source, node)):
                    order = list(same.evaluate)
                    refuse(f"'{trace.call}' returns other values in these places: {order}", trace.location)

    def _saved(self, location: Location) -> None:
        source = self.seen.sources.source(location.document) if self.seen.sources else None
        call = None if source is None else source.node(location)
        saving = saved_by_callbacks(source, call) if source and isinstance(call, ast.Call) else None
        if source is not None and saving is not None:
            refuse(
                "a ModelCheckpoint saves the whole model, and whoever reads it is not seen",
                source.location(saving),
            )


def _entries(names: Sequence[str]) -> list[Entry]:
    return [Entry(place, name) for place, name in enumerate(names)]


def _parts(site: TrainingSite) -> Iterator[tuple[str, SitePart]]:
    if site.compiled is not None:
        compiled = site.compiled
        yield "losses", compiled.loss
        yield "loss weights", compiled.loss_weights
        yield "metrics", compiled.metrics
        yield "weighted metrics", compiled.weighted_metrics
    if site.data is not None:
        yield "targets", site.data.targets
        yield "sample weights", site.data.sample_weight
