"""A value in the source enters; whether it goes anywhere but into certain calls leaves.

It is followed by names alone: through names that are assigned once, or certainly here, through attributes,
out of functions, into parameters, in batches. What leads anywhere else is a reason.
"""

from __future__ import annotations

import ast
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, Union

from keraslint.rewriting.reaching import reached

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.findings import Location
    from keraslint.sites.sources import Source, Sources

Scope: TypeAlias = Union[ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]

# Methods that give the same batches again, and functions that make batches of what they take.
SAME = frozenset({"batch", "prefetch", "cache", "shuffle", "repeat", "with_options"})
TAKING = frozenset({"from_tensor_slices", "from_tensors", "map", "zip"})
# Methods whose first argument is what the model is called on, or batches with targets beside it.
FED = frozenset({"fit", "evaluate", "train_on_batch", "test_on_batch", "predict", "fit_generator",
                 "evaluate_generator", "predict_generator", "predict_on_batch"})  # fmt: skip

Role: TypeAlias = Literal["a part", "inputs", "a batch"]
OTHER = {"a part": "inputs", "inputs": "targets or the like"}

MAX_STEPS = 12
"""Assignments, returns and parameters followed from a display."""


@dataclass(frozen=True)
class Following:
    """The calls in question; ``alone``: no other value may come to them by the same names.

    ``role`` is what they take a value as; what they take it as besides that is somewhere else.
    """

    sources: Sources
    calls: Sequence[Location]
    alone: bool = True
    role: Role = "a part"

    def strays(self, source: Source, node: ast.expr, steps: int = 0, *, batched: bool = False) -> str:
        """Where a value is used otherwise than in one of these calls; empty where it is not.

        ``batched``: it is in batches, beside the inputs.
        """
        here = source.location(node)
        parent = source.parents.get(node)
        there = any(_within(here, call) for call in self.calls)
        if self._is_other(source, node, there=there, batched=batched):
            return f"it is given to the model as {OTHER[self.role]} too, at line {here.span.line}"
        if there or _is_only_tested(parent):
            return ""
        if parent is not None and _is_a_batch(source, parent):
            return self._batch_strays(source, parent, steps)
        onward: list[ast.expr] | str = "it goes through too many names"
        if steps <= MAX_STEPS and parent is not None:
            onward = self._onward(source, node, parent)
        if isinstance(onward, str):
            return onward
        batched = batched or (parent is not None and _is_taken(parent))
        further = (self.strays(source, one, steps + 1, batched=batched or _maps(one)) for one in onward)
        return next(filter(None, further), "")

    def _is_other(self, source: Source, node: ast.expr, *, there: bool, batched: bool) -> bool:
        """Whether this is inputs where a value is to be targets or the like, or the other way round."""
        if self.role == "a batch" or batched:
            return False
        if self.role == "inputs":
            return there and not _is_inputs(source, node)
        return (there and _is_inputs(source, node)) or _is_first_of_batch(source, node)

    def _batch_strays(self, source: Source, parent: ast.AST, steps: int) -> str:
        """The same of the batches that a generator or ``PyDataset`` gives."""
        kind = ast.FunctionDef if isinstance(parent, ast.Yield) else ast.ClassDef
        maker = next((one.name for one in source.above(parent) if isinstance(one, kind)), "")
        for other in (source, *importers(source, self.sources)):
            for name in _named(other.tree, maker) if steps <= MAX_STEPS else ():
                call = other.parents.get(name)
                if not isinstance(call, ast.Call) or call.func is not name:
                    return f"'{maker}' gives batches to what is not seen"
                if why := self.strays(other, call, steps + 1, batched=True):
                    return f"the batches of '{maker}' go elsewhere too: {why}"
        return ""

    def _onward(self, source: Source, node: ast.expr, parent: ast.AST) -> list[ast.expr] | str:
        """Where a value goes next, by what stands around it; or why that is not known."""
        match parent:
            case ast.List() | ast.Tuple() | ast.Dict() | ast.IfExp():
                onward: list[ast.expr] | str = [parent]
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                onward = self._reads(source, parent, name)
            case ast.Assign(targets=[ast.Tuple(elts=names)]) if all(
                isinstance(one, ast.Name) for one in names
            ):
                onward = self._all_reads(source, parent, names)
            case ast.Assign(targets=[ast.Attribute(attr=name)]):
                onward = self._attribute_reads(source, parent, name)
            case ast.Attribute() if (
                isinstance(call := source.parents.get(parent), ast.Call) and parent.attr in SAME
            ):
                onward = [call]
            case ast.Call() if _is_taken(parent):
                onward = [parent]
            case ast.Lambda() if isinstance(call := source.parents.get(parent), ast.Call) and _maps(call):
                onward = [call]
            case ast.Return():
                onward = self._callers(source, parent)
            case ast.keyword() | ast.Call():
                onward = self._parameter_reads(source, node, parent)
            case _:
                onward = f"it is used at line {source.span(node).line}"
        return onward

    def _reads(self, source: Source, statement: ast.stmt, name: str) -> list[ast.expr] | str:
        """The places where what this assignment gives a name is read."""
        scope = _scope(source, statement)
        found = list(_named(scope, name))
        if isinstance(scope, ast.Module) and self._elsewhere(source, name):
            return f"'{name}' is used in other files too"
        if sum(isinstance(one.ctx, ast.Store) for one in found) > 1:
            certain = reached(source, statement, name, alone=self.alone)
            return f"'{name}' is assigned more than once" if certain is None else certain
        reads: list[ast.expr] = [one for one in found if isinstance(one.ctx, ast.Load)]
        return reads

    def _all_reads(
        self, source: Source, statement: ast.stmt, names: Sequence[ast.expr]
    ) -> list[ast.expr] | str:
        """The same of several names that are assigned at once."""
        made: list[ast.expr] = []
        for name in names:
            if not isinstance(name, ast.Name):
                return "it is taken apart in a way that is not followed"
            reads = self._reads(source, statement, name.id)
            if isinstance(reads, str):
                return reads
            made += reads
        return made

    def _attributes(self, source: Source, name: str) -> list[ast.Attribute] | str:
        """Every attribute of a name, in this document alone."""
        if self._elsewhere(source, name):
            return f"'{name}' is used in other files too"
        return [one for one in ast.walk(source.tree) if isinstance(one, ast.Attribute) and one.attr == name]

    def _attribute_reads(self, source: Source, statement: ast.Assign, name: str) -> list[ast.expr] | str:
        """The places where an attribute is read that is assigned once, but for None."""
        found = self._attributes(source, name)
        if isinstance(found, str):
            return found
        stores = [source.parents.get(one) for one in found if not isinstance(one.ctx, ast.Load)]
        others = [one.value if isinstance(one, ast.Assign) else one for one in stores if one is not statement]
        if not all(isinstance(one, ast.Constant) and one.value is None for one in others):
            return f"'{name}' is assigned more than once"
        return [one for one in found if isinstance(one.ctx, ast.Load)]

    def _callers(self, source: Source, statement: ast.Return) -> list[ast.expr] | str:
        """The calls of the function or method that a ``return`` stands in."""
        method = _method(source, statement)
        if method is None:
            return self._calls(source, _function(source, statement))
        return self._attribute_calls(source, method)

    def _attribute_calls(self, source: Source, name: str) -> list[ast.expr] | str:
        """The calls of a method that is used for nothing else."""
        found = self._attributes(source, name)
        if isinstance(found, str):
            return found
        around = [source.parents.get(one) for one in found]
        calls: list[ast.expr] = [
            call
            for one, call in zip(found, around, strict=True)
            if isinstance(call, ast.Call) and call.func is one
        ]
        return calls if calls and len(calls) == len(found) else f"not all calls of '{name}' are seen"

    def _calls(self, source: Source, name: str) -> list[ast.expr] | str:
        """The calls of a function that is used for nothing else."""
        found = list(_named(source.tree, name))
        around = [(read, source.parents.get(read)) for read in found]
        calls = [
            call for read, call in around if isinstance(call, ast.Call) and (call.func is read or _maps(call))
        ]
        if not name or len(found) != len(calls) or not calls or self._elsewhere(source, name):
            return f"not all calls of '{name}' are seen"
        return [*calls]

    def _parameter_reads(self, source: Source, node: ast.expr, parent: ast.AST) -> list[ast.expr] | str:
        """The places where the parameter is read that a value is passed to."""
        call = source.parents.get(parent) if isinstance(parent, ast.keyword) else parent
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            return f"it is passed to code that is not seen at line {source.span(node).line}"
        callee = call.func.id
        if callee == "dict" and isinstance(parent, ast.keyword):
            return [call]
        functions = [
            one for one in ast.walk(source.tree) if isinstance(one, ast.FunctionDef) and one.name == callee
        ]
        if len(functions) != 1 or isinstance(self._calls(source, callee), str):
            return f"'{callee}' is not one function whose calls are seen"
        names = [one.arg for one in (*functions[0].args.posonlyargs, *functions[0].args.args)]
        if isinstance(parent, ast.keyword):
            name = parent.arg or ""
        else:
            place = call.args.index(node)
            name = names[place] if place < len(names) else ""
        return list(_named(functions[0], name))

    def _elsewhere(self, source: Source, name: str) -> bool:
        """Whether another document imports this one and uses this name."""
        word = re.compile(rf"\b{re.escape(name)}\b")
        return any(any(map(word.search, other.lines)) for other in importers(source, self.sources))


