"""A part of a site enters; the display that it was written as leaves, if it is used for nothing else.

A display is followed from where it stands to the calls that take it, by names alone: through a name that is
assigned once, out of a function, into a parameter. Where that leads anywhere else, a reason leaves.
"""

from __future__ import annotations

import ast
import os
import re
from typing import TYPE_CHECKING, TypeAlias, Union

from keraslint.rewriting.containers import Container
from keraslint.sites.model import Given
from keraslint.sites.reading import heads, label
from keraslint.tree import Branch, at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.findings import Location
    from keraslint.sites.model import TrainingSite
    from keraslint.sites.sources import Source, Sources
    from keraslint.tree import Path

Scope: TypeAlias = Union[ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]

# Methods that give the same batches again, and functions that make batches of what they take.
SAME = frozenset({"batch", "prefetch", "cache", "shuffle", "repeat", "with_options"})
TAKING = frozenset({"from_tensor_slices", "from_tensors", "map"})

MAX_STEPS = 12
"""Assignments, returns and parameters followed from a display."""


def agreed(site: TrainingSite, part: Given) -> bool:
    """Whether every site that takes this part has the same heads and as many entries for them.

    A call that is reached in several ways is several sites; one edit has to be right for all.
    """
    others = () if site.sources is None else site.sources.sites
    seen = {_shape(other, one) for other in others for one in _parts(other) if one.location == part.location}
    return len(seen) <= 1


def _parts(site: TrainingSite) -> Iterator[Given]:
    calls, data = site.compiled, site.data
    if calls is not None:
        yield from (
            part
            for part in (calls.loss, calls.loss_weights, calls.metrics, calls.weighted_metrics)
            if isinstance(part, Given)
        )
    if data is not None:
        yield from (part for part in (data.targets, data.sample_weight) if isinstance(part, Given))


def _shape(site: TrainingSite, part: Given) -> tuple[object, ...]:
    outputs = site.outputs.tree if isinstance(site.outputs, Given) else None
    declared = () if outputs is None else tuple((head, label(outputs, head)) for head in heads(outputs))
    return declared, part.tree.keys if isinstance(part.tree, Branch) else None


def container(sources: Sources | None, part: Given, path: Path = ()) -> Container | None:
    """The display that a container of a part was written as, whatever else it is used for."""
    tree = at(part.tree, path)
    places = dict(part.entries)
    if sources is None or not isinstance(tree, Branch) or not tree.items:
        return None
    locations = [places.get((*path, key)) for key in tree.keys]
    first = locations[0]
    source = None if first is None else sources.source(first.document)
    if source is None:
        return None
    nodes = [None if one is None or one.document != source.path else source.node(one) for one in locations]
    around = None if nodes[0] is None else source.parents.get(nodes[0])
    if not isinstance(around, ast.List | ast.Tuple | ast.Dict):
        return None
    found = Container(source, around)
    return found if found.plain and found.values == nodes else None


def own_container(site: TrainingSite, part: Given, path: Path = ()) -> Container | None:
    """The same, where it is used for this part of this site alone."""
    calls = [call.location for call in (site.compiled, site.data) if call is not None]
    return private_container(site.sources, part, calls, path) if agreed(site, part) else None


def private_container(
    sources: Sources | None, part: Given, calls: Sequence[Location], path: Path = ()
) -> Container | None:
    """The same, where nothing but these calls takes it."""
    found = container(sources, part, path)
    if found is None or sources is None or strays(found.source, found.node, calls, sources):
        return None
    return found


def strays(
    source: Source, node: ast.expr, calls: Sequence[Location], sources: Sources, steps: int = 0
) -> str:
    """Where a value is used otherwise than in one of these calls; empty where it is not."""
    here = source.location(node)
    parent = source.parents.get(node)
    if any(_within(here, call) for call in calls) or _is_a_batch(source, parent):
        return ""
    if steps > MAX_STEPS or parent is None:
        return "it goes through too many names"
    onward = _onward(source, node, parent, sources)
    if isinstance(onward, str):
        return onward
    return next((why for one in onward if (why := strays(source, one, calls, sources, steps + 1))), "")


def _is_a_batch(source: Source, parent: ast.AST | None) -> bool:
    """Whether what stands here is given by a generator, a ``PyDataset`` or a dataset."""
    match parent:
        case ast.Yield():
            return True
        case ast.Return():
            return _function(source, parent) == "__getitem__"
        case _:
            return False


