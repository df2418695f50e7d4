"""Modules of the project: found where Python would find them, run once when something of them is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.inference import symbols
from keraslint.inference.core import Exhausted
from keraslint.inference.holdings import Frame
from keraslint.inference.state import choice
from keraslint.inference.values import Choice, Const, Imported, Module, Symbol, Unknown

if TYPE_CHECKING:
    from keraslint.inference.core import Run
    from keraslint.inference.values import Value

MAX_HOPS = 16
"""Re-exports followed from one module to the next."""


def located(run: Run, module: str, level: int = 0) -> str | None:
    """The file or package of the project that an import in the current module names."""
    document = run.frames[run.frame].document
    return run.project.locate(run.project.path(document), module, level)


def member(run: Run, path: str, name: str) -> Value:
    """``name`` of the module at ``path``, through re-exports."""
    passed: list[tuple[str, str]] = []
    value: Value | None = Imported(path, name)
    while isinstance(value, Imported) and len(passed) < MAX_HOPS:
        path, name = value.path, value.name
        if (path, name) in passed:
            break
        passed.append((path, name))
        frame = load(run, path)
        value = None if frame is None else run.state.names.find((frame, name))
    if value is not None and not isinstance(value, Imported):
        return resolved(run, value)
    return _beside(run, passed) or _starred(run, path, name) or _missing(run, path, name)


def _beside(run: Run, passed: list[tuple[str, str]]) -> Value | None:
    """The module of that name in a package: what a package imports from itself names one of its parts."""
    found = (run.project.submodule(path, name) for path, name in reversed(passed))
    return next((Module(inner) for inner in found if inner is not None), None)


def _starred(run: Run, path: str, name: str) -> Value | None:
    frame = load(run, path)
    symbol = None if frame is None else symbols.from_star(name, run.holdings.stars.get(frame, []))
    return None if symbol is None else Symbol(symbol)


def _missing(run: Run, path: str, name: str) -> Value:
    shown, flaw = run.project.shown(path), run.project.flaw(path)
    why = f"{shown}, which does not parse: {flaw}" if flaw else shown
    return Unknown(f"'{name}' is not found in {why}", f"import {path}.{name}")


def resolved(run: Run, value: Value) -> Value:
    """``value`` with what it imports in its place, in each of its alternatives."""
    match value:
        case Imported(path=path, name=name):
            return member(run, path, name)
        case Choice(test=test, text=text, then=then, other=other):
            return choice(test, text, resolved(run, then), resolved(run, other))
        case _:
            return value


def public(run: Run, path: str) -> list[str]:
    """The names that a star import takes."""
    frame = load(run, path)
    if frame is None:
        return []
    return [name for name in run.holdings.exports.get(path, ()) if not name.startswith("_")]


def load(run: Run, path: str) -> int | None:
    """The frame of the module at ``path``, run if it was not yet; None where it cannot be read."""
    holdings, ledger = run.holdings, run.project.ledger
    ledger.now.modules.add(path)
    if path in holdings.unsettled or path in holdings.running:
        holdings.unsettled.update(holdings.running)
    if path in holdings.modules:
        return holdings.modules[path]
    ledger.module(path)
    parsed = run.project.load(path)
    if parsed is None:
        ledger.done()
        holdings.modules[path] = None
        return None
    run.frames.append(Frame(None, run.project.number(path), of_module=True))
    frame = holdings.modules[path] = len(run.frames) - 1
    # In a state and with a budget of its own: what a module holds does not depend on who asks first.
    outer = run.state, run.frame, run.active, run.entering, run.steps, run.merged, run.probing, run.expecting
    run.state, run.frame, run.active, run.steps, run.merged = run.empty(), frame, [], 0, 0
    run.probing, run.expecting = False, 0
    run.loading += 1
    holdings.running.append(path)
    try:
        run.bind("__name__", Const(run.project.shown(path)))
        run.execute(parsed.tree.body)
    except Exhausted:
        pass  # What it was left with is what is known of it.
    except RecursionError:
        holdings.unsettled.update(holdings.running)
        raise
    finally:
        holdings.hold(path, run.state)
        names = (name for holder, name in run.state.names.held if holder == frame)
        holdings.exports[path] = tuple(sorted(names))
        holdings.running.pop()
        run.loading -= 1
        (
            run.state,
            run.frame,
            run.active,
            run.entering,
            run.steps,
            run.merged,
            run.probing,
            run.expecting,
        ) = outer
        ledger.done()
    return frame
