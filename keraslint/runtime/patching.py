"""The methods of Keras that a guard stands before: wrapped while a guard is open, the very same afterwards.

``keras.Model`` and ``tf_keras.Model`` are wrapped in one place each; a Keras that is imported while a guard
is open is wrapped when its import ends. What a guard sees is decided by thread: a call belongs to the
innermost guard that its own thread opened; a thread with none belongs to the last guard that was opened for
every thread; else nobody looks.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Protocol

from keraslint.runtime import naming

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

PACKAGES = ("keras", "tf_keras")
METHODS = ("compile", "fit", "evaluate", "train_on_batch", "test_on_batch")


class Watcher(Protocol):
    """What stands before the calls."""

    every_thread: bool

    def call(self, model: Any, name: str, original: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Do what is to be done, and call ``original``."""

    def names_read(self, model: Any, attribute: str) -> None:
        """The program has read ``output_names``, ``outputs`` or ``metrics_names``."""


class _Stack(threading.local):
    """The guards of a thread, and whether it is examining a model right now."""

    def __init__(self) -> None:
        self.open: list[Watcher] = []
        self.busy = False


@dataclass
class _State:
    lock: threading.RLock = field(default_factory=threading.RLock)
    everywhere: list[Watcher] = field(default_factory=list)
    count: int = 0
    undo: list[Callable[[], None]] = field(default_factory=list)
    wrapped: set[int] = field(default_factory=set)


_STACK = _Stack()
_STATE = _State()


def enter(watcher: Watcher) -> None:
    """Open a guard; the first one wraps Keras."""
    with _STATE.lock:
        _STACK.open.append(watcher)
        if watcher.every_thread:
            _STATE.everywhere.append(watcher)
        _STATE.count += 1
        if _STATE.count == 1:
            _install()


def leave(watcher: Watcher) -> None:
    """Close a guard; the last one gives Keras its own methods back."""
    with _STATE.lock:
        for guards in (_STACK.open, _STATE.everywhere):
            if watcher in guards:
                guards.remove(watcher)
        _STATE.count -= 1
        if _STATE.count == 0:
            while _STATE.undo:
                _STATE.undo.pop()()
            _STATE.wrapped.clear()


def current() -> Watcher | None:
    """The guard that a call of this thread belongs to."""
    if _STACK.busy:
        return None
    if _STACK.open:
        return _STACK.open[-1]
    return _STATE.everywhere[-1] if _STATE.everywhere else None


class Busy:
    """While a model is examined, calls are nobody's."""

    def __enter__(self) -> None:
        """Begin."""
        self.before, _STACK.busy = _STACK.busy, True

    def __exit__(self, *_: object) -> None:
        """End."""
        _STACK.busy = self.before


def _install() -> None:
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    _STATE.undo.append(partial(sys.meta_path.remove, finder))
    for package in PACKAGES:
        if package in sys.modules:
            _wrap(sys.modules[package])


def _wrap(keras: ModuleType) -> None:
    """Wrap the model class of a Keras that is loaded."""
    with _STATE.lock:
        model = getattr(keras, "Model", None)
        if _STATE.count == 0 or model is None or id(model) in _STATE.wrapped:
            return
        _STATE.wrapped.add(id(model))
        for name in METHODS:
            # Where it is defined: Keras takes a ``Model.compile`` that is not ``Trainer.compile`` for the
            # program's own, and does not compile what it loads (keras/src/trainers/trainer.py, 3.15).
            home = next(cls for cls in model.__mro__ if name in vars(cls))
            _replace(home, name, _standing_before(home, name))
        for cls, name in naming.homes(model):
            _replace(cls, name, naming.Watched(cls, name, _read))


def _read(model: Any, attribute: str) -> None:
    watcher = current()
    if watcher is not None:
        watcher.names_read(model, attribute)


def _replace(cls: type, name: str, value: object) -> None:
    """Set an attribute, and remember how to restore the class exactly: its own attribute or none."""
    if name in vars(cls):
        _STATE.undo.append(partial(setattr, cls, name, vars(cls)[name]))
    else:
        _STATE.undo.append(partial(delattr, cls, name))
    setattr(cls, name, value)


def _standing_before(cls: type, name: str) -> Callable[..., Any]:
    own = vars(cls)[name]

    @wraps(own)
    def method(self: Any, *given: Any, **named: Any) -> Any:
        original = own.__get__(self)
        watcher = current()
        if watcher is None or "_use_cached_eval_dataset" in named:  # validation inside fit
            return original(*given, **named)
        return watcher.call(self, name, original, *given, **named)

    return method


class _Finder:
    """Finds nothing itself; wraps a Keras when its import has ended."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec that the other finders have, which wraps what it has loaded."""
        if fullname not in PACKAGES:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(fullname, path, target)
            if spec is not None and spec.loader is not None:
                load = spec.loader.exec_module

                def exec_module(module: ModuleType, load: Callable[[ModuleType], None] = load) -> None:
                    load(module)
                    _wrap(module)

                spec.loader.exec_module = exec_module  # type: ignore[method-assign]
                return spec
        return None
