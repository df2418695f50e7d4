"""The outputs of a model enter; a name for each leaves, with the edits that give a layer its name."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.findings import Edit
from keraslint.rewriting.calls import with_keyword
from keraslint.rewriting.containers import quoted
from keraslint.rewriting.following import importers
from keraslint.rewriting.given import Callers
from keraslint.rewriting.refusal import refuse
from keraslint.tree import Branch, Leaf

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keraslint.findings import Location
    from keraslint.sites.model import Given, Written
    from keraslint.sites.sources import Source, Sources


@dataclass(frozen=True)
class Heads:
    """The keys of the heads in declared order, their layers' names if known, and the edits for them."""

    names: tuple[str, ...]
    layers: tuple[str | None, ...]
    edits: tuple[Edit, ...] = ()


def heads_of(
    outputs: Branch[Written], sources: Sources, inner: Mapping[Location, Sequence[str]], *, subclass: bool
) -> Heads:
    """The key of each head: its layer's name, or that of the variable it is in; of ``inner`` calls theirs.

    The outputs of a subclassed model need no layers' names: the keys are all that Keras knows them by.
    """
    names: list[str] = []
    layers: list[str | None] = []
    edits: list[Edit] = []
    taken: Counter[Location] = Counter()
    calls = Counter(leaf.value.made for leaf in outputs.children if isinstance(leaf, Leaf))
    for leaf in outputs.children:
        if not isinstance(leaf, Leaf):
            refuse("the outputs are nested")
        written = leaf.value
        layer = written.name
        if written.made is not None and written.made == written.location and written.made in inner:
            name = inner[written.made][taken[written.made]]
            taken[written.made] += 1
        else:
            name = _own_name(written, sources)
            if layer is None and not subclass and written.made is not None:
                shared = calls[written.made] > 1
                edits.append(_naming(written, name, sources, shared=shared))
                layer = name
        names.append(_valid(name, written.location))
        layers.append(layer)
    for name in names:
        if names.count(name) > 1:
            refuse(f"two outputs have the name {name!r}", outputs_at(outputs))
    return Heads(tuple(names), tuple(layers), tuple(edits))


def _own_name(written: Written, sources: Sources) -> str:
    name = written.name or _variable(written, sources)
    if name is None:
        refuse(
            f"an output has no name and stands in no variable that could give it one: {written.text}",
            written.location,
        )
    return name


def written_here(outputs: Given, names: Sequence[str], sources: Sources) -> None:
    """Refuse names of layers that are not written in the program: whoever calls may give others."""
    leaves = outputs.tree.children if isinstance(outputs.tree, Branch) else ()
    for name, leaf in zip(names, leaves, strict=True):
        if not isinstance(leaf, Leaf) or leaf.value.name != name:
            continue
        made = leaf.value.made or outputs.location
        documents = {outputs.location.document, made.document}
        if any(name in _constants(sources.source(one)) for one in documents):
            continue
        given = _given(leaf.value, outputs.location, sources)
        if given:
            refuse(f"the name {name!r} is made of {given}, and others may give something else", made)


def _constants(source: Source | None) -> set[object]:
    nodes = [] if source is None else ast.walk(source.tree)
    return {node.value for node in nodes if isinstance(node, ast.Constant)}


def _given(written: Written, outputs: Location, sources: Sources) -> str:
    """What the callers of the function that shows the outputs give that the name of a layer is made of."""
    source = None if written.made is None else sources.source(written.made.document)
    call = None if source is None or written.made is None else source.node(written.made)
    layer = call.func if isinstance(call, ast.Call) else None
    keywords = layer.keywords if isinstance(layer, ast.Call) else ()
    named = next((one.value for one in keywords if one.arg == "name"), None)
    if source is None or call is None or named is None:
        return "what a function is given"
    shown = source.node(outputs) if source.path == outputs.document else None
    return Callers(source, frozenset(source.above(call if shown is None else shown))).give(named)


def outputs_at(outputs: Branch[Written]) -> Location | None:
    """Where the first output stands."""
    first = outputs.children[0]
    return first.value.location if isinstance(first, Leaf) else None


def _valid(name: str, location: Location) -> str:
    if not name or "." in name or "/" in name:
        refuse(f"{name!r} cannot be a key: Keras and dot paths give '.' and '/' a meaning", location)
    return name


def _variable(written: Written, sources: Sources) -> str | None:
    """The variable or attribute that an output stands in where it is passed, or where it was made.

    Else that of the layer that makes it: ``self.age(x)``.
    """
    source = sources.source(written.location.document)
    node = None if source is None else source.node(written.location)
    name = _identifier(node)
    if name is not None:
        return name
    source = None if written.made is None else sources.source(written.made.document)
    made = None if source is None or written.made is None else source.node(written.made)
    statement = None if source is None or made is None else source.parents.get(made)
    stands = _identifier(statement.targets[0]) if isinstance(statement, ast.Assign) else None
    called = made if isinstance(made, ast.Call) else node
    return stands or (_layer(called.func) if isinstance(called, ast.Call) else None)


