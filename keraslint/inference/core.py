"""The interpreter's core: one run over a document, its state, its bounds, and the tables it dispatches on.

Handlers for expressions, statements, calls and methods register themselves here from their own modules,
so that a new construct touches one module and no other. The user's code is never executed.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from keraslint.inference.events import Sighting
from keraslint.inference.holdings import Frame
from keraslint.inference.state import State, Store, choice, merge, settle, simplify
from keraslint.inference.values import (
    Branched,
    Choice,
    List,
    Model,
    Origin,
    Ref,
    Result,
    Snapshot,
    Tensor,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from keraslint.inference.events import Event
    from keraslint.inference.projects import Project
    from keraslint.inference.values import Class, Function, Item, Object, Value
    from keraslint.pairing import Call

MAX_STEPS = 8_000
"""Statements executed from one start (a document's top level, a function that nothing calls), loops unrolled
and calls followed; beyond, everything is unknown."""

MAX_MERGED = 150_000
"""Names and objects compared where paths meet again, from one start."""

MAX_DEPTH = 24
"""Calls of the program's own functions followed into each other."""

MAX_UNROLLED = 64
"""Iterations of a loop over a known sequence."""

NODE = TypeVar("NODE", bound=ast.AST)


@dataclass(frozen=True)
class Arguments:
    """The arguments of a call; ``rest`` says why there may be more (``*args``, ``**kwargs``)."""

    positional: tuple[Item, ...] = ()
    keywords: tuple[tuple[str, Item], ...] = ()
    rest: Unknown | None = None

    def get(self, name: str, position: int | None = None) -> Item | None:
        """The argument by keyword or position, None where not given."""
        found = dict(self.keywords).get(name)
        if found is None and position is not None and position < len(self.positional):
            return self.positional[position]
        return found


class ExpressionHandler(Protocol):
    """Evaluates one kind of expression."""

    def __call__(self, run: Run, node: Any, /) -> Value: ...  # noqa: ANN401, D102


class CallHandler(Protocol):
    """Calls one kind of value."""

    def __call__(self, run: Run, callee: Any, arguments: Arguments, node: ast.expr, /) -> Value: ...  # noqa: ANN401, D102


EXPRESSIONS: dict[type[ast.AST], ExpressionHandler] = {}
STATEMENTS: dict[type[ast.AST], Callable[[Run, Any], None]] = {}
CALLS: dict[type[object], CallHandler] = {}


class Exhausted(Exception):  # noqa: N818  # control flow, not an error
    """The budget of statements is spent."""


@dataclass
class Run:
    """One interpretation of one document."""

    project: Project
    document: int
    events: list[Event] = field(default_factory=list)
    sightings: dict[Sighting, None] = field(default_factory=dict)
    followed: set[Origin] = field(default_factory=set)
    entered: set[ast.AST] = field(default_factory=set)
    active: list[ast.AST] = field(default_factory=list)
    functions: dict[int, Function] = field(default_factory=dict)
    enclosing: dict[ast.AST, bool] = field(default_factory=dict)
    origins: dict[ast.AST, Origin] = field(default_factory=dict)
    shown: dict[tuple[ast.expr, bool], str] = field(default_factory=dict)
    defined: list[Function | Class] = field(default_factory=list)
    loading: int = 0
    entering: dict[str, bool] = field(default_factory=dict)
    expecting: int = 0
    probing: bool = False
    steps: int = 0
    merged: int = 0
    total: int = 0

    def __post_init__(self) -> None:
        """Start in a scope of the document's own, with nothing known but what modules hold."""
        self.holdings = self.project.holdings
        self.frames = self.holdings.frames
        self.frames.append(Frame(None, self.document))
        self.root = self.frame = len(self.frames) - 1
        self.state = self.empty()

    def empty(self) -> State:
        """A state in which nothing happened; what the modules of the project hold lies below every state."""
        return State(Store(self.holdings.names), Store(self.holdings.heap))

    def origin(self, node: ast.expr | ast.stmt | ast.arg) -> Origin:
        """Where a node of the document stands that is being run."""
        made = self.origins.get(node)
        if made is None:
            made = self.origins[node] = Origin(
                node.lineno,
                node.col_offset,
                node.end_lineno or node.lineno,
                node.end_col_offset or node.col_offset,
                self.frames[self.frame].document,
            )
        return made

    def evaluate(self, node: ast.expr) -> Value:
        """What ``node`` may be, in the current state."""
        handler = EXPRESSIONS.get(type(node))
        if handler is None:
            return self.unknown(f"{type(node).__name__} is not followed")
        value = handler(self, node)
        kind = type(value)
        if kind is Choice:
            value = simplify(value, self.state.assumed)
            kind = type(value)
        if kind is Ref or kind is Result or kind is Choice:
            self.sighted(node, value)
        return value

    def sighted(self, node: ast.expr, value: Value) -> None:
        """Remember where models and their results occur: who changes what they give has to know."""
        match value:
            case Choice(then=then, other=other):
                self.sighted(node, then)
                self.sighted(node, other)
            case Result(call=call, model=ref, as_dict=False):
                made = self.state.heap.find(ref.address)
                if isinstance(made, Model):
                    self._sight(node, made, call)
            case Ref():
                thing = self.state.heap.find(value.address)
                if isinstance(thing, Model):
                    self._sight(node, thing, None)

    def _sight(self, node: ast.expr, model: Model, call: Call | None) -> None:
        heads, entry = None, None
        match model.outputs:
            case Snapshot(items=items):
                values = [item.value for _, item in items]
                heads = tuple(value.name if isinstance(value, Tensor) else None for value in values)
                entry = items[0][1].origin if items else None
            case Tensor(name=name):
                heads = (name,)
        self.sightings[Sighting(self.origin(node), model.origin, call, heads, entry)] = None

    def execute(self, body: list[ast.stmt]) -> None:
        """Run statements in order until the path ends."""
        for statement in body:
            if not self.state.live:
                return
            self.steps += 1
            if self.steps > MAX_STEPS:
                raise Exhausted
            self.entering = self.state.assumed
            handler = STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement)

    def spent(self) -> float:
        """How much of what one start may cost is spent: 1 is all."""
        return max(self.steps / MAX_STEPS, self.merged / MAX_MERGED)

    def call(self, callee: Value, arguments: Arguments, node: ast.expr) -> Value:
        """What calling ``callee`` gives; its effects are on the state."""
        if isinstance(callee, Choice):
            return self.split(callee, lambda value: self.call(value, arguments, node))
        handler = CALLS.get(type(callee))
        if handler is None:
            return self.unknown(
                "what is called is not known" if not isinstance(callee, Unknown) else callee.reason
            )
        return handler(self, callee, arguments, node)

    def line(self, node: ast.stmt) -> str:
        """The line of a statement as reasons name it, with its file where that is not the one judged."""
        document = self.frames[self.frame].document
        if document == self.document and not self.loading:
            return f"line {node.lineno}"
        return f"line {node.lineno} of {self.project.shown(self.project.path(document))}"

    def given(self) -> tuple[tuple[str, bool], ...]:
        """The conditions that were assumed inside the current statement: they tell its alternatives apart."""
        return tuple(pair for pair in self.state.assumed.items() if pair[0] not in self.entering)

    def silent(self) -> bool:
        """Whether nothing is reported: a module is run for what it holds, a method only tried."""
        return self.loading > 0 or self.probing

    def unknown(self, reason: str, key: str = "") -> Unknown:
        """A value that is not understood, equal to no other unless ``key`` says so."""
        self.holdings.fresh += 1
        return Unknown(reason, key or f"#{self.holdings.fresh}")

    def new(self, thing: Object) -> Ref:
        """Put an object into the heap."""
        self.holdings.fresh += 1
        self.state.heap[self.holdings.fresh] = thing
        return Ref(self.holdings.fresh)

    def object(self, ref: Ref) -> Object:
        """The object that ``ref`` refers to, as far as the assumed conditions decide it."""
        # A path that was given up takes its objects with it; what still refers to them knows nothing of them.
        thing = self.state.heap.find(ref.address) or List(rest=Unknown("it was made on a path given up"))
        return settle(thing, self.state.assumed) if isinstance(thing, Branched) else thing

    def split(self, value: Value, function: Callable[[Value], Value]) -> Value:
        """Apply ``function``, effects included, to each alternative of ``value``."""
        if isinstance(value, Choice):
            value = simplify(value, self.state.assumed)
        if not isinstance(value, Choice):
            return function(value)
        return self.fork(
            value.test,
            value.text,
            lambda: self.split(value.then, function),
            lambda: self.split(value.other, function),
        )

    def fork(self, test: str, text: str, then: Callable[[], Value], other: Callable[[], Value]) -> Value:
        """Run ``then`` where the condition holds and ``other`` where not, and merge states and values."""
        if test in self.state.assumed:
            return then() if self.state.assumed[test] else other()
        before = self.state
        self.state = before.assume(test, text, holds=True)
        left, after_then = then(), self.state
        self.state = before.assume(test, text, holds=False)
        right, after_other = other(), self.state
        self.state = merge(test, text, after_then, after_other)
        self.merged += len(self.state.names.written) + len(self.state.heap.written)
        if self.merged > MAX_MERGED:
            raise Exhausted
        if not after_then.live or not after_other.live:
            return left if after_then.live else right
        return choice(test, text, left, right)

    def each(self, value: Value, function: Callable[[Value | Object], Value]) -> Value:
        """Apply ``function``, effects included, to each thing that ``value`` may be, references followed."""
        value = simplify(value, self.state.assumed)
        if isinstance(value, Choice):
            return self.split(value, lambda one: self.each(one, function))
        if not isinstance(value, Ref):
            return function(value)
        thing = self.object(value)
        if not isinstance(thing, Branched):
            return function(thing)
        return self.fork(
            thing.test, thing.text, lambda: self.each(value, function), lambda: self.each(value, function)
        )

    def enter(self, parent: int | None = None) -> int:
        """Open a scope inside ``parent`` (the current one if not given) and give the one to return to."""
        before = self.frame
        outer = before if parent is None else parent
        self.frames.append(Frame(outer, self.frames[outer].document, self.loading > 0))
        self.frame = len(self.frames) - 1
        return before

    def lookup(self, name: str) -> Value | None:
        """The value of a name, through the enclosing frames."""
        frame: int | None = self.frame
        if name in self.frames[self.frame].globals:
            frame = self.module()
        while frame is not None:
            value = self.state.names.find((frame, name))
            if value is not None:
                return value
            frame = self.frames[frame].parent
        return None

    def forget(self, frame: int) -> None:
        """Drop the names of a scope that nothing can see any more."""
        names = self.state.names
        names.remove([key for key in names.written if key[0] == frame])

    def function_frame(self) -> int:
        """The frame of the function that is being run (a comprehension has one of its own)."""
        frame = self.frame
        while frame not in self.functions and (parent := self.frames[frame].parent) is not None:
            frame = parent
        return frame

    def module(self) -> int:
        """The outermost frame around the current one."""
        frame = self.frame
        while (parent := self.frames[frame].parent) is not None:
            frame = parent
        return frame

    def bind(self, name: str, value: Value) -> None:
        """Assign a name in the current frame."""
        frame = self.module() if name in self.frames[self.frame].globals else self.frame
        self.state.names[frame, name] = value


def expression(*kinds: type[ast.AST]) -> Callable[[ExpressionHandler], ExpressionHandler]:
    """Register the handler of kinds of expressions."""

    def register(handler: ExpressionHandler) -> ExpressionHandler:
        for kind in kinds:
            EXPRESSIONS[kind] = handler
        return handler

    return register


def statement(*kinds: type[ast.AST]) -> Callable[[Callable[[Run, Any], None]], Callable[[Run, Any], None]]:
    """Register the handler of kinds of statements."""

    def register(handler: Callable[[Run, Any], None]) -> Callable[[Run, Any], None]:
        for kind in kinds:
            STATEMENTS[kind] = handler
        return handler

    return register


def calling(kind: type[object]) -> Callable[[CallHandler], CallHandler]:
    """Register how values of a kind are called."""

    def register(handler: CallHandler) -> CallHandler:
        CALLS[kind] = handler
        return handler

    return register
