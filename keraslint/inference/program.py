"""Interpreting a whole document: its top level first, then every function and method that nothing called."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

# Each of these registers its handlers with the core.
from keraslint.inference import calls, classes, conditions, expressions, methods, outside, statements  # noqa: F401
from keraslint.inference.core import Arguments, Exhausted, Run
from keraslint.inference.events import Event, Sighting, Unseen
from keraslint.inference.projects import Project
from keraslint.inference.roots import Roots, attributes_read
from keraslint.inference.state import State
from keraslint.inference.values import (
    Class,
    Const,
    Function,
    Instance,
    Model,
    Ref,
    Unknown,
    Value,
)
from keraslint.syntax.scout import Parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keraslint.inference.values import Origin

OPEN = Arguments(rest=Unknown("it is called from elsewhere"))


@dataclass(frozen=True)
class Interpreted:
    """What happened in a document: its events in the order of their meeting, and why it stopped early.

    ``sightings`` are the places of models and their results, ``followed`` the calls into the program's code.
    """

    events: tuple[Event, ...]
    texts: tuple[tuple[str, str], ...]
    stopped: str | None = None
    sightings: tuple[Sighting, ...] = ()
    followed: frozenset[Origin] = frozenset()


def interpret(parsed: Parsed, project: Project) -> Interpreted:
    """Run the document's top level, then what it defines and never calls, with unknown arguments."""
    tree = parsed.tree
    run = Run(project, project.add(parsed))
    stopped = None
    try:
        run.bind("__name__", Const("__main__"))
        _bounded(run, tree.body[0] if tree.body else None, lambda: run.execute(tree.body))
        run.state.live = True
        roots = Roots(tree, project.called.get(parsed.document.path, frozenset()))
        _uncalled(run, roots, again=False)
        _uncalled(run, roots, again=True)
        project.trainers[parsed.document.path] = frozenset(_trainers(run, roots))
    except RecursionError:
        stopped = "the file is nested too deeply"
    run.holdings.settle(run.root)
    return Interpreted(
        tuple(run.events),
        tuple(run.state.texts.items()),
        stopped,
        tuple(run.sightings),
        frozenset(run.followed),
    )


def _trainers(run: Run, roots: Roots) -> Iterator[str]:
    """The functions and classes of a document's top level that train something they may be given."""
    for thing in run.defined:
        node = thing.node
        if thing.frame != run.root or isinstance(node, ast.Lambda) or not roots.wanted(node.name, again=True):
            continue
        called = thing
        if isinstance(thing, Class):
            constructor = None if classes.is_model(thing) else classes.find(thing, "__init__")
            called = constructor if isinstance(constructor, Function) else thing
        if isinstance(called, Function) and len(called.node.args.args) > isinstance(thing, Class):
            yield node.name


def _bounded(run: Run, start: ast.stmt | None, action: Callable[[], object]) -> None:
    """Run something within the bounds; where they are reached, what was found so far stays."""
    run.steps = run.merged = 0
    if run.total > MAX_TOTAL:
        return
    before = run.frame, list(run.active), run.expecting, run.probing, run.loading
    try:
        action()
    except Exhausted:
        run.frame, run.active, run.expecting, run.probing, run.loading = before
        if start is not None:
            run.events.append(Unseen(run.origin(start), "it takes more steps than are followed"))
    run.total += run.steps


MAX_TOTAL = 60_000
"""Statements executed in one document, from all starts together."""


def _uncalled(run: Run, roots: Roots, *, again: bool) -> None:
    """Functions and classes of the document that nothing in it called."""
    done = 0
    while done < len(run.defined):
        thing = run.defined[done]
        done += 1
        if isinstance(thing.node, ast.Lambda) or not roots.wanted(thing.node.name, again=again):
            continue
        before = run.state.copy()
        if isinstance(thing, Class):
            _class(run, thing, roots)
        elif thing.node not in run.entered:
            _bounded(run, thing.node, partial(run.call, thing, OPEN, _somewhere(thing.node)))
        run.state = before
        run.state.live = True