def _layer(callee: ast.expr) -> str | None:
    """The attribute of the model that a layer stands in."""
    match callee:
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return name.strip("_") or None
        case _:
            return None


def _identifier(node: ast.AST | None) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_") or None
        case _:
            return None


def _naming(written: Written, name: str, sources: Sources, *, shared: bool) -> Edit:
    """``name=`` for the layer that made an output: ``Dense(1)(x)`` becomes ``Dense(1, name="z")(x)``.

    ``shared`` says that the call made other outputs too.
    """
    source = None if written.made is None else sources.source(written.made.document)
    node = None if source is None or written.made is None else source.node(written.made)
    if source is None or not isinstance(node, ast.Call):
        refuse(f"the layer that makes the output {written.text} is not found", written.location)
    maker = _maker(source, node)
    if maker is None:
        refuse(_unnamed(source, node, written.text, shared=shared), written.location)
    if _is_taken(source, name):
        refuse(f"another layer has the name {name!r} already", written.location)
    _numbered(source, maker, sources)
    return with_keyword(source, maker, f"name={quoted(name, source.quote)}")


def _unnamed(source: Source, call: ast.Call, text: str, *, shared: bool) -> str:
    """Why the layer that a call stands for is not given a name."""
    made = call.func.func if isinstance(call.func, ast.Call) else call.func
    callee = source.text(source.span(made))
    if shared:
        return (
            f"the output {text} is one of several that {callee!r} gives: "
            f"for Keras their layer is {callee!r} as a whole, and its one name cannot be the key of each"
        )
    return f"the output {text} is made by {callee!r}, of which no layer is seen that takes 'name='"


def _numbered(source: Source, maker: ast.Call, sources: Sources) -> None:
    """Refuse where the program speaks of a layer of this class by the number that Keras gave it.

    A layer with a name of its own takes no number: those behind it get other ones.
    """
    kind = _identifier(maker.func) or ""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kind).lower()
    numbered = re.compile(rf"(val_)?{snake}(_\d+)?(_[a-z]\w*)?")
    for other in (source, *importers(source, sources)):
        named = {
            id(one.value)
            for one in ast.walk(other.tree)
            if isinstance(one, ast.keyword) and one.arg == "name"
        }
        for node in ast.walk(other.tree):
            match node:
                case ast.Constant(value=str() as text) if id(node) not in named and numbered.fullmatch(text):
                    asked = text != snake or _is_asked_for(other, node)
                    if not asked or (other is source and _comes_before(source, node, maker)):
                        continue
                    refuse(
                        f"{text!r} names a layer by its number, and layers get names", other.location(node)
                    )


def _comes_before(source: Source, node: ast.expr, maker: ast.Call) -> bool:
    """Whether an expression of the module itself has run when a layer is made."""
    functions = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.For | ast.While
    inside = any(isinstance(one, functions) for one in source.above(node))
    return not inside and node.lineno < maker.lineno


def _is_asked_for(source: Source, node: ast.expr) -> bool:
    """``get_layer("dense")``."""
    call = source.parents.get(node)
    return isinstance(call, ast.Call) and _identifier(call.func) == "get_layer"


def _maker(source: Source, call: ast.Call) -> ast.Call | None:
    """The call that makes the layer, where that takes ``name=``: a class of Keras, by its capital letter."""
    maker: ast.expr | None = call.func
    if isinstance(maker, ast.Name):
        maker = _assigned(source, maker.id)
    if not isinstance(maker, ast.Call) or any(one.arg in {"name", None} for one in maker.keywords):
        return None
    callee = maker.func.attr if isinstance(maker.func, ast.Attribute) else getattr(maker.func, "id", "")
    own = {node.name for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    return maker if callee[:1].isupper() and callee not in own else None


def _assigned(source: Source, name: str) -> ast.expr | None:
    """What a name is, that is assigned once and called once."""
    found = [one for one in ast.walk(source.tree) if isinstance(one, ast.Name) and one.id == name]
    stores = [one for one in found if isinstance(one.ctx, ast.Store)]
    statement = source.parents.get(stores[0]) if len(stores) == 1 and len(found) == 2 else None  # noqa: PLR2004
    return statement.value if isinstance(statement, ast.Assign) else None


def _is_taken(source: Source, name: str) -> bool:
    return any(
        isinstance(one, ast.keyword)
        and one.arg == "name"
        and isinstance(one.value, ast.Constant)
        and one.value.value == name
        for one in ast.walk(source.tree)
    )