def _is_only_tested(parent: ast.AST | None) -> bool:
    """``generator is None``."""
    return isinstance(parent, ast.Compare) and all(isinstance(one, ast.Is | ast.IsNot) for one in parent.ops)


def _is_taken(parent: ast.AST) -> bool:
    """Whether what stands here is put into a dataset."""
    return isinstance(parent, ast.Lambda) or (
        isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute) and parent.func.attr in TAKING
    )


def _is_first_of_batch(source: Source, node: ast.expr) -> bool:
    """Whether this is what the model is called on: the first of ``(inputs, targets)`` in a batch."""
    parent = source.parents.get(node)
    if not isinstance(parent, ast.Tuple | ast.List) or len(parent.elts) == 1 or parent.elts[0] is not node:
        return False
    around = source.parents.get(parent)
    mapped = isinstance(around, ast.Return) and any(
        isinstance(call := source.parents.get(name), ast.Call) and _maps(call)
        for name in _named(source.tree, _function(source, around))
    )
    return mapped or (around is not None and (_is_taken(around) or _is_a_batch(source, around)))


def _is_inputs(source: Source, node: ast.expr) -> bool:
    """Whether this stands in the argument of a call that the model is called on."""
    inner: ast.AST = node
    for outer in source.above(node):
        match outer:
            case ast.Call(func=ast.Attribute(attr=name), args=args) if name in FED:
                return (args[:1] == [inner]) or (isinstance(inner, ast.keyword) and inner.arg == "x")
            case ast.Tuple(elts=[first, _, *_]) if first is inner:
                given = source.parents.get(outer)
                if isinstance(given, ast.keyword) and given.arg == "validation_data":
                    return True
        inner = outer
    return False


