"""A group of sites with their outputs in a list enters; the heads of the outputs and their edits leave."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from keraslint.findings import Edit
from keraslint.rewriting import parts
from keraslint.rewriting.consumers import last
from keraslint.rewriting.containers import Container, Entry, quoted
from keraslint.rewriting.following import Following, importers
from keraslint.rewriting.heads import heads_of, written_here
from keraslint.rewriting.homes import container, private_container
from keraslint.rewriting.proof import place
from keraslint.rewriting.refusal import refuse
from keraslint.sites.model import Given, Unread
from keraslint.sites.reading import is_flat, is_sequence, label
from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from keraslint.findings import Location
    from keraslint.rewriting.groups import Group
    from keraslint.rewriting.heads import Heads
    from keraslint.sites.model import SitePart, TrainingSite, Written
    from keraslint.sites.sources import Source, Sources


@dataclass(frozen=True)
class Declaring:
    """One group; ``inner`` are the calls of models inside others, with the keys that they give by then."""

    group: Group
    sources: Sources
    inner: Mapping[Location, Sequence[str]]

    def heads(self) -> Heads:
        """The names of the outputs, or a refusal."""
        subclass = self.group.sites[0].kind == "subclass"
        return heads_of(self.outputs(), self.sources, self.inner, subclass=subclass)

    def outputs(self) -> Branch[Written]:
        """The outputs, which have to be the same whatever conditions hold."""
        found: dict[tuple[object, ...], Branch[Written]] = {}
        for site in self.group.sites:
            tree = site.outputs.tree if isinstance(site.outputs, Given) else None
            if site.evidence is not None:
                refuse(only_counted(site, self.group.sites), place(site))
            if not isinstance(tree, Branch) or not is_sequence(tree) or not is_flat(tree):
                if site.given:
                    self._depends(site.given)
                self._goes_with(site)
            else:
                found[tuple(label(tree, (key,)) for key in tree.keys)] = tree
        if len(heads := {trace.heads for trace in self.group.traces}) > 1:
            refuse(
                f"its outputs differ between those who call for it{_differing(heads)}",
                self.group.sites[0].model,
            )
        if len(found) > 1:
            self._depends(next((site.given for site in self.group.sites if site.given), ()))
        return next(iter(found.values()))

    def _goes_with(self, other: TrainingSite) -> NoReturn:
        """Another model keeps its style, and with it these: by a call that takes both, or by an output."""
        shared = {call.location for call in (other.compiled, other.data) if call is not None}
        listed = (site for site in self.group.sites if site is not other and site.model != other.model)
        calls = {call.location for site in listed for call in (site.compiled, site.data) if call is not None}
        common = next((call for call in sorted(shared & calls, key=str)), None)
        if common is None:
            refuse(f"it goes together with a model {_unlike(other.outputs)}", _where(other))
        refuse(f"one call takes it and a model {_unlike(other.outputs)}", common)

    def _depends(self, given: Sequence[str]) -> NoReturn:
        on = f": {' and '.join(given)}" if given else ""
        refuse(f"its outputs depend on a condition, or on who calls{on}", self.group.sites[0].model)

    def edits(self, heads: Heads) -> Iterator[Edit]:
        """The edits where the outputs are written, once for each place."""
        for outputs in {site.outputs for site in self.group.sites}:
            if isinstance(outputs, Given):
                yield from self._declaration(outputs, heads.names)

    def _declaration(self, outputs: Given, names: tuple[str, ...]) -> Iterator[Edit]:
        call = self._inner(outputs)
        if call is not None:
            yield from self._made_of_models(outputs, call, names)
        elif self.group.sites[0].kind == "subclass":
            yield from self._returned(outputs, names)
        else:
            alone = self.group.whole
            home = private_container(self.sources, outputs, [outputs.location], alone=alone)
            written_here(outputs, names, self.sources)
            if home is not None:
                yield from home.edits("dict", entries(names))
            elif self.group.whole:
                yield from wrapped(self.sources, outputs, names, [outputs.location])
            else:
                self._depends(())

    def _inner(self, outputs: Given) -> Location | None:
        """The first call of another model of the family that gives outputs."""
        leaves = outputs.tree.children if isinstance(outputs.tree, Branch) else ()
        made = (
            leaf.value.made
            for leaf in leaves
            if isinstance(leaf, Leaf) and leaf.value.made == leaf.value.location
        )
        return next((call for call in made if call in self.inner), None)

    def _made_of_models(self, outputs: Given, call: Location, names: tuple[str, ...]) -> Iterator[Edit]:
        """What a model gives is a dict already; ``model(x) + [y]`` becomes ``{**model(x), "y": y}``."""
        source = self.sources.source(call.document)
        whole = None if source is None else source.node(call)
        if source is None or whole is None:
            refuse("its source cannot be read", call)
        while isinstance(around := source.parents.get(whole), ast.BinOp) and isinstance(around.op, ast.Add):
            whole = around
        if why := Following(self.sources, [outputs.location], self.group.whole).strays(source, whole):
            refuse(f"what the model gives goes elsewhere too: {why}", call)
        written = list(self._summed(source, whole, names))
        if isinstance(whole, ast.BinOp):
            if "#" in source.text(source.span(whole)):
                refuse("comments stand where the outputs are added", source.location(whole))
            yield Edit(source.location(whole), "{" + ", ".join(written) + "}")

    def _summed(self, source: Source, whole: ast.expr, names: Sequence[str]) -> Iterator[str]:
        """The entries of a dict for a sum of lists."""
        left = list(names)
        for operand in _operands(whole):
            match operand:
                case ast.Call() if (
                    left[: len(given := self.inner.get(source.location(operand), ()))] and given
                ):
                    del left[: len(given)]
                    yield f"**{source.text(source.span(operand))}"
                case ast.List(elts=[_, *_] as items) if len(items) <= len(left):
                    display = Container(source, operand)
                    for number in range(len(items) if display.plain else 0):
                        yield f"{quoted(left.pop(0), source.quote)}: {display.text(number)}"
                case _:
                    refuse("the model is called, and what it gives is not followed", source.location(operand))
        if left:
            refuse("the model is called, and what it gives is not followed", source.location(whole))

    def _returned(self, outputs: Given, names: tuple[str, ...]) -> Iterator[Edit]:
        """What the one ``return`` of ``call`` gives."""
        home = container(self.sources, outputs)
        statement = None if home is None else home.source.parents.get(home.node)
        if home is None or not isinstance(statement, ast.Return):
            refuse("what its 'call' returns is not written as a list or tuple there", outputs.location)
        function = next(one for one in home.source.above(statement) if isinstance(one, ast.FunctionDef))
        returns = [one for one in ast.walk(function) if isinstance(one, ast.Return)]
        if function.name != "call" or len(returns) > 1:
            refuse("its 'call' returns in several places", home.source.location(function))
        self._instances(home.source, function)
        yield from home.edits("dict", entries(names))

    def _instances(self, source: Source, function: ast.FunctionDef) -> None:
        """Every instance of the class has to be one of these models: its ``call`` changes for all."""
        cls = next((one for one in source.above(function) if isinstance(one, ast.ClassDef)), None)
        for other in (source, *importers(source, self.sources)) if cls is not None else ():
            for node in ast.walk(other.tree):
                if isinstance(node, ast.Name | ast.Attribute) and cls is not None and last(node) == cls.name:
                    self._instance(other, node, cls.name)

    def _instance(self, source: Source, node: ast.Name | ast.Attribute, name: str) -> None:
        call = source.parents.get(node)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "super":
            return
        made = isinstance(call, ast.Call) and call.func is node
        if not isinstance(call, ast.Call) or not made or source.location(call) not in self.group.models:
            refuse(
                f"'{name}' is used for what is not trained here: {_use(source, node)}", source.location(node)
            )


def only_counted(site: TrainingSite, sites: Sequence[TrainingSite]) -> str:
    """Why outputs that are known by their number alone are not rewritten; under which conditions they are."""
    why = site.unread and f": {site.unread}"
    here = [one for one in sites if place(one) == place(site)]
    alike = [one for one in here if one.unread == site.unread]
    others = [one for one in here if one.evidence is None]
    given = (
        condition
        for condition in site.given
        if all(condition in one.given for one in alike) and not any(condition in one.given for one in others)
    )
    where = " and ".join(given) if others else ""
    where = where and f"where {where}, "
    return f"{where}its outputs are not known, only their number by {site.evidence}{why}"


def _differing(heads: Iterable[tuple[str | None, ...] | None]) -> str:
    """Two of the ways in which outputs are named."""
    known = sorted((one for one in heads if one is not None), key=str)
    if len(known) < 2:  # noqa: PLR2004 - two differ
        return ""
    one, other = known[:2]
    if len(one) != len(other):
        return f": they are {len(one)} or {len(other)}"
    return ": " + next(f"{a!r} or {b!r}" for a, b in zip(one, other, strict=True) if a != b)


def _use(source: Source, node: ast.Name | ast.Attribute) -> str:
    """What a class is used for that is not a model of the group."""
    call = next((one for one in source.above(node) if isinstance(one, ast.Call | ast.ClassDef)), None)
    match call:
        case ast.ClassDef(name=name):
            return f"class {name!r} is made of it"
        case ast.Call(func=callee) if callee is node:
            return "another model is made of it"
        case ast.Call(func=callee):
            return f"it is passed to '{last(callee) or ast.unparse(callee)}'"
        case _:
            return "it is looked at as a class"


def _unlike(outputs: SitePart) -> str:
    """What sets the outputs of a model apart from a flat list."""
    match outputs:
        case Given(tree=Leaf()):
            return "that has one output"
        case Given(tree=Branch() as tree) if is_sequence(tree):
            return "whose outputs are nested"
        case Given(tree=Branch()):
            return "whose outputs stand in a dict"
        case Unread(reason=reason):
            return f"whose outputs are not known: {reason}"
        case _:
            return "whose outputs are not given"


def _where(site: TrainingSite) -> Location:
    return site.outputs.location if isinstance(site.outputs, Given | Unread) else site.model


def entries(names: Sequence[str], *, in_order: bool = False) -> list[Entry]:
    """The entries of a list under names, ``in_order`` of these."""
    made = [Entry(number, name) for number, name in enumerate(names)]
    return sorted(made, key=lambda entry: str(entry.key)) if in_order else made


def wrapped(sources: Sources, part: Given, names: Sequence[str], calls: Sequence[Location]) -> Iterator[Edit]:
    """``dict(zip([names], part))`` around what is passed, in one of these calls or on its way there alone."""
    source = sources.source(part.location.document)
    node = None if source is None else source.node(part.location)
    bare = isinstance(node, ast.Tuple) and source is not None and source.text(part.location.span)[:1] != "("
    if source is None or node is None or bare:
        home = container(sources, part)
        why = "" if home is None else Following(sources, calls).strays(home.source, home.node)
        reason = f"a list of targets, losses or the like goes elsewhere too: {why}" if why else ""
        refuse(reason or "a list is made where no edit reaches it", part.location)
    if why := Following(sources, calls).strays(source, node):
        refuse(f"a list of targets, losses or the like goes elsewhere too: {why}", part.location)
    keys = ", ".join(quoted(name, source.quote) for name in names)
    yield from parts.around(part.location, f"dict(zip([{keys}], ", "))")


def _operands(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp):
        yield from _operands(node.left)
        yield from _operands(node.right)
    else:
        yield node
