"""Models with nested outputs and losses enter; edits to losses by dot path leave, or why there are none.

``{"head": {"box": "mse"}}`` becomes ``NestedLoss({"head.box": "mse"})`` on a model of ``keraslint.losses``,
with the loss weights in it; logs that the program names get their new names.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.findings import Edit, Location, Span
from keraslint.rewriting import calls, parts
from keraslint.rewriting.consumers import last
from keraslint.rewriting.containers import Container, merged, quoted
from keraslint.rewriting.groups import groups
from keraslint.rewriting.homes import private_container
from keraslint.rewriting.migration import Migration
from keraslint.rewriting.proof import judged, place
from keraslint.rewriting.refusal import Refused, refuse
from keraslint.rewriting.returned import VALUES, taken
from keraslint.sites.model import Given, NotGiven
from keraslint.sites.reading import heads, is_mapping
from keraslint.tree import Branch, dotted, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.pairing.versions import Version
    from keraslint.rewriting.groups import Group, Seen
    from keraslint.sites.model import CompileCall, Monitor, TrainingSite, Written
    from keraslint.sites.sources import Source
    from keraslint.tree import Tree

ROOM = "keraslint.losses"


def nestings(seen: Seen, versions: Sequence[Version]) -> Iterator[Migration]:
    """Each model with outputs in nested dicts that is compiled with losses in nested dicts."""
    for group in groups(seen):
        nested = [site for site in group.sites if _is_nested(site)]
        if not nested:
            continue
        loss = nested[0].compiled.loss if nested[0].compiled else None
        at = loss.location if isinstance(loss, Given) else nested[0].model
        try:
            names, edits = _Nesting(seen, group, versions).run()
        except Refused as refused:
            yield Migration(at, reason=refused.reason, because=refused.location)
        else:
            yield Migration(at, names, edits)


def _is_nested(site: TrainingSite) -> bool:
    outputs = site.outputs.tree if isinstance(site.outputs, Given) else None
    loss = site.compiled.loss if site.compiled else None
    if outputs is None or not isinstance(loss, Given) or not _is_deep(outputs) or not _is_deep(loss.tree):
        return False
    return site.compiled is not None and not site.compiled.by_path


def _is_deep(tree: Tree[Written]) -> bool:
    """Whether dicts stand in dicts, and nothing else does."""
    return is_mapping(tree) and any(isinstance(child, Branch) for child in tree.children) and _is_dicts(tree)


def _is_dicts(tree: Tree[Written]) -> bool:
    return not isinstance(tree, Branch) or (is_mapping(tree) and all(map(_is_dicts, tree.children)))


@dataclass(frozen=True)
class _Nesting:
    """One group as its losses are put under paths."""

    seen: Seen
    group: Group
    versions: Sequence[Version]

    def run(self) -> tuple[tuple[str, ...], tuple[Edit, ...]]:
        """The paths and all edits, or a refusal."""
        paths = {self._paths(site) for site in self.group.sites}
        if len(paths) > 1:
            refuse("its outputs or losses depend on a condition, or on who calls", self.group.sites[0].model)
        self._values()
        names = next(iter(paths))
        edits: dict[Edit, None] = dict.fromkeys(self._model())
        for site in self.group.sites:
            judged(site, self.versions)
            edits.update(dict.fromkeys(self._compile(site)))
            for monitor in site.monitors:
                edits.update(dict.fromkeys(self._monitor(site, monitor, names)))
        known = {edit.location for edit in edits}
        edits.update(dict.fromkeys(edit for edit in self._keys(names) if edit.location not in known))
        return names, merged([*edits])

    def _values(self) -> None:
        """Nobody may take values by their places but the total: those of the terms stand in another order."""
        for trace in self.group.traces:
            source = self._source(trace.location)
            node = source.node(trace.location)
            if trace.call in VALUES and node is not None and taken(source, node) - {0}:
                why = "and NestedLoss logs its terms in the order in which they are written"
                refuse(f"the values that are returned here are taken by their places, {why}", trace.location)

    def _paths(self, site: TrainingSite) -> tuple[str, ...]:
        """The heads as paths, where each has one loss."""
        outputs = site.outputs.tree if isinstance(site.outputs, Given) else None
        loss = site.compiled.loss if site.compiled else None
        if outputs is None or not isinstance(loss, Given) or not _is_deep(outputs):
            refuse("not every call that takes this model is read", place(site))
        found = [path for path, written in leaves(loss.tree) if not written.is_none]
        if set(found) != set(heads(outputs)) or any("." in str(key) for path in found for key in path):
            refuse("not every output has one loss of its own, under keys without dots", loss.location)
        return tuple(dotted(path) for path in heads(outputs))

    def _source(self, location: Location) -> Source:
        source = None if self.seen.sources is None else self.seen.sources.source(location.document)
        if source is None:
            refuse("its source cannot be read", location)
        return source

    def _model(self) -> Iterator[Edit]:
        """The class of the model, which has to be one of ours: it logs each term."""
        for location in sorted(self.group.models):
            source = self._source(location)
            node = source.node(location)
            kind = next(site.kind for site in self.group.sites if site.model == location)
            if kind != "functional" or not isinstance(node, ast.Call):
                refuse(
                    "put NestedLossMixin before the base of its class: only functional models are rewritten",
                    location,
                )
            yield Edit(source.location(node.func), f"{ROOM}.Model")
            yield from _imported(source)

    def _compile(self, site: TrainingSite) -> Iterator[Edit]:
        compiled = site.compiled
        if compiled is None or not isinstance(compiled.loss, Given):
            return
        home = private_container(self.seen.sources, compiled.loss, self.group.calls)
        if home is None or not isinstance(home.node, ast.Dict):
            refuse(
                "its losses are not written as a dict that is used for nothing else", compiled.loss.location
            )
        weights = self._weights(compiled)
        yield from flattened(home)
        span = Location(home.source.path, home.span)
        yield from parts.around(span, f"{ROOM}.NestedLoss(", f"{weights})")
        yield from _imported(home.source)
        if weights:
            yield from self._without_weights(compiled)

    def _weights(self, compiled: CompileCall) -> str:
        """The weights as an argument of the loss."""
        part = compiled.loss_weights
        if isinstance(part, NotGiven):
            return ""
        home = (
            private_container(self.seen.sources, part, [compiled.location])
            if isinstance(part, Given)
            else None
        )
        text = "" if home is None else home.source.text(home.span)
        if home is None or not isinstance(part, Given) or "#" in text:
            refuse("its loss weights are not written as a dict in the call", compiled.location)
        places = dict(part.entries)
        mark = home.source.quote
        entries = [
            f"{quoted(dotted(path), mark)}: {home.source.text(places[path].span)}"
            for path, _ in leaves(part.tree)
        ]
        return f", weights={{{', '.join(entries)}}}"

    def _without_weights(self, compiled: CompileCall) -> Iterator[Edit]:
        source = self._source(compiled.location)
        call = source.node(compiled.location)
        keywords = call.keywords if isinstance(call, ast.Call) else []
        given = next((one for one in keywords if one.arg == "loss_weights"), None)
        if given is None or not isinstance(call, ast.Call) or not isinstance(given.value, ast.Dict):
            refuse("its loss weights are not written as a dict in the call", compiled.location)
        yield Edit(Location(source.path, calls.with_comma(source, call, given)), "")

    def _monitor(self, site: TrainingSite, monitor: Monitor, names: Sequence[str]) -> Iterator[Edit]:
        """``head/box_loss`` of Keras is ``head.box_loss`` of the terms."""
        for name in names:
            old = f"{name.replace('.', '/')}_loss"
            if monitor.key.removeprefix("val_") == old and old != f"{name}_loss":
                new = monitor.key.replace(old, f"{name}_loss")
                edits = calls.string(site, monitor.location, monitor.key, new)
                if edits is None:
                    refuse(f"the log {monitor.key!r} gets the name {new!r}", monitor.location)
                yield from edits

    def _keys(self, names: Sequence[str]) -> Iterator[Edit]:
        """The same of results that are asked for as a dict, and of callbacks of the program."""
        logs = {f"{name.replace('.', '/')}_loss": f"{name}_loss" for name in names if "." in name}
        for document in sorted({trace.location.document for trace in self.group.traces}):
            source = self._source(Location(document, NOWHERE))
            for node in ast.walk(source.tree):
                if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                    continue
                new = logs.get(node.value.removeprefix("val_"))
                if new is None:
                    continue
                if not _is_key(source.parents.get(node)):
                    refuse(f"the log {node.value!r} gets the name {new!r}", source.location(node))
                prefix = "val_" if node.value.startswith("val_") else ""
                mark = source.text(source.span(node))[:1]
                yield Edit(
                    source.location(node), quoted(prefix + new, mark if mark in "'\"" else source.quote)
                )


NOWHERE = Span(1, 1, 1, 1)


def _is_key(parent: ast.AST | None) -> bool:
    """``logs["key"]``, ``logs.get("key")``, or an argument of a callback that is known as a monitor."""
    match parent:
        case ast.Subscript() | ast.keyword(arg="monitor"):
            return True
        case ast.Call(func=callee):
            return last(callee) in MONITORING
        case _:
            return False


MONITORING = frozenset({"get", "EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau"})


def flattened(container: Container, path: str = "", margin: int = 0) -> Iterator[Edit]:
    """The edits that take the dicts in a dict apart: ``{"a": {"b": 1}}`` becomes ``{"a.b": 1}``.

    ``margin`` is the column of the keys around; those that begin a line are moved there.
    """
    source, node = container.source, container.node
    for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            refuse("a key is not written as a string", source.location(value))
        below = f"{path}.{key.value}" if path else key.value
        span = source.span(key)
        start = Span(span.line, _margin(source, span, margin), span.end_line, span.end_column)
        if not isinstance(value, ast.Dict):
            if path:
                yield Edit(Location(source.path, start), quoted(below, source.quote))
            continue
        yield Edit(Location(source.path, _opening(source, start, value)), "")
        yield from flattened(Container(source, value), below, margin or span.column)
        yield Edit(Location(source.path, _closing(source, value)), "")


def _margin(source: Source, key: Span, margin: int) -> int:
    """The column from which on the line of a key is rewritten."""
    begins = not source.lines[key.line - 1][: key.column - 1].strip()
    return margin if margin and begins and margin < key.column else key.column


def _opening(source: Source, key: Span, node: ast.Dict) -> Span:
    """From a key to where the first key of the dict behind it is rewritten; a comment between stays."""
    inner = source.span(node)
    first = source.span(node.keys[0]) if node.keys and node.keys[0] else inner
    if source.text(Span(inner.line, inner.column + 1, first.line, first.column)).strip():
        return Span(key.line, key.column, inner.line, inner.column + 1)
    return Span(key.line, key.column, first.line, _margin(source, first, key.column))


def _closing(source: Source, node: ast.Dict) -> Span:
    """The last bracket of a dict, with the comma before it."""
    span, last = source.span(node), source.span(node.values[-1])
    between = source.text(Span(last.end_line, last.end_column, span.end_line, span.end_column - 1))
    if between.strip(" \n,)"):
        refuse("a comment stands behind the last entry of an inner dict", source.location(node))
    if "," in between:
        return Span(last.end_line, last.end_column + between.index(","), span.end_line, span.end_column)
    return Span(span.end_line, span.end_column - 1, span.end_line, span.end_column)


def _imported(source: Source) -> Iterator[Edit]:
    """``import keraslint.losses`` behind the imports at the top."""
    body = source.tree.body
    if any(isinstance(one, ast.Import) and any(alias.name == ROOM for alias in one.names) for one in body):
        return
    yield from calls.behind_imports(source, f"import {ROOM}")