def _somewhere(node: ast.AST) -> ast.expr:
    """An expression standing for the call that is not seen."""
    line = getattr(node, "lineno", 1)
    return ast.Name("_", ast.Load(), lineno=line, col_offset=0, end_lineno=line, end_col_offset=0)


def _class(run: Run, cls: Class, roots: Roots) -> None:
    """The methods of a class that nothing called, on an instance as its ``__init__`` leaves it.

    What one method assigns to ``self`` the others see, if no other method assigns something else.
    """
    waiting = [
        (value.node.name, value)
        for _, value in cls.attributes
        if isinstance(value, Function)
        and value.node not in run.entered
        and isinstance(value.node, ast.FunctionDef)
    ]
    if not waiting:
        return
    node = _somewhere(cls.node)
    made: list[Value] = []
    _bounded(run, cls.node, lambda: made.append(run.call(cls, OPEN, node)))
    run.state.live = True
    instance = made[0] if made else None
    if not isinstance(instance, Ref):
        return
    # "call" is followed where the model is used; with unknown arguments it says nothing new.
    others = [(name, function) for name, function in waiting if name not in {"__init__", "call"}]
    events = len(run.events)
    heaps = (run.state.heap.held, run.holdings.heap)
    models = any(isinstance(thing, Model) for heap in heaps for thing in heap.values())
    inherited = _read_in_bases(run, cls)
    preparing = (
        function
        for _, function in others
        if roots.prepares(function.node, inherited) or (models and roots.compiles(function.node))
    )
    states = [_tried(run, function, instance, node) for function in preparing]
    del run.events[events:]
    run.state = _shared(run.state, states)
    for name, function in others:
        if name in roots.training:
            _tried(run, function, instance, node)


def _read_in_bases(run: Run, cls: Class) -> frozenset[str] | None:
    """The attributes that the methods of a class read in other documents; None where it may be any."""
    found: set[str] = set()
    for one in classes.lineage(cls):
        if isinstance(one, Class):
            key = one.origin
            if key not in run.project.attributes:
                run.project.attributes[key] = attributes_read(one.node)
            read = run.project.attributes[key]
            if read is None:
                return None
            if one.origin.document != cls.origin.document:
                found |= read
    return frozenset(found)


def _tried(run: Run, function: Function, instance: Ref, node: ast.expr) -> State:
    """The state after one method, the current one left as it was."""
    before = run.state.copy()
    start = function.node if isinstance(function.node, ast.FunctionDef) else None
    _bounded(run, start, lambda: run.call(classes.bind(function, instance), OPEN, node))
    after, run.state = run.state, before
    return after if after.live else before


def _shared(before: State, states: list[State]) -> State:
    """What several methods leave behind together: a thing that two of them leave differently is unknown."""
    merged = before.copy()
    for address in sorted({address for state in states for address in state.heap.written}):
        versions = [
            state.heap[address]
            for state in states
            if address in state.heap.held and state.heap[address] != before.heap.find(address)
        ]
        if before.heap.find(address) is None:
            merged.heap[address] = versions[0]
        elif versions and all(isinstance(version, Instance | Model) for version in versions):
            merged.heap[address] = _agreed(
                before, address, [version for version in versions if isinstance(version, Instance | Model)]
            )
    return merged


def _agreed(before: State, address: int, versions: list[Instance | Model]) -> Instance | Model:

    start = before.heap[address]
    held = dict(start.attributes) if isinstance(start, Instance | Model) else {}
    changes: dict[str, list[Value]] = {}
    for version in versions:
        for name, value in version.attributes:
            if held.get(name) != value:
                changes.setdefault(name, []).append(value)
    for name, values in changes.items():
        same = all(value == values[0] for value in values)
        held[name] = (
            values[0] if same else Unknown(f"'{name}' is assigned in several methods", f"@{address}.{name}")
        )
    compiled = [
        version.compiled
        for version in versions
        if isinstance(version, Model) and version.compiled is not None
    ]
    made = replace(versions[0], attributes=tuple(held.items()))
    if isinstance(made, Model) and compiled:
        one = (
            compiled[0]
            if all(value == compiled[0] for value in compiled)
            else Unknown("it is compiled in several methods")
        )
        return replace(made, compiled=one)
    return made
