"""The state of the program at one point: names, heap, and the conditions assumed on the way there.

States are copied where paths part and merged where they meet; what differs becomes a ``Choice`` tied to
its condition, so that two branches on the same condition agree with each other later.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from keraslint.inference.values import Branched, Choice, Const, Dict, Instance, List, Model, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keraslint.inference.values import Container, Object, Value

MAX_ALTERNATIVES = 12
"""More alternatives than this of one value are given up as unknown."""


K = TypeVar("K")
V = TypeVar("V")


class Store(Generic[K, V]):
    """What names or addresses hold, and which were written: merging costs what was changed, not what is.

    ``base`` has what is not held. A copy shares ``held`` and ``written`` until one of the two is written to:
    most paths change nothing before they meet again.
    """

    __slots__ = ("_is_shared", "base", "held", "written")

    def __init__(self, base: dict[K, V]) -> None:
        """Start with nothing above ``base``."""
        self.base = base
        self.held: dict[K, V] = {}
        self.written: set[K] = set()
        self._is_shared = False

    def find(self, key: K) -> V | None:
        """The value of ``key``, here or below."""
        value = self.held.get(key)
        return self.base.get(key) if value is None else value

    def __getitem__(self, key: K) -> V:
        """The value of ``key``, here or below; KeyError where there is none."""
        return self.held[key] if key in self.held else self.base[key]

    def __setitem__(self, key: K, value: V) -> None:
        """Write and remember."""
        self._part()
        self.written.add(key)
        self.held[key] = value

    def remember(self, keys: set[K]) -> None:
        """Count keys as written."""
        if not keys <= self.written:
            self._part()
            self.written |= keys

    def remove(self, keys: list[K]) -> None:
        """Drop keys, and that they were written."""
        if keys:
            self._part()
        for key in keys:
            self.held.pop(key, None)
            self.written.discard(key)

    def copy(self) -> Store[K, V]:
        """An independent store with the same content and memory."""
        made: Store[K, V] = Store.__new__(Store)
        made.base, made.held, made.written = self.base, self.held, self.written
        made._is_shared = self._is_shared = True
        return made

    def _part(self) -> None:
        if self._is_shared:
            self.held, self.written, self._is_shared = dict(self.held), set(self.written), False


@dataclass
class State:
    """Mutable: the interpreter writes into the current one."""

    names: Store[tuple[int, str], Value]
    heap: Store[int, Object]
    assumed: dict[str, bool] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    live: bool = True

    def copy(self) -> State:
        """An independent state with the same content."""
        return State(self.names.copy(), self.heap.copy(), dict(self.assumed), self.texts, self.live)

    def assume(self, test: str, text: str, *, holds: bool) -> State:
        """A copy in which the condition ``test`` holds or does not."""
        state = self.copy()
        state.assumed[test] = holds
        self.texts[test] = text
        return state


def simplify(value: Value, assumed: dict[str, bool]) -> Value:
    """``value`` with every choice made that ``assumed`` decides."""
    if not isinstance(value, Choice) or value.tests.isdisjoint(assumed):
        return value
    if value.test in assumed:
        return simplify(value.then if assumed[value.test] else value.other, assumed)
    return choice(value.test, value.text, simplify(value.then, assumed), simplify(value.other, assumed))


def choice(test: str, text: str, then: Value, other: Value) -> Value:
    """``then`` if ``test`` else ``other``; one where they are equal; unknown where they are too many."""
    size = 2
    if isinstance(then, Choice):
        then = simplify(then, {test: True})
        size += then.size - 1 if isinstance(then, Choice) else 0
    if isinstance(other, Choice):
        other = simplify(other, {test: False})
        size += other.size - 1 if isinstance(other, Choice) else 0
    if then is other or then == other:
        return then
    if size > MAX_ALTERNATIVES:
        return Unknown(f"it has more than {MAX_ALTERNATIVES} alternatives")
    return Choice(test, text, then, other)


UNBOUND = Unknown("it is not assigned on every path")


def merge(test: str, text: str, then: State, other: State) -> State:
    """The state after an ``if``: where one side never arrives, the other with what it assumed."""
    if not then.live:
        return other
    if not other.live:
        return then
    shared = {key: held for key, held in then.assumed.items() if other.assumed.get(key) == held}
    merged = then.copy()
    merged.assumed = shared
    for key, left, right in _different(then.names, other.names):
        merged.names[key] = _either(test, text, left, right)
    for address, one, two in _different(then.heap, other.heap):
        merged.heap[address] = _object(test, text, one, two)
    merged.names.remember(other.names.written)
    merged.heap.remember(other.heap.written)
    return merged


def _different(then: Store[K, V], other: Store[K, V]) -> Iterator[tuple[K, V | None, V | None]]:
    """What was written on either side and is not one and the same thing."""
    if then.held is other.held:
        return
    left, right = then.held.get, other.held.get
    for key in then.written | other.written:
        one, two = left(key), right(key)
        if one is None or one is not two:
            yield key, then.find(key), other.find(key)


def _either(test: str, text: str, then: Value | None, other: Value | None) -> Value:
    if then is other and then is not None:
        return then
    return choice(test, text, UNBOUND if then is None else then, UNBOUND if other is None else other)


def _object(test: str, text: str, then: Object | None, other: Object | None) -> Object:
    if then is None or other is None or then is other:
        return _present(then, other)
    if isinstance(then, Model) and isinstance(other, Model):
        return _model(test, text, then, other)
    if isinstance(then, Instance) and isinstance(other, Instance):
        return replace(then, attributes=_attributes(test, text, then.attributes, other.attributes))
    if isinstance(then, List | Dict | Branched) and isinstance(other, List | Dict | Branched):
        return branched(test, text, then, other)
    return then


def _present(then: Object | None, other: Object | None) -> Object:
    made = other if then is None else then
    if made is None:
        message = "neither state holds the address"
        raise KeyError(message)
    return made


def _model(test: str, text: str, then: Model, other: Model) -> Model:
    return replace(
        then,
        outputs=_optional(test, text, then.outputs, other.outputs),
        compiled=_optional(test, text, then.compiled, other.compiled),
        attributes=_attributes(test, text, then.attributes, other.attributes),
        layers=then.layers if then.layers == other.layers else (UNBOUND,),
        custom=then.custom or other.custom,
    )


def _optional(test: str, text: str, then: Value | None, other: Value | None) -> Value | None:
    if then is None and other is None:
        return None
    none = Const(None)
    return choice(test, text, none if then is None else then, none if other is None else other)


Attributes = tuple[tuple[str, "Value"], ...]


def _attributes(test: str, text: str, then: Attributes, other: Attributes) -> Attributes:
    if then == other:
        return then
    left, right = dict(then), dict(other)
    return tuple((key, _either(test, text, left.get(key), right.get(key))) for key in left | right)


def branched(test: str, text: str, then: Container, other: Container) -> Container:
    """A container that depends on a condition; one with unknown content where there are too many."""
    then, other = settle(then, {test: True}), settle(other, {test: False})
    if then == other:
        return then
    made = Branched(test, text, then, other)
    if _count(made) > MAX_ALTERNATIVES:
        reason = Unknown(f"it has more than {MAX_ALTERNATIVES} alternatives")
        return Dict(rest=reason) if isinstance(_first(made), Dict) else List(rest=reason)
    return made


def _first(container: Container) -> List | Dict:
    while isinstance(container, Branched):
        container = container.then
    return container


def settle(container: Container, assumed: dict[str, bool]) -> Container:
    """``container`` with every alternative taken that ``assumed`` decides."""
    while isinstance(container, Branched) and container.test in assumed:
        container = container.then if assumed[container.test] else container.other
    if not isinstance(container, Branched):
        return container
    then, other = settle(container.then, assumed), settle(container.other, assumed)
    return then if then == other else replace(container, then=then, other=other)


def _count(container: Container) -> int:
    return _count(container.then) + _count(container.other) if isinstance(container, Branched) else 1


def merge_exits(exits: list[State], final: State, outer: dict[str, bool]) -> State:
    """The state after paths that left early (``return``, ``break``) and the one that did not."""
    merged = final
    for state in reversed(exits):
        merged = _nest(state, merged, [key for key in state.assumed if key not in outer])
    return merged


def _nest(state: State, rest: State, tests: list[str]) -> State:
    """``state`` where all of the tests went as it assumed, ``rest`` otherwise."""
    if not rest.live or not tests:
        return state
    if not state.live:
        return rest
    path = [(test, state.texts.get(test, test), state.assumed[test]) for test in reversed(tests)]
    first, second = (state, rest) if all(holds for _, _, holds in path) else (rest, state)
    merged = rest.copy()
    merged.assumed = {key: held for key, held in first.assumed.items() if second.assumed.get(key) == held}
    for key, left, right in _different(state.names, rest.names):
        merged.names[key] = _folded(_either, path, left, right)
    for address, one, two in _different(state.heap, rest.heap):
        merged.heap[address] = _folded(_object, path, one, two)
    merged.names.remember(state.names.written)
    merged.heap.remember(state.heap.written)
    return merged


def _folded(both: Callable[..., V], path: list[tuple[str, str, bool]], then: object, other: object) -> V:
    """``then`` behind every test of the path, the innermost first, ``other`` where one of them goes wrong."""
    (test, text, holds), *outer = path
    made = both(test, text, then, other) if holds else both(test, text, other, then)
    for test, text, holds in outer:
        made = both(test, text, made, other) if holds else both(test, text, other, made)
    return made
