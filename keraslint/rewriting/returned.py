"""What ``evaluate`` and its like return, by position, before and after; the edits of whoever takes it leave.

Values that stand elsewhere afterwards are asked for by the names of their logs, where the versions in
question agree on these, else by their new places, where they agree on those.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from keraslint import pairing, sites
from keraslint.findings import Edit
from keraslint.pairing import Paired
from keraslint.rewriting import calls
from keraslint.rewriting.containers import quoted
from keraslint.rewriting.proof import entry_at, head_at, renamed
from keraslint.rewriting.refusal import Refused
from keraslint.sites.model import CompileCall, Given, Unread
from keraslint.tree import map_leaves

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.findings import Location
    from keraslint.rewriting.groups import Group, Seen
    from keraslint.rewriting.heads import Heads
    from keraslint.rewriting.proof import Judged
    from keraslint.sites.model import TrainingSite, Written
    from keraslint.sites.sources import Source
    from keraslint.tree import Path

VALUES = frozenset({"evaluate", "train_on_batch", "test_on_batch"})
ALL = 1_000
"""More values than any call returns."""


class Misplaced(Refused):
    """Values are taken from places at which others stand afterwards."""

    remedy = "in_order"


Meanings: TypeAlias = "list[tuple[str, object]]"


@dataclass(frozen=True)
class Moved:
    """A value by the name of its log and its place, each None where versions do not agree on it."""

    log: str | None
    place: int | None


@dataclass
class Values:
    """The values that the calls of one group return. Mutable: it collects what becomes of each place."""

    seen: Seen
    group: Group
    moved: dict[int, Moved] = field(default_factory=dict)
    shared: dict[int, str] = field(default_factory=dict)
    known: bool = True

    def take(self, before: Judged, same: Paired, newest: Paired, heads: Heads) -> None:
        """What one site makes of the places: ``same`` is by the version that was judged."""
        if before.site.compiled is None:
            return
        stood = pairing.pair(sites.request(_named(before.site)), before.version)
        if not isinstance(stood, Paired):
            self.known = False
            return
        named = (same, renamed(before, heads)), (newest, renamed(before, heads))
        after = [_meanings(one, site, heads.names) for one, site in named]
        meanings = _meanings(stood, before.site, heads.names)
        logs = [log for log, _ in meanings]
        self.shared |= {place: log for place, log in enumerate(logs) if logs.count(log) > 1}
        for place, (_, meaning) in enumerate(meanings):
            once = meaning is not None and [one for _, one in meanings].count(meaning) == 1
            found = Moved(*(_agreed(meaning, after) if once else (None, None)))
            if self.moved.setdefault(place, found) != found:
                self.moved[place] = Moved(None, None)

    def edits(self) -> Iterator[Edit]:
        """The edits of the calls and of all places that take values by position, if any value moves."""
        uses = list(self._uses())
        if all(self._stays(place) for _, node, source in uses for place in taken(source, node)):
            return
        if all(self._log(place) for _, node, source in uses for place in taken(source, node)):
            for at, node, source in uses:
                yield from self._by_name(source, node, at)
        else:
            for at, node, source in uses:
                yield from self._by_place(source, node, at)

    def _uses(self) -> Iterator[tuple[Location, ast.expr, Source]]:
        for trace in self.group.traces:
            source = self.seen.sources.source(trace.location.document) if self.seen.sources else None
            node = None if source is None else source.node(trace.location)
            if source is not None and node is not None and trace.call in VALUES:
                yield trace.location, node, source

    def _stays(self, place: int) -> bool:
        """Whether a value stands where it stood, or all do; places of which nothing is known hold nothing."""
        places = self.moved if place == ALL else self.moved.keys() & {place}
        return self.known and all(self.moved[one].place == one for one in places)

    def _log(self, place: int) -> str | None:
        return self.moved[place].log if self.known and place in self.moved else None

    def _by_name(self, source: Source, node: ast.expr, at: Location) -> Iterator[Edit]:
        """``metrics[1]`` as ``metrics["a_loss"]``, the call asked for a dict."""
        parent = source.parents.get(node)
        call = isinstance(node, ast.Call)
        match parent:
            case ast.Expr():
                return
            case ast.Assign(targets=[ast.Name()]) if call:
                pass
            case ast.Assign(targets=[ast.Tuple(elts=targets) | ast.List(elts=targets)]) if call:
                logs = [self._log(place) or "" for place in range(len(targets))]
                found = calls.taken_apart(source, node, logs, "values", ask=True)
                yield from found or self._misplaced(at)
                return
            case ast.Subscript(slice=ast.Constant(value=int() as place) as index):
                yield Edit(source.location(index), quoted(self._log(place) or "", source.quote))
            case _:
                self._misplaced(at)
        if isinstance(node, ast.Call):
            yield calls.with_keyword(source, node, "return_dict=True")

    def _by_place(self, source: Source, node: ast.expr, at: Location) -> Iterator[Edit]:
        """``metrics[1]`` as ``metrics[2]``."""
        for place in taken(source, node):
            new = self.moved[place].place if self.known and place in self.moved else None
            parent = source.parents.get(node)
            if new is None or (new != place and not isinstance(parent, ast.Subscript)):
                self._misplaced(at)
            elif new != place and isinstance(parent, ast.Subscript):
                yield Edit(source.location(parent.slice), str(new))

    def _misplaced(self, at: Location) -> tuple[Edit, ...]:
        gone = [str(place) for place, one in self.moved.items() if one.place != place]
        which = f"{', '.join(gone)} will hold others" if gone else "what they will hold is not known"
        refused = Misplaced()
        refused.reason = f"the values that are returned here are taken by their places: {which}"
        if self.shared:
            log = next(iter(self.shared.values()))
            refused.reason += f"; Keras logs several outputs as one, {log!r}, and returns one value for all"
        refused.location = at
        raise refused


def _agreed(meaning: object, after: Sequence[Meanings]) -> tuple[str | None, int | None]:
    """The log and the place of a value, each None where these differ."""
    logs = {next((log for log, one in some if one == meaning), None) for some in after}
    places = {next((at for at, (_, one) in enumerate(some) if one == meaning), None) for some in after}
    return logs.pop() if len(logs) == 1 else None, places.pop() if len(places) == 1 else None


def _named(site: TrainingSite) -> TrainingSite:
    """The site with names for layers without: Keras numbers these in the order in which they are made."""
    outputs = site.outputs
    if not isinstance(outputs, Given):
        return site

    def name(path: Path, written: Written) -> Written:
        return written if written.name else replace(written, name=f"?{path}")

    return replace(site, outputs=replace(outputs, tree=map_leaves(outputs.tree, name)))


def _meanings(paired: Paired, site: TrainingSite, names: Sequence[str]) -> Meanings:
    """Each value that is returned by its log and by what it is: the total, or a head's loss or metric."""
    found: dict[str, list[object]] = {log: [] for log in paired.evaluate}
    for term in paired.terms:
        found.get(term.log or "", []).append(("loss", head_at(term.head, names)))
    for one in paired.metrics:
        parts = site.compiled or CompileCall(site.model)
        part = parts.weighted_metrics if one.weighted else parts.metrics
        what = entry_at(part, one.metric, names), one.name if isinstance(part, Unread) else ""
        found.get(one.log, []).append(("metric", head_at(one.head, names), *what, one.weighted))
    found["loss"] = ["total"]
    return [(log, found[log][0] if len(found[log]) == 1 else None) for log in paired.evaluate]


def taken(source: Source, node: ast.expr) -> set[int]:
    """The places of a list of values that are used where it stands; ``ALL`` is among them if all are."""
    parent = source.parents.get(node)
    match parent:
        case ast.Expr() | ast.Assign(targets=[ast.Name()]):
            return set()
        case ast.Assign(targets=[ast.Tuple(elts=targets) | ast.List(elts=targets)]):
            return set(range(len(targets)))
        case ast.Subscript(slice=ast.Constant(value=int() as place)) if place >= 0:
            return {place}
        case ast.Subscript(
            slice=ast.Slice(
                lower=None | ast.Constant() as start, upper=ast.Constant(value=int() as end), step=None
            )
        ):
            first = 0 if start is None else start.value
            return set(range(first, end)) if isinstance(first, int) and first >= 0 <= end else {ALL}
        case ast.Call(func=ast.Name(id="print" | "len")):
            return set()
        case _:
            return {ALL}