def _onward(source: Source, node: ast.expr, parent: ast.AST, sources: Sources) -> list[ast.expr] | str:
    """Where a value goes next, by what stands around it; or why that is not known."""
    match parent:
        case ast.List() | ast.Tuple() | ast.Dict() | ast.IfExp():
            onward: list[ast.expr] | str = [parent]
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            onward = _reads(source, parent, name, sources)
        case ast.Attribute() if (
            isinstance(call := source.parents.get(parent), ast.Call) and parent.attr in SAME
        ):
            onward = [call]
        case ast.Call(func=ast.Attribute(attr=name)) if name in TAKING:
            onward = [parent]
        case ast.Lambda() if isinstance(call := source.parents.get(parent), ast.Call) and _maps(call):
            onward = [call]
        case ast.Return():
            onward = _calls(source, _function(source, parent), sources)
        case ast.keyword() | ast.Call():
            onward = _parameter_reads(source, node, parent, sources)
        case _:
            onward = f"it is used at line {source.span(node).line}"
    return onward


def _within(inner: Location, outer: Location) -> bool:
    one, other = inner.span, outer.span
    return (
        inner.document == outer.document
        and (other.line, other.column) <= (one.line, one.column)
        and (one.end_line, one.end_column) <= (other.end_line, other.end_column)
    )


def _function(source: Source, node: ast.AST) -> str:
    names = (one.name for one in source.above(node) if isinstance(one, ast.FunctionDef))
    return next(names, "")


def _scope(source: Source, node: ast.AST) -> Scope:
    scopes = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    return next(one for one in source.above(node) if isinstance(one, scopes))


def _named(scope: ast.AST, name: str) -> Iterator[ast.Name]:
    return (one for one in ast.walk(scope) if isinstance(one, ast.Name) and one.id == name)


def _reads(source: Source, statement: ast.AST, name: str, sources: Sources) -> list[ast.expr] | str:
    """The places where a name that is assigned once is read."""
    scope = _scope(source, statement)
    found = list(_named(scope, name))
    if isinstance(scope, ast.Module) and _elsewhere(source, name, sources):
        return f"'{name}' is used in other files too"
    if sum(isinstance(one.ctx, ast.Store) for one in found) > 1:
        return f"'{name}' is assigned more than once"
    reads: list[ast.expr] = [one for one in found if isinstance(one.ctx, ast.Load)]
    return reads


def _calls(source: Source, name: str, sources: Sources) -> list[ast.expr] | str:
    """The calls of a function that is used for nothing else."""
    found = list(_named(source.tree, name))
    around = [(read, source.parents.get(read)) for read in found]
    calls = [
        call for read, call in around if isinstance(call, ast.Call) and (call.func is read or _maps(call))
    ]
    if not name or len(found) != len(calls) or not calls or _elsewhere(source, name, sources):
        return f"not all calls of '{name}' are seen"
    return [*calls]


def _maps(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "map"


def _parameter_reads(
    source: Source, node: ast.expr, parent: ast.AST, sources: Sources
) -> list[ast.expr] | str:
    """The places where the parameter is read that a value is passed to."""
    call = source.parents.get(parent) if isinstance(parent, ast.keyword) else parent
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return "it is passed to code that is not seen"
    callee = call.func.id
    functions = [
        one for one in ast.walk(source.tree) if isinstance(one, ast.FunctionDef) and one.name == callee
    ]
    if len(functions) != 1 or isinstance(_calls(source, callee, sources), str):
        return f"'{callee}' is not one function whose calls are seen"
    names = [one.arg for one in (*functions[0].args.posonlyargs, *functions[0].args.args)]
    if isinstance(parent, ast.keyword):
        name = parent.arg or ""
    else:
        place = call.args.index(node)
        name = names[place] if place < len(names) else ""
    return list(_named(functions[0], name))


def _elsewhere(source: Source, name: str, sources: Sources) -> bool:
    """Whether another document imports this one and uses this name."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    return any(any(map(word.search, other.lines)) for other in importers(source, sources))


def importers(source: Source, sources: Sources) -> Iterator[Source]:
    """The other documents that were asked for and that import a module of this document's name."""
    folder, file = os.path.split(os.path.abspath(source.path))
    module = os.path.basename(folder) if file == "__init__.py" else file.removesuffix(".py")
    for other in sources:
        if other.path != source.path and module in other.imported:
            yield other