def _is_a_batch(source: Source, parent: ast.AST) -> bool:
    """Whether what stands here is given by a generator, a ``PyDataset`` or a dataset."""
    match parent:
        case ast.Yield():
            return True
        case ast.Return():
            return _function(source, parent) == "__getitem__"
        case _:
            return False


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


def _method(source: Source, statement: ast.AST) -> str | None:
    """The method that a statement stands in."""
    function = next((one for one in source.above(statement) if isinstance(one, ast.FunctionDef)), None)
    inside = function is not None and isinstance(source.parents.get(function), ast.ClassDef)
    return function.name if function is not None and inside else None


def _maps(call: ast.expr) -> bool:
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "map"


def importers(source: Source, sources: Sources) -> Iterator[Source]:
    """The other documents that were asked for and that import a module of this document's name.

    A script imports the module of this name beside itself, if there is one.
    """
    folder, file = os.path.split(os.path.abspath(source.path))
    module = os.path.basename(folder) if file == "__init__.py" else file.removesuffix(".py")
    for other in sources.mentioning(module):
        beside = os.path.join(os.path.dirname(os.path.abspath(other.path)), f"{module}.py")
        own = (
            sources.is_asked_for(beside)
            and beside != os.path.abspath(source.path)
            and _imports_bare(other, module)
        )
        if other.path != source.path and module in other.imported and not own:
            yield other


def _imports_bare(source: Source, module: str) -> bool:
    """Whether a module is imported by its own name alone, never as part of a package."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Import(names=names):
                dotted = [alias.name for alias in names]
            case ast.ImportFrom(module=found, names=names, level=level) if level != 1:
                base = "." * level + (found or "")
                dotted = [base, *(f"{base}.{alias.name}" for alias in names)]
            case _:
                continue
        if any(
            module in name.split(".") and name != module and not name.startswith(f"{module}.")
            for name in dotted
        ):
            return False
    return True
