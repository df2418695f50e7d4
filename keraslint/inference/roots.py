"""A document's tree enters; which of its definitions are worth running by themselves leaves.

It goes by names alone: a definition that is mentioned anywhere is taken to be called.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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

LEAVES = frozenset(
    {ast.Constant, str, int, type(None)}.union(
        *(
            one.__subclasses__()
            for one in (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
        )
    )
)
"""What fields hold in which there is nothing to read."""


@dataclass
class _Names:
    """What one definition holds: the names that it mentions, whether a call in it may train, and whether an
    attribute is assigned in it.
    """

    name: str
    mentioned: set[str] = field(default_factory=set)
    trains: bool = False
    assigns: bool = False


class Roots:
    """Which definitions of a document are worth running by themselves, and which are probably called."""

    def __init__(self, tree: ast.Module, called: frozenset[str] = frozenset()) -> None:
        """Read the tree once; ``called`` are the functions of other documents that train."""
        module, definitions = _read(tree)
        self._assigning = {node for node, one in definitions.items() if one.assigns}
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

    def prepares(self, node: ast.AST, *, models: bool) -> bool:
        """Whether a definition may leave something behind for the others: an attribute, or one of the
        ``models`` that there are already compiled.
        """
        return node in self._assigning or (models and node in self._compiling)


def kinds_inside(tree: ast.AST) -> Iterator[type]:
    """The kind of every node below one; three times as fast as ``ast.walk``."""
    waiting: list[Any] = [tree]
    while waiting:
        for value in waiting.pop().__dict__.values():
            kind = type(value)
            if kind is list:
                inner = [one for one in value if type(one) not in LEAVES]
                yield from map(type, inner)
                waiting += inner
            elif kind not in LEAVES:
                yield kind
                waiting.append(value)


def _read(tree: ast.Module) -> tuple[_Names, dict[ast.AST, _Names]]:
    """The names of the whole module, and those of every definition, inner ones included in outer ones.

    Every node of a project passes here: ``ast.walk`` once for each definition takes six times as long.
    """
    module = _Names("")
    nested: list[tuple[_Names, ast.AST, _Names]] = []
    waiting: list[tuple[Any, _Names]] = [(tree, module)]
    while waiting:
        node, holder = waiting.pop()
        kind = type(node)
        if kind is ast.Name:
            holder.mentioned.add(node.id)
            continue
        if kind is ast.Attribute:
            holder.mentioned.add(node.attr)
            holder.assigns = holder.assigns or type(node.ctx) is ast.Store
        elif kind is ast.Call:
            holder.trains = holder.trains or _trains(node)
        elif kind is ast.FunctionDef or kind is ast.ClassDef:
            inside = _Names(node.name)
            nested.append((holder, node, inside))
            holder = inside
        for value in node.__dict__.values():
            if type(value) is list:
                waiting += [(one, holder) for one in value if type(one) not in LEAVES]
            elif type(value) not in LEAVES:
                waiting.append((value, holder))
    for holder, _, inside in reversed(nested):  # an inner definition stands behind the one that holds it
        holder.mentioned |= inside.mentioned
        holder.trains = holder.trains or inside.trains
        holder.assigns = holder.assigns or inside.assigns
    return module, {node: inside for _, node, inside in nested}


def _trains(call: ast.Call) -> bool:
    """Whether this is a call that may train a model or ask it for results."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in TRAINING:
        return False
    holder = call.func.value
    return not (isinstance(holder, ast.Name) and holder.id in NOT_MODELS)
