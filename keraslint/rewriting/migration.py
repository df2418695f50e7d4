"""What was seen of all models enters; for each with its outputs in a list the edits that name them leave.

A site is rewritten whole, in however many files, or not at all: outputs, losses, weights, metrics, targets,
sample weights, and whatever takes the results apart. What is not rewritten leaves with its reason.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.findings import Edit, Location
from keraslint.inference.training import KEPT
from keraslint.rewriting.consumers import Consumers
from keraslint.rewriting.containers import disjoint, quoted
from keraslint.rewriting.declaring import Declaring, entries, only_counted, wrapped
from keraslint.rewriting.families import families, is_listed
from keraslint.rewriting.homes import container, private_containers
from keraslint.rewriting.proof import flat, judged, place, prove
from keraslint.rewriting.refusal import Refused, refuse
from keraslint.rewriting.returned import Values
from keraslint.rewriting.saving import saved_by_callbacks
from keraslint.rewriting.trunk import layers_below
from keraslint.sites.model import Given, Unread
from keraslint.sites.reading import is_sequence
from keraslint.tree import Branch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.pairing import Paired
    from keraslint.pairing.versions import Version
    from keraslint.rewriting.families import Family
    from keraslint.rewriting.groups import Group, Seen
    from keraslint.rewriting.heads import Heads
    from keraslint.rewriting.proof import Judged
    from keraslint.sites.model import SitePart, TrainingSite


@dataclass(frozen=True)
class Migration:
    """A model with its outputs in a list: the edits that rewrite its sites, or the reason and its place."""

    location: Location
    names: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    reason: str = ""
    because: Location | None = None


def migrations(seen: Seen, versions: Sequence[Version]) -> Iterator[Migration]:
    """Each family of models with several outputs in a list or tuple, one of which is trained."""
    for family in families(seen):
        sites = [site for group in family.groups for site in group.sites]
        if not any(site.compiled for site in sites if is_listed(site)):
            continue
        try:
            names, edits = _tried(seen, family, versions)
        except Refused as refused:
            for group in family.groups:
                yield from _refusals(seen, group, refused)
        else:
            first = family.groups[0]
            yield Migration(_place(seen, first, _listed(first)[0]), names, edits)


def _listed(group: Group) -> list[TrainingSite]:
    return [site for site in group.sites if is_listed(site)]


def _refusals(seen: Seen, group: Group, refused: Refused) -> Iterator[Migration]:
    """The reason, once for each call of ``compile``: models of one display may be trained far apart."""
    first, *others = _listed(group)
    here = _place(seen, group, first)
    said, calls = {here}, {None, _compiled_at(first)}
    yield Migration(here, reason=refused.reason, because=refused.location)
    for site in sorted(others, key=lambda one: one.evidence is None):  # those that stand at the call itself
        call = _compiled_at(site)
        at = None if call in calls else _place(seen, group, site)
        calls.add(call)
        if at is None or at in said:
            continue
        said.add(at)
        if site.evidence is not None:
            yield Migration(at, reason=only_counted(site, group.sites), because=place(site))
        else:
            reason = f"it goes together with a model that is not rewritten: {refused.reason}"
            yield Migration(at, reason=reason, because=refused.location)


def _compiled_at(site: TrainingSite) -> Location | None:
    return None if site.compiled is None else site.compiled.location


def _place(seen: Seen, group: Group, site: TrainingSite) -> Location:
    """Where the outputs are passed; where they are written, if more than these are passed there."""
    if not isinstance(site.outputs, Given):
        return site.model
    home = None if group.whole else container(seen.sources, site.outputs)
    return site.outputs.location if home is None else Location(home.source.path, home.span)


def _tried(
    seen: Seen, family: Family, versions: Sequence[Version]
) -> tuple[tuple[str, ...], tuple[Edit, ...]]:
    """The rewriting; with the losses in the order of their keys where values are taken by position, with
    predictions put back into lists where these are taken whole.
    """
    remedies: set[str] = set()
    misplaced: Refused | None = None
    while True:
        in_order, listed = "in_order" in remedies, "listed" in remedies
        try:
            return _Rewriting(seen, family, versions, in_order=in_order, listed=listed).run()
        except Refused as refused:
            if refused.remedy and refused.remedy not in remedies:
                remedies.add(refused.remedy)
                misplaced = refused if refused.remedy == "in_order" else misplaced
                continue
            if misplaced is None:
                raise
            if refused.reason != misplaced.reason:
                misplaced.reason += f"; with the losses in the order of their keys, {refused.reason}"
            raise misplaced from None


@dataclass
class _Rewriting:
    """One family as it is rewritten. Mutable: it collects the edits."""

    seen: Seen
    family: Family
    versions: Sequence[Version]
    in_order: bool = False
    listed: bool = False

    def run(self) -> tuple[tuple[str, ...], tuple[Edit, ...]]:
        """The names of the first group and all edits, or a refusal."""
        first = self.family.groups[0].sites[0]
        if self.seen.sources is None:
            refuse("its source cannot be read", first.model)
        edits: dict[Edit, None] = {}
        found: list[Heads] = []
        for group in self.family.groups:
            inner = {call: found[number].names for call, number in self.family.inner if number < len(found)}
            declaring = Declaring(group, self.seen.sources, inner)
            heads = declaring.heads()
            found.append(heads)
            edits.update(dict.fromkeys((*heads.edits, *declaring.edits(heads))))
            edits.update(dict.fromkeys(self._group(group, heads)))
        if not disjoint([*edits]):
            refuse("two parts of it are written at one place", first.model)
        return found[0].names, tuple(edits)

    @property
    def calls(self) -> list[Location]:
        """The calls that take parts of any of these sites."""
        return [call for group in self.family.groups for call in group.calls]

    def _group(self, group: Group, heads: Heads) -> Iterator[Edit]:
        """The edits of the calls of a group and of all who take what it gives."""
        values = Values(self.seen, group)
        for site in group.sites:
            yield from self._site(site, heads, values)
        yield from values.edits()
        outputs = group.sites[0].outputs
        tree = outputs.tree if isinstance(outputs, Given) else None
        below = layers_below(tree, self.seen.sources) if isinstance(tree, Branch) and self.seen.sources else 0
        inner = frozenset(call for call, _ in self.family.inner)
        yield from Consumers(self.seen, group, heads.names, below, inner, self.listed).edits()

    def _site(self, site: TrainingSite, heads: Heads, values: Values) -> Iterator[Edit]:
        if site.compiled is None and site.data is None:
            return
        for name, part in _parts(site):
            # What is kept is rewritten where it was given.
            if isinstance(part, Unread) and part.reason != KEPT.reason:
                refuse(f"the {name} are not known: {part.reason}", part.location)
        before, names = judged(site, self.versions), heads.names
        same, newest = prove(before, heads, self.versions, in_order=self.in_order)
        self._logs(before, newest, heads)
        values.take(before, same, newest, heads)
        for name, part in _parts(site):
            if isinstance(part, Given):
                in_order = self.in_order and name == "losses"
                spreads = before.spreads and "metrics" in name
                yield from self._part(part, names, spreads=spreads, in_order=in_order)
        if site.data is not None:
            self._saved(site.data.location)

    def _part(self, part: Given, names: tuple[str, ...], *, spreads: bool, in_order: bool) -> Iterator[Edit]:
        if not is_sequence(part.tree) or self.seen.sources is None:
            return
        homes = private_containers(self.seen.sources, part, self.calls)
        if spreads and flat(part):
            yield from self._spread(part, names)
        elif homes:
            moves = in_order and list(names) != sorted(names)
            if moves and any("#" in home.source.text(home.span) for home in homes):
                refuse("comments stand between losses that change places", part.location)
            for home in homes:
                yield from home.edits("dict", entries(names, in_order=in_order))
        elif in_order:
            refuse("losses that change places are not written where they are passed", part.location)
        else:
            yield from wrapped(self.seen.sources, part, names, self.calls)

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

    def _logs(self, before: Judged, newest: Paired, heads: Heads) -> None:
        """Logs that the program names keep their names."""
        gone = set(before.paired.logs) - set(newest.logs)
        for monitor in before.site.monitors:
            log = monitor.key.removeprefix("val_")
            numbered = None in heads.layers or heads.edits
            if log in gone or (numbered and log not in newest.logs):
                refuse(f"the log {monitor.key!r} would get another name", monitor.location)

    def _saved(self, location: Location) -> None:
        source = self.seen.sources.source(location.document) if self.seen.sources else None
        call = None if source is None else source.node(location)
        saving = saved_by_callbacks(source, call) if source and isinstance(call, ast.Call) else None
        if source is not None and saving is not None:
            refuse(
                "a ModelCheckpoint saves the whole model, and whoever reads it is not seen",
                source.location(saving),
            )


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
