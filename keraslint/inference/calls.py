"""Calls: their arguments, and following the program's own functions and classes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from keraslint.inference import classes, data, sequences, strangers, symbols
from keraslint.inference.core import MAX_DEPTH, Arguments, calling, expression
from keraslint.inference.roots import kinds_inside
from keraslint.inference.state import choice, merge_exits
from keraslint.inference.values import (
    Array,
    Batches,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    Item,
    List,
    Method,
    Model,
    Partial,
    Ref,
    Super,
    Symbol,
    Tensor,
    Tuple,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from keraslint.inference.core import Run
    from keraslint.pairing import ModelKind


@expression(ast.Call)
def call(run: Run, node: ast.Call) -> Value:
    """``callee(arguments)``."""
    if isinstance(node.func, ast.Name) and node.func.id == "super" and run.lookup("super") is None:
        return _super(run)
    callee = run.evaluate(node.func)
    arguments = evaluated(run, node)
    mapped = data.mapped_from_elsewhere(run, node, callee, arguments)
    if mapped is not None:
        return mapped
    callee = strangers.met(run, node, callee, arguments)
    _escaping(run, callee, arguments)
    if isinstance(callee, Function | Class) or _has_body(run, callee):
        run.followed.add(run.origin(node))
    return run.call(callee, arguments, node)


def _has_body(run: Run, callee: Value) -> bool:
    """Whether calling an object runs a method of the program."""
    return isinstance(callee, Ref) and isinstance(run.object(callee), Instance)


def evaluated(run: Run, node: ast.Call) -> Arguments:
    """The arguments of a call, stars taken apart as far as they are known."""
    positional: list[Item] = []
    rest: Unknown | None = None
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            items, unknown = sequences.items_of(run, run.evaluate(argument.value))
            positional.extend(items)
            rest = rest or unknown
        else:
            positional.append(Item(run.evaluate(argument), run.origin(argument)))
    named: dict[str, Item] = {}
    for keyword in node.keywords:
        value = run.evaluate(keyword.value)
        if keyword.arg is not None:
            named[keyword.arg] = Item(value, run.origin(keyword.value))
            continue
        more = sequences.update(run, Dict(), value)
        named.update((str(key.value), item) for key, item in more.items)
        rest = rest or more.rest
    return Arguments(tuple(positional), tuple(named.items()), rest)


def _super(run: Run) -> Value:
    function = next((run.functions[frame] for frame in _frames(run) if frame in run.functions), None)
    if function is None or function.owner is None or function.bound is None:
        return run.unknown("super() outside of a method")
    return Super(function.owner, function.bound)


def _frames(run: Run) -> list[int]:
    frames: list[int] = []
    frame: int | None = run.frame
    while frame is not None:
        frames.append(frame)
        frame = run.frames[frame].parent
    return frames


def _escaping(run: Run, callee: Value, arguments: Arguments) -> None:
    """Lists and dicts given to code that is not seen may come back changed."""
    shuffled = isinstance(callee, Symbol) and callee.name.endswith(".shuffle")
    foreign = isinstance(callee, Symbol) and callee.name.partition(".")[0] not in symbols.HARMLESS
    if not (isinstance(callee, Unknown) or foreign or shuffled):
        return
    for item in (*arguments.positional, *(item for _, item in arguments.keywords)):
        if isinstance(item.value, Ref) and not isinstance(run.object(item.value), Instance | Model):
            thing = run.object(item.value)
            changed = run.unknown("it is given to a function that is not followed, which may change it")
            run.state.heap[item.value.address] = (
                Dict(rest=changed) if isinstance(thing, Dict) else List(rest=changed)
            )


@calling(Unknown)
def unknown(run: Run, callee: Unknown, _: Arguments, __: ast.expr) -> Value:
    """Nothing is known of what it returns."""
    return run.unknown(callee.reason)


@calling(Function)
def function(run: Run, callee: Function, arguments: Arguments, _: ast.expr) -> Value:
    """A function of the program, followed with its arguments."""
    body = callee.node
    if len(run.active) >= MAX_DEPTH:
        return run.unknown(f"calls nested deeper than {MAX_DEPTH} are not followed")
    if body in run.active:
        return run.unknown("recursion is not followed")
    outer = run.enter(callee.frame)
    run.functions[run.frame] = callee
    run.entered.add(body)
    run.active.append(body)
    try:
        _bind(run, callee, arguments)
        return run.evaluate(body.body) if isinstance(body, ast.Lambda) else _followed(run, body)
    finally:
        run.active.pop()
        run.frame = outer


def _followed(run: Run, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Value:
    frame = run.frames[run.frame]
    before = dict(run.state.assumed)
    names, heap = run.state.names.written, run.state.heap.written
    run.state.names.written = {key for key in names if key[0] == run.frame}
    names = names - run.state.names.written
    run.state.heap.written = set()
    run.execute(node.body)
    if run.state.live:
        run.bind(RETURNED, Const(None))
    run.state = merge_exits(frame.returned, run.state, before)
    if not run.state.live and not any(isinstance(statement, ast.Raise) for statement in node.body):
        # A program runs: more likely some condition is misread than that no path returns.
        run.state.live, run.state.assumed = True, before
        run.bind(RETURNED, run.unknown(f"no path through '{node.name}' returns, as far as it is followed"))
    returned = run.state.names.find((run.frame, RETURNED)) or Const(None)
    frame.returned = []
    if not _encloses(run, node):
        run.forget(run.frame)
    run.state.names.remember(names)
    run.state.heap.remember(heap)
    why = classes.opaque(node)
    if why is not None:
        return run.unknown(f"'{node.name}' is decorated with '{why}'")
    if isinstance(node, ast.AsyncFunctionDef):
        return run.unknown(f"'{node.name}' is a coroutine")
    if frame.yielded:
        return Batches("generator", _one_batch(run, frame.yielded, before), frame.yielded[0][1].origin)
    return returned


def _encloses(run: Run, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether something defined inside a function may still want its names."""
    if node not in run.enclosing:
        inner = {ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef}
        run.enclosing[node] = not inner.isdisjoint(kinds_inside(node))
    return run.enclosing[node]


