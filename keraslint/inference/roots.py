"""A document's tree enters; which of its definitions are worth running by themselves leaves.

It goes by names alone: a definition that is mentioned anywhere is taken to be called.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from keraslint.documents.grammar import CHILDREN, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

TRAINING = frozenset(
    {
        "compile",
        "fit",
        "fit_generator",
        "evaluate",
        "train_on_batch",
        "test_on_batch",
        "predict",
        "predict_on_batch",
    }
)

NOT_MODELS = frozenset({"re", "regex", "torch", "py_compile", "jit", "tf", "np"})


@dataclass
class _Names:
    """What one definition holds: the names that it mentions, whether a call in it may train, and the
    attributes that it assigns. ``methods`` are those of the class that it is, or stands in.
    """

    name: str
    methods: frozenset[str] = frozenset()
    mentioned: set[str] = field(default_factory=set)
    trains: bool = False
    assigned: set[str] = field(default_factory=set)


class Roots:
    """Which definitions of a document are worth running by themselves, and which are probably called."""

    def __init__(self, tree: ast.Module, called: frozenset[str] = frozenset()) -> None:
        """Read the tree once; ``called`` are the functions of other documents that train."""
        module, definitions, self._read = _read(tree)
        self._assigned = {node: one.assigned for node, one in definitions.items() if one.assigned}
        self._compiling = {node for node, one in definitions.items() if "compile" in one.mentioned}
        self.mentioned = module.mentioned
        self.training = {one.name for one in definitions.values() if one.trains} | called
        grown = -1
        while grown != len(self.training):
            grown = len(self.training)
            self.training |= {
                one.name for one in definitions.values() if not self.training.isdisjoint(one.mentioned)
            }

    def wanted(self, name: str, *, again: bool) -> bool:
        """Whether a definition leads to training and, the first time round, is called by nothing else."""
        return name in self.training and (again or name not in self.mentioned)

    def compiles(self, method: ast.AST) -> bool:
        """Whether a method may compile something."""
        return method in self._compiling

    def prepares(self, method: ast.AST, inherited: frozenset[str] | None) -> bool:
        """Whether a method assigns an attribute that is read elsewhere: in its document, or among those that
        are read where its class ``inherited`` from, None for any.
        """
        assigned = self._assigned.get(method)
        if not assigned or inherited is None or not assigned.isdisjoint(inherited):
            return bool(assigned)
        own = Counter(_attributes_read(method))
        return any(self._read[name] > own[name] for name in assigned)


def attributes_read(cls: ast.ClassDef) -> frozenset[str] | None:
    """The attributes that are read in a class; None where it may be any: it gives the object, by the usual
    name of it, to a function, or reads its ``__dict__``.
    """
    found: set[str] = set()
    for node in nodes(cls):
        if type(node) is ast.Call:
            given = (*node.args, *(keyword.value for keyword in node.keywords))
            if any(type(one) is ast.Name and one.id == "self" for one in given):
                return None
        elif type(node) is ast.Attribute and type(node.ctx) is not ast.Store:
            found.add(node.attr)
    return None if "__dict__" in found else frozenset(found)


def _attributes_read(tree: ast.AST) -> Iterator[str]:
    for node in nodes(tree):
        if type(node) is ast.Attribute and type(node.ctx) is not ast.Store:
            yield node.attr


def kinds_inside(tree: ast.AST) -> Iterator[type]:
    """The kind of every node below one."""
    return map(type, islice(nodes(tree), 1, None))


def _read(tree: ast.Module) -> tuple[_Names, dict[ast.AST, _Names], Counter[str]]:
    """The names of the whole module, those of every definition, inner ones included in outer ones, and how
    often each attribute is read.
    """
    module = _Names("")
    read: list[str] = []
    found: list[tuple[_Names | None, ast.AST, _Names]] = [(None, tree, module)]
    for _, definition, inside in found:
        # An inner definition stands behind the one that holds it.
        for one in _read_one(definition, inside, read):
            own = frozenset(_methods(one)) if type(one) is ast.ClassDef else inside.methods
            found.append((inside, one, _Names(one.name, own)))
    for holder, _, inside in reversed(found):
        if holder is not None:
            holder.mentioned |= inside.mentioned
            holder.trains = holder.trains or inside.trains
            holder.assigned |= inside.assigned
    return module, {node: inside for _, node, inside in found[1:]}, Counter(read)


def _read_one(definition: ast.AST, inside: _Names, read: list[str]) -> list[ast.FunctionDef | ast.ClassDef]:
    """The definitions that stand in one; what else does is told to ``inside`` and ``read``.

    Every node of a project passes here, which costs as much as a tenth of parsing.
    """
    inner: list[ast.FunctionDef | ast.ClassDef] = []
    mentioned = inside.mentioned.add
    waiting: list[Any] = [definition]
    while waiting:
        node = waiting.pop()
        kind = type(node)
        if kind is ast.Name:
            mentioned(node.id)
            continue
        if kind is ast.Attribute:
            mentioned(node.attr)
            (inside.assigned.add if type(node.ctx) is ast.Store else read.append)(node.attr)
        elif kind is ast.Call:
            inside.trains = inside.trains or _trains(node, inside.methods)
        elif (kind is ast.FunctionDef or kind is ast.ClassDef) and node is not definition:
            inner.append(node)
            continue
        for name in CHILDREN[kind]:
            value = getattr(node, name)
            if type(value) is list:
                waiting += value
            elif value is not None:
                waiting.append(value)
    return inner


def _methods(cls: ast.ClassDef) -> Iterator[str]:
    return (one.name for one in cls.body if isinstance(one, ast.FunctionDef))


def _trains(call: ast.Call, methods: frozenset[str]) -> bool:
    """Whether this is a call that may train a model or ask it for results; that of a method of its own class
    does what the method does.
    """
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in TRAINING:
        return False
    holder = call.func.value
    if not isinstance(holder, ast.Name):
        return True
    return holder.id not in NOT_MODELS and not (holder.id == "self" and call.func.attr in methods)
