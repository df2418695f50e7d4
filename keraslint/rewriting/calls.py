"""A call of a model or a use of its result enters; the edits that ask for names instead of places leave."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from keraslint.findings import Edit, Location, Span
from keraslint.rewriting.containers import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.sites.model import ResultUse, TrainingSite
    from keraslint.sites.sources import Source

Edits = tuple[Edit, ...]

# keras/src/backend/tensorflow/trainer.py and tf_keras/src/engine/training.py: what fit, evaluate and predict
# take that their old namesakes took under the same name.
KEPT = {
    "fit": {"steps_per_epoch", "epochs", "verbose", "callbacks", "validation_data", "validation_steps",
            "validation_freq", "class_weight", "shuffle", "initial_epoch"},
    "evaluate": {"steps", "callbacks", "verbose"},
    "predict": {"steps", "callbacks", "verbose"},
}  # fmt: skip
RENAMED = {"generator": "x"}
DROPPED = frozenset({"max_queue_size", "workers", "use_multiprocessing"})
"""How many processes prepare the batches: a ``PyDataset`` is told when it is made, since Keras 3."""


def kept_in_a_loop(site: TrainingSite, location: Location) -> bool:
    """Whether what a call gives is used, turn by turn, and nothing in its document resets metrics."""
    source = source_of(site, location)
    node = None if source is None else source.node(location)
    if source is None or node is None or isinstance(source.parents.get(node), ast.Expr):
        return False
    resets = any(isinstance(one, ast.Attribute) and one.attr == "reset_metrics" for one in source.parents)
    return not resets and any(isinstance(one, ast.For | ast.While) for one in source.above(node))


def stores(site: TrainingSite, location: Location, key: str) -> bool:
    """Whether the document of a place, or one that it imports, writes under this key, ``logs[key] = ...``, as
    a callback does.
    """
    if site.sources is None:
        return False
    return any(
        isinstance(one, ast.Subscript)
        and isinstance(one.ctx, ast.Store)
        and isinstance(one.slice, ast.Constant)
        and one.slice.value == key
        for source in (source_of(site, location), *site.sources.needed())
        if source is not None
        for one in source.parents
    )


def source_of(site: TrainingSite, location: Location) -> Source | None:
    """The document of a place."""
    return None if site.sources is None else site.sources.source(location.document)


def backend(site: TrainingSite, location: Location) -> str | None:
    """The backend of Keras that the document of a place asks for, if it does."""
    source = source_of(site, location)
    return None if source is None else source.backend


def today(site: TrainingSite, location: Location, name: str) -> Edits | None:
    """``fit_generator(...)`` as ``fit(...)``; None where an argument has no counterpart."""
    source = source_of(site, location)
    call = None if source is None else source.node(location)
    if source is None or not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    if len(call.args) > 1 or any(isinstance(one, ast.Starred) for one in call.args):
        return None
    known = KEPT[name] | {*RENAMED} | DROPPED
    if any(keyword.arg not in known for keyword in call.keywords):
        return None
    end = source.span(call.func)
    attribute = Span(end.end_line, end.end_column - len(call.func.attr), end.end_line, end.end_column)
    edits = [Edit(Location(source.path, attribute), name)]
    for keyword in call.keywords:
        span = source.span(keyword)
        if keyword.arg in RENAMED:
            old = Span(span.line, span.column, span.line, span.column + len(keyword.arg))
            edits.append(Edit(Location(source.path, old), RENAMED[keyword.arg]))
        elif keyword.arg in DROPPED:
            edits.append(Edit(Location(source.path, with_comma(source, call, keyword)), ""))
    return tuple(edits)


def with_comma(source: Source, call: ast.Call, keyword: ast.keyword) -> Span:
    """An argument and the comma before it."""
    before = sorted(span for one in _arguments(call) if (span := source.span(one)) < source.span(keyword))
    span = source.span(keyword)
    if not before:
        return span
    return Span(before[-1].end_line, before[-1].end_column, span.end_line, span.end_column)


def _arguments(call: ast.Call) -> list[ast.expr | ast.keyword]:
    return [*call.args, *call.keywords]


def with_keyword(source: Source, call: ast.Call, text: str) -> Edit:
    """One more argument at the end of a call."""
    arguments = [source.span(one) for one in _arguments(call)]
    if not arguments:
        span = source.span(call)
        at = Span(span.end_line, span.end_column - 1, span.end_line, span.end_column - 1)
        return Edit(Location(source.path, at), text)
    last = max(arguments, key=lambda span: (span.end_line, span.end_column))
    end = _after_parentheses(source, last, source.span(call))
    at = Span(*end, *end)
    return Edit(Location(source.path, at), f", {text}")


def with_more(site: TrainingSite, location: Location, name: str, value: str) -> Edits | None:
    """The call at a place with one more argument, a string; None where it is written there already."""
    source = source_of(site, location)
    call = None if source is None else source.node(location)
    if (
        source is None
        or not isinstance(call, ast.Call)
        or any(one.arg in {name, None} for one in call.keywords)
    ):
        return None
    return (with_keyword(source, call, f"{name}={quoted(value, source.quote)}"),)


def renamed_layer(site: TrainingSite, made: Location | None, old: str, new: str) -> Edits | None:
    """The layer that was made and called at a place, ``Dense(1, name="old")(x)``, under another name."""
    source = None if made is None else source_of(site, made)
    node = None if source is None or made is None else source.node(made)
    match node:
        case ast.Call(func=ast.Call(keywords=keywords)) if source:
            name = next((one.value for one in keywords if one.arg == "name"), None)
            if isinstance(name, ast.Constant) and name.value == old:
                return (Edit(source.location(name), quoted(new, source.quote)),)
    return None


def named_layer(site: TrainingSite, made: Location | None, old: str | None, new: str) -> Edits | None:
    """The layer that was made and called at a place under this name, whether it had another or none."""
    if old is not None:
        return renamed_layer(site, made, old, new)
    source = None if made is None else source_of(site, made)
    node = None if source is None or made is None else source.node(made)
    match node:
        case ast.Call(func=ast.Call(keywords=keywords) as layer) if source:
            if all(one.arg not in {"name", None} for one in keywords):
                return (with_keyword(source, layer, f"name={quoted(new, source.quote)}"),)
    return None


def _after_parentheses(source: Source, last: Span, call: Span) -> tuple[int, int]:
    """The end of the last argument with the parentheses around it."""
    line, column = last.end_line, last.end_column
    rest = source.text(Span(line, column, call.end_line, call.end_column - 1))
    closing = len(rest) - len(rest.lstrip(")")) if rest.startswith(")") else 0
    return line, column + closing


def as_dict(site: TrainingSite, location: Location) -> Edits | None:
    """``zip(model.metrics_names, model.evaluate(...))``, and a ``dict`` around it, as a dict from Keras."""
    source = source_of(site, location)
    zipped = None if source is None else source.node(location)
    if source is None or not isinstance(zipped, ast.Call) or len(zipped.args) != 2:  # noqa: PLR2004
        return None
    around, call = source.parents.get(zipped), zipped.args[1]
    whole = isinstance(around, ast.Call) and isinstance(around.func, ast.Name) and around.func.id == "dict"
    if not isinstance(around, ast.Call) or not whole or not isinstance(call, ast.Call):
        return None
    return (*only(source, around, call), with_keyword(source, call, "return_dict=True"))


def only(source: Source, around: ast.expr, inner: ast.expr) -> Edits:
    """An expression replaced by one inside it."""
    one, other = source.span(around), source.span(inner)
    before = Span(one.line, one.column, other.line, other.column)
    after = Span(other.end_line, other.end_column, one.end_line, one.end_column)
    return Edit(Location(source.path, before), ""), Edit(Location(source.path, after), "")


def by_key(
    site: TrainingSite, use: ResultUse, keys: Sequence[str], name: str, *, ask: bool = False
) -> Edits | None:
    """An unpacking or index of a result by key; with ``ask`` the call is told to return a dict."""
    source = source_of(site, use.location)
    node = None if source is None else source.node(use.location)
    if source is None or node is None:
        return None
    if use.how == "index" and isinstance(node, ast.Subscript) and use.index is not None:
        return _indexed(source, node, keys, use.index, ask=ask)
    if use.how == "unpack":
        return taken_apart(source, node, keys, name, ask=ask)
    return None


def values_by_key(site: TrainingSite, use: ResultUse, keys: Sequence[str], name: str) -> Edits | None:
    """``a, b = f().values()`` by key."""
    source = source_of(site, use.location)
    node = None if source is None else source.node(use.location)
    match node:
        case ast.Call(func=ast.Attribute(value=called, attr="values"), args=[], keywords=[]) if source:
            edits = taken_apart(source, node, keys, name)
            return None if edits is None else (*edits, only(source, node, called)[1])
        case _:
            return None


def output_by_key(site: TrainingSite, location: Location, key: str) -> Edits | None:
    """``model.outputs[0]`` as ``model.output["key"]``."""
    source = source_of(site, location)
    node = None if source is None else source.node(location)
    match node:
        case ast.Subscript(value=ast.Attribute(attr="outputs") as outputs) if source:
            end = source.span(outputs)
            plural = Span(end.end_line, end.end_column - 1, end.end_line, end.end_column)
            by_key = Edit(source.location(node.slice), quoted(key, source.quote))
            return Edit(Location(source.path, plural), ""), by_key
        case _:
            return None


def singular(site: TrainingSite, location: Location, name: str) -> Edits | None:
    """``model.inputs`` as ``model.input``."""
    source = source_of(site, location)
    node = None if source is None else source.node(location)
    if source is None or not isinstance(node, ast.Attribute) or node.attr != name:
        return None
    end = source.span(node)
    plural = Span(end.end_line, end.end_column - 1, end.end_line, end.end_column)
    return (Edit(Location(source.path, plural), ""),)


def _indexed(
    source: Source, node: ast.Subscript, keys: Sequence[str], index: int, *, ask: bool
) -> Edits | None:
    if not -len(keys) <= index < len(keys) or (ask and not isinstance(node.value, ast.Call)):
        return None
    edit = Edit(source.location(node.slice), quoted(keys[index], source.quote))
    asked = (
        (with_keyword(source, node.value, "return_dict=True"),) if isinstance(node.value, ast.Call) else ()
    )
    return (*(asked if ask else ()), edit)


def taken_apart(
    source: Source, node: ast.expr, keys: Sequence[str], name: str, *, ask: bool = False
) -> Edits | None:
    """``a, b = f()`` in two steps: the result under a name, then its entries; in one if it has a name."""
    statement = source.parents.get(node)
    match statement:
        case ast.Assign(targets=[ast.Tuple() | ast.List() as target]) if len(target.elts) == len(keys):
            pass
        case _:
            return None
    if ask and not isinstance(node, ast.Call):
        return None
    fresh = node.id if isinstance(node, ast.Name) else unused(source, name)
    entries = ", ".join(f"{fresh}[{quoted(key, source.quote)}]" for key in keys)
    if isinstance(node, ast.Name):
        return (Edit(source.location(node), entries),)
    targets = source.text(source.span(target))
    return (
        Edit(source.location(target), fresh),
        *((with_keyword(source, node, "return_dict=True"),) if ask and isinstance(node, ast.Call) else ()),
        behind(source, statement, f"{targets} = {entries}"),
    )


def behind(source: Source, statement: ast.stmt, more: str) -> Edit:
    """One more statement on the next line; on the same one if others stand there."""
    span = source.span(statement)
    before = source.lines[span.line - 1][: span.column - 1]
    after = source.lines[span.end_line - 1][span.end_column - 1 :].strip()
    if before.strip() or (after and not after.startswith("#")):
        end = Span(span.end_line, span.end_column, span.end_line, span.end_column)
        return Edit(Location(source.path, end), f"; {more}")
    column = len(source.lines[span.end_line - 1]) + 1
    end = Span(span.end_line, column, span.end_line, column)
    return Edit(Location(source.path, end), f"\n{before}{more}")


def unused(source: Source, name: str) -> str:
    """A name that the document does not use."""
    taken = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
    taken |= {node.arg for node in ast.walk(source.tree) if isinstance(node, ast.arg)}
    number, fresh = 2, name
    while fresh in taken:
        number, fresh = number + 1, f"{name}_{number}"
    return fresh


def targets_of(site: TrainingSite, use: ResultUse) -> list[str] | None:
    """The names that a result is unpacked into."""
    target = _target(site, use)
    names = [one.id for one in target.elts if isinstance(one, ast.Name)] if target else []
    return names if target is not None and len(names) == len(target.elts) else None


def target_of(site: TrainingSite, use: ResultUse) -> Location | None:
    """Where these names stand."""
    source, target = source_of(site, use.location), _target(site, use)
    return None if source is None or target is None else source.location(target)


def _target(site: TrainingSite, use: ResultUse) -> ast.Tuple | ast.List | None:
    source = source_of(site, use.location)
    node = None if source is None else source.node(use.location)
    statement = None if source is None or node is None else source.parents.get(node)
    match statement:
        case ast.Assign(targets=[ast.Tuple() | ast.List() as target]):
            return target
        case _:
            return None


def string(site: TrainingSite, location: Location, old: str, new: str) -> Edits | None:
    """The one string ``old`` inside an expression replaced by ``new``."""
    source = source_of(site, location)
    node = None if source is None else source.node(location)
    if source is None or node is None:
        return None
    found = [one for one in ast.walk(node) if isinstance(one, ast.Constant) and one.value == old]
    if len(found) != 1:
        return None
    mark = source.text(source.span(found[0]))[:1]
    return (Edit(source.location(found[0]), quoted(new, mark if mark in "'\"" else source.quote)),)


def imported(source: Source, module: str, name: str) -> Edits:
    """``from module import name`` after the imports at the top; nothing where it stands there already."""
    body = source.tree.body
    for statement in body:
        names = statement.names if isinstance(statement, ast.ImportFrom) else []
        there = isinstance(statement, ast.ImportFrom) and statement.module == module
        if there and any(alias.name == name and alias.asname is None for alias in names):
            return ()
    return behind_imports(source, f"from {module} import {name}")


def behind_imports(source: Source, line: str) -> Edits:
    """One more line behind the imports that the document begins with."""
    body = source.tree.body
    imports = [one for one in body if isinstance(one, ast.Import | ast.ImportFrom)]
    if not imports:
        return ()
    last = imports[0]
    for statement in body[body.index(imports[0]) :]:
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            break
        last = statement
    row = last.end_lineno or last.lineno
    end = len(source.lines[row - 1]) + 1
    return (Edit(Location(source.path, Span(row, end, row, end)), f"\n{line}"),)