def _one_batch(run: Run, yielded: list[tuple[dict[str, bool], Item]], outer: dict[str, bool]) -> Value:
    """What a generator yields; where it yields in several places, a choice between them."""
    value: Value = yielded[-1][1].value
    for assumed, item in reversed(yielded[:-1]):
        tests = [(test, holds) for test, holds in assumed.items() if test not in outer]
        if not tests:
            tests = [(run.unknown("a batch").key, True)]
        inner = item.value
        for test, holds in reversed(tests):
            text = run.state.texts.get(test, f"line {item.origin.line} yields")
            inner = choice(test, text, inner, value) if holds else choice(test, text, value, inner)
        value = inner
    return value


RETURNED = "return"
"""The name (no program can have it) under which a frame keeps what it returns."""


def _bind(run: Run, callee: Function, arguments: Arguments) -> None:
    spec = callee.node.args
    positional = list(arguments.positional)
    names = [argument.arg for argument in (*spec.posonlyargs, *spec.args)]
    if callee.bound is not None and names:
        run.bind(names.pop(0), callee.bound)
    given = dict(arguments.keywords)
    for name in names:
        if positional:
            run.bind(name, positional.pop(0).value)
        elif name in given:
            run.bind(name, given.pop(name).value)
        else:
            run.bind(name, _missing(run, callee, name, arguments))
    for argument in spec.kwonlyargs:
        held = given.pop(argument.arg, None)
        run.bind(argument.arg, _missing(run, callee, argument.arg, arguments) if held is None else held.value)
    if spec.vararg is not None:
        run.bind(spec.vararg.arg, Tuple(tuple(positional), arguments.rest))
    if spec.kwarg is not None:
        pairs = tuple((Const(name), item) for name, item in given.items())
        run.bind(spec.kwarg.arg, run.new(Dict(pairs, arguments.rest)))


def _missing(run: Run, callee: Function, name: str, arguments: Arguments) -> Value:
    label = getattr(callee.node, "name", "lambda")
    if arguments.rest is not None:
        return Unknown(
            f"parameter '{name}' of '{label}' is not known", f"{label}@{callee.node.lineno}.{name}"
        )
    default = _default(callee, name)
    if default is None:
        return Unknown(
            f"parameter '{name}' of '{label}' is not given", f"{label}@{callee.node.lineno}.{name}"
        )
    inner, run.frame = run.frame, callee.frame
    value = run.evaluate(default)
    run.frame = inner
    return value


def _default(callee: Function, name: str) -> ast.expr | None:
    spec = callee.node.args
    ordered = [*spec.posonlyargs, *spec.args]
    defaults: list[ast.expr | None] = [*[None] * (len(ordered) - len(spec.defaults)), *spec.defaults]
    pairs = [*zip(ordered, defaults, strict=True), *zip(spec.kwonlyargs, spec.kw_defaults, strict=True)]
    return next((value for argument, value in pairs if argument.arg == name), None)


@calling(Partial)
def partial(run: Run, callee: Partial, arguments: Arguments, node: ast.expr) -> Value:
    """A function some of whose arguments are given already."""
    positional = (*callee.positional, *arguments.positional)
    keywords = {**dict(callee.keywords), **dict(arguments.keywords)}
    return run.call(callee.function, Arguments(positional, tuple(keywords.items()), arguments.rest), node)


@calling(Class)
def instantiate(run: Run, callee: Class, arguments: Arguments, node: ast.expr) -> Value:
    """An instance of a class of the program: its ``__init__`` is followed."""
    given = arguments.get("name")
    name = (
        given.value.value
        if given and isinstance(given.value, Const) and isinstance(given.value.value, str)
        else None
    )
    if classes.is_model(callee):
        kind: ModelKind = "sequential" if classes.keras_base(callee) == symbols.SEQUENTIAL else "subclass"
        ref = run.new(Model(kind, run.origin(node), name=name, cls=callee, custom=classes.custom(callee)))
    else:
        ref = run.new(Instance(callee, name=name))
    constructor = classes.find(callee, "__init__")
    if constructor is not None:
        run.call(classes.bind(constructor, ref), arguments, node)
    return ref


@calling(Ref)
def instance(run: Run, callee: Ref, arguments: Arguments, node: ast.expr) -> Value:
    """Calling an object: a model, a layer, something with ``__call__``."""
    thing = run.object(callee)
    if isinstance(thing, Model):
        return run.call(Method(callee, "__call__"), arguments, node)
    if not isinstance(thing, Instance):
        return run.unknown("what is called is not a function")
    method = classes.find(thing.cls, "call" if classes.is_layer(thing.cls) else "__call__")
    if method is None:
        return run.unknown(f"class {thing.cls.node.name} shows no '__call__'")
    value = run.call(classes.bind(method, callee), arguments, node)
    # The output of the program's own layer carries the layer's name.
    single = classes.is_layer(thing.cls) and isinstance(value, Tensor | Array)
    return Tensor(thing.name, run.origin(node)) if single else value
