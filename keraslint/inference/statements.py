"""Statements: assignment, branches, loops, definitions, imports, and the ways out of them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from keraslint.inference import conditions, data, modules, sequences, steps, symbols
from keraslint.inference.calls import RETURNED
from keraslint.inference.core import MAX_UNROLLED, statement
from keraslint.inference.loops import after_unknown_loop
from keraslint.inference.state import merge, merge_exits
from keraslint.inference.values import (
    Batches,
    Class,
    Const,
    Function,
    Imported,
    Item,
    MetricsNames,
    Module,
    Symbol,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from keraslint.inference.core import Run
    from keraslint.inference.values import Object


@statement(ast.Expr)
def expression_statement(run: Run, node: ast.Expr) -> None:
    """An expression for its effects."""
    run.evaluate(node.value)


@statement(ast.Assign)
def assignment(run: Run, node: ast.Assign) -> None:
    """``a = b = value``."""
    value = run.evaluate(node.value)
    for target in node.targets:
        sequences.assign(run, target, value, run.origin(node.value))


@statement(ast.AnnAssign)
def annotated(run: Run, node: ast.AnnAssign) -> None:
    """``a: T = value``."""
    if node.value is not None:
        sequences.assign(run, node.target, run.evaluate(node.value), run.origin(node.value))


@statement(ast.AugAssign)
def augmented(run: Run, node: ast.AugAssign) -> None:
    """``a += b``: in place for lists, else as ``a = a + b``."""
    load = ast.copy_location(_loaded(node.target), node.target)
    value = run.evaluate(load)
    added = run.evaluate(node.value)
    if isinstance(node.op, ast.Add) and sequences.extended(run, value, added):
        return
    whole = ast.copy_location(ast.BinOp(load, node.op, node.value), node)
    made = run.split(value, lambda one: run.split(added, lambda two: sequences.operate(run, whole, one, two)))
    sequences.assign(run, node.target, made, run.origin(node))


def _loaded(target: ast.expr) -> ast.expr:
    match target:
        case ast.Name(id=name):
            return ast.Name(name, ast.Load())
        case ast.Attribute(value=value, attr=attribute):
            return ast.Attribute(value, attribute, ast.Load())
        case ast.Subscript(value=value, slice=place):
            return ast.Subscript(value, place, ast.Load())
    return target


@statement(ast.If)
def conditional(run: Run, node: ast.If) -> None:
    """``if``: the branch that runs, or both as alternatives."""

    def side(body: list[ast.stmt]) -> Value:
        run.execute(body)
        return Const(None)

    conditions.branch(run, node.test, lambda: side(node.body), lambda: side(node.orelse))


@statement(ast.For, ast.AsyncFor)
def loop(run: Run, node: ast.For | ast.AsyncFor) -> None:
    """``for``: unrolled over known elements; over others, once, and what it changes is widened."""

    def over(thing: Value | Object) -> Value:
        if isinstance(thing, Batches):
            _unknown_times(run, node, node.body, (node.target, data.thaw(run, thing.element)))
            return Const(None)
        if isinstance(thing, MetricsNames) and thing.step == "enumerate":
            _unknown_times(run, node, node.body, (node.target, sequences.places(run, thing)))
            return Const(None)
        items, rest = sequences.elements(run, thing)
        if rest is None and len(items) <= MAX_UNROLLED:
            _unrolled(run, node, items)
        else:
            _unknown_times(run, node, node.body, (node.target, rest))
        return Const(None)

    run.each(run.evaluate(node.iter), over)
    run.execute(node.orelse)


def _unrolled(run: Run, node: ast.For | ast.AsyncFor, items: tuple[Item, ...]) -> None:
    frame = run.frames[run.frame]
    outer_broken, frame.broken = frame.broken, []
    before, spent = dict(run.state.assumed), run.spent()
    for done, item in enumerate(items, 1):
        outer_continued, frame.continued = frame.continued, []
        inside = dict(run.state.assumed)
        sequences.assign(run, node.target, item.value, item.origin)
        run.execute(node.body)
        run.state = merge_exits(frame.continued, run.state, inside)
        frame.continued = outer_continued
        if not run.state.live:
            break
        if 2 * (run.spent() - spent) * (len(items) - done) > (1 - run.spent()) * done:
            # At this rate it would take more than half of what is left: one round stands for the others.
            _unknown_times(run, node, node.body, (node.target, None))
            break
    run.state = merge_exits(frame.broken, run.state, before)
    frame.broken = outer_broken


def _unknown_times(
    run: Run, node: ast.stmt, body: list[ast.stmt], target: tuple[ast.expr, Value | None] | None
) -> None:
    frame = run.frames[run.frame]
    outer = frame.broken, frame.continued
    frame.broken, frame.continued = [], []
    before = run.state.copy()
    if target is not None:
        element = target[1] or Unknown("an element of a sequence that is not known")
        fresh = run.unknown(element.reason) if isinstance(element, Unknown) else element
        sequences.assign(run, target[0], fresh, run.origin(target[0]))
    run.execute(body)
    run.state = merge_exits([*frame.broken, *frame.continued], run.state, before.assumed)
    frame.broken, frame.continued = outer
    run.state = after_unknown_loop(run, before, run.state, run.line(node))


@statement(ast.While)
def while_loop(run: Run, node: ast.While) -> None:
    """``while``: as a ``for`` over something that is not known."""
    test = run.evaluate(node.test)
    if test != Const(value=False):
        _unknown_times(run, node, node.body, None)
    run.execute(node.orelse)


@statement(ast.Break)
def broken(run: Run, _: ast.Break) -> None:
    """``break``."""
    run.frames[run.frame].broken.append(run.state.copy())
    run.state.live = False


@statement(ast.Continue)
def continued(run: Run, _: ast.Continue) -> None:
    """``continue``."""
    run.frames[run.frame].continued.append(run.state.copy())
    run.state.live = False


@statement(ast.Return)
def returned(run: Run, node: ast.Return) -> None:
    """``return value``."""
    value = Const(None) if node.value is None else run.evaluate(node.value)
    if not run.state.live:
        return
    run.bind(RETURNED, value)
    run.frames[run.frame].returned.append(run.state.copy())
    run.state.live = False


@statement(ast.Raise)
def raised(run: Run, _: ast.Raise) -> None:
    """``raise``: the path ends."""
    run.state.live = False


@statement(ast.Assert)
def asserted(run: Run, node: ast.Assert) -> None:
    """``assert test``: afterwards the test holds."""

    def fails() -> Value:
        run.state.live = False
        return Const(None)

    conditions.branch(run, node.test, lambda: Const(None), fails)


@statement(ast.With, ast.AsyncWith)
def with_block(run: Run, node: ast.With | ast.AsyncWith) -> None:
    """``with``: its body; one that expects an error reports nothing."""
    expecting = any(_expects_error(item.context_expr) for item in node.items)
    for item in node.items:
        value = run.evaluate(item.context_expr)
        if item.optional_vars is not None:
            entered = Unknown("what a with statement gives is not followed", f"with@{node.lineno}")
            known = value if isinstance(value, Symbol) else entered
            sequences.assign(run, item.optional_vars, known, run.origin(item.optional_vars))
    run.expecting += expecting
    run.execute(node.body)
    run.expecting -= expecting


def _expects_error(node: ast.expr) -> bool:
    target = node.func if isinstance(node, ast.Call) else node
    name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
    return name.startswith("assertRaises") or name in {"raises", "suppress", "assert_raises", "assertFails"}


@statement(ast.Match)
def matched(run: Run, node: ast.Match) -> None:
    """``match``: constants are compared, other patterns are conditions of their own."""
    cases = list(node.cases)

    def rest() -> Value:
        if not cases:
            return Const(None)
        case = cases.pop(0)
        later = list(cases)

        def body() -> Value:
            run.execute(case.body)
            return Const(None)

        def others() -> Value:
            cases[:] = later
            return rest()

        test = _pattern(node.subject, case)
        return body() if test is None else conditions.branch(run, test, body, others)

    rest()


def _pattern(subject: ast.expr, case: ast.match_case) -> ast.expr | None:
    """The test that a case makes, None where it takes everything."""
    match case.pattern:
        case ast.MatchAs(pattern=None) if case.guard is None:
            return None
        case ast.MatchValue(value=value) if case.guard is None:
            return ast.copy_location(ast.Compare(subject, [ast.Eq()], [value]), value)
        case pattern:
            return ast.copy_location(ast.Name(f"case {ast.unparse(pattern)}", ast.Load()), pattern)


@statement(ast.Try)
def attempted(run: Run, node: ast.Try) -> None:
    """``try``: the body, or a handler, as alternatives on a condition of their own."""
    before = run.state.copy()
    run.execute([*node.body, *node.orelse])
    arrived = run.state
    for handler in node.handlers:
        key = run.unknown("an exception").key
        text = f"line {handler.lineno} catches"
        run.state = before.assume(key, text, holds=True)
        if handler.name:
            run.bind(handler.name, run.unknown("an exception"))
        run.execute(handler.body)
        if arrived.live:
            arrived = arrived.assume(key, text, holds=False)
        arrived = merge(key, text, run.state, arrived)
    run.state = arrived
    run.execute(node.finalbody)


@statement(ast.Delete)
def deleted(run: Run, node: ast.Delete) -> None:
    """``del name`` and ``del container[index]``."""
    for target in node.targets:
        if isinstance(target, ast.Name):
            run.bind(target.id, Unknown(f"'{target.id}' was deleted"))
        elif isinstance(target, ast.Subscript):
            sequences.removed(run, target)


@statement(ast.Global, ast.Nonlocal)
def declared(run: Run, node: ast.Global | ast.Nonlocal) -> None:
    """``global name``."""
    run.frames[run.frame].globals.update(node.names)


@statement(ast.Import)
def imported(run: Run, node: ast.Import) -> None:
    """``import a.b`` and ``import a.b as c``."""
    for alias in node.names:
        top = alias.name.partition(".")[0]
        bound, module = (alias.asname, alias.name) if alias.asname is not None else (top, top)
        path = modules.located(run, module)
        run.bind(bound, Symbol(symbols.canonical(module)) if path is None else Module(path))


@statement(ast.ImportFrom)
def imported_from(run: Run, node: ast.ImportFrom) -> None:
    """``from a import b``: from the project, or from outside."""
    module = node.module or ""
    path = modules.located(run, module, node.level)
    for alias in node.names:
        name = alias.asname or alias.name
        if alias.name == "*":
            _starred(run, module, path)
        elif path is not None:
            run.bind(name, _imported(run, path, alias.name))
        elif node.level:
            where = f"{'.' * node.level}{module}"
            run.bind(name, Unknown(f"'{where}' is not a file of the project", f"import {where}.{alias.name}"))
        else:
            run.bind(name, Symbol(symbols.canonical(f"{module}.{alias.name}")))


def _imported(run: Run, path: str, name: str) -> Value:
    """What a package imports from itself is one of its parts."""
    own = path == run.project.path(run.frames[run.frame].document)
    inner = run.project.submodule(path, name) if own else None
    return Imported(path, name) if inner is None else Module(inner)


def _starred(run: Run, module: str, path: str | None) -> None:
    if path is None:
        run.holdings.stars.setdefault(run.module(), []).append(module)
        return
    for name in modules.public(run, path):
        run.bind(name, Imported(path, name))
    inner = run.holdings.modules.get(path)
    for star in [] if inner is None else run.holdings.stars.get(inner, []):
        run.holdings.stars.setdefault(run.module(), []).append(star)


def _define(run: Run, made: Function | Class) -> None:
    """Keep what the document itself defines; what it imports is run by itself elsewhere."""
    if not run.loading and run.module() == run.root:
        run.defined.append(made)


@statement(ast.FunctionDef, ast.AsyncFunctionDef)
def function(run: Run, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """``def``."""
    made = Function(node, run.frame)
    _define(run, made)
    run.bind(node.name, made)


@statement(ast.ClassDef)
def class_definition(run: Run, node: ast.ClassDef) -> None:
    """``class``: its body is run in a scope of its own; one for each base that a condition chooses."""
    bases = [run.evaluate(base) for base in node.bases if not isinstance(base, ast.Starred)]
    run.bind(node.name, _with_bases(run, node, bases, ()))


def _with_bases(run: Run, node: ast.ClassDef, bases: list[Value], chosen: tuple[Value, ...]) -> Value:
    if not bases:
        return _class(run, node, chosen)
    head, *others = bases
    return run.split(head, lambda one: _with_bases(run, node, others, (*chosen, one)))


def _class(run: Run, node: ast.ClassDef, bases: tuple[Value, ...]) -> Value:
    outer = run.enter()
    run.execute([part for part in node.body if not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)])
    inner, run.frame = run.frame, outer
    attributes = [(name, value) for (frame, name), value in run.state.names.held.items() if frame == inner]
    bare = Class(node, outer, bases, run.origin(node))
    functions = (part for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef))
    attributes.extend((part.name, Function(part, outer, owner=bare)) for part in functions)
    made = Class(node, outer, bases, run.origin(node), tuple(attributes))
    _define(run, made)
    steps.examined(run, made)
    return made
