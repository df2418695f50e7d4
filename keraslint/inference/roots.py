"""A document's tree enters; which of its definitions are worth running by themselves leaves.

It goes by names alone: a definition that is mentioned anywhere is taken to be called.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from keraslint.documents.grammar import parts

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

LEAVES = frozenset({ast.Constant, ast.Load, ast.Store})
"""Nodes below which there is nothing to read."""


@dataclass
class _Names:
    """What one definition holds: the names that it mentions, and whether a call in it may train."""

    name: str
    mentioned: set[str] = field(default_factory=set)
    trains: bool = False


class Roots:
    """Which definitions of a document are worth running by themselves, and which are probably called."""

    def __init__(self, tree: ast.Module, called: frozenset[str] = frozenset()) -> None:
        """Read the tree once; ``called`` are the functions of other documents that train."""
        module, definitions = _read(tree)
        self.mentioned = module.mentioned
        self.training = {one.name for one in definitions if one.trains} | called
        grown = -1
        while grown != len(self.training):
            grown = len(self.training)
            self.training |= {one.name for one in definitions if not self.training.isdisjoint(one.mentioned)}

    def wanted(self, name: str, *, again: bool) -> bool:
        """Whether a definition leads to training and, the first time round, is called by nothing else."""
        return name in self.training and (again or name not in self.mentioned)


def _read(tree: ast.Module) -> tuple[_Names, list[_Names]]:
    """The names of the whole module, and those of every definition, inner ones included in outer ones.

    Every node of a project passes here: ``ast.walk`` once for each definition takes six times as long.
    """
    module = _Names("")
    nested: list[tuple[_Names, _Names]] = []
    waiting: list[tuple[Any, _Names]] = [(tree, module)]
    while waiting:
        node, holder = waiting.pop()
        kind = type(node)
        if kind in LEAVES:
            continue
        if kind is ast.Name:
            holder.mentioned.add(node.id)
            continue
        if kind is ast.Attribute:
            holder.mentioned.add(node.attr)
        elif kind is ast.Call:
            holder.trains = holder.trains or _trains(node)
        elif kind is ast.FunctionDef or kind is ast.ClassDef:
            inside = _Names(node.name)
            nested.append((holder, inside))
            holder = inside
        waiting += [(part, holder) for part in parts(node)]
    for holder, inside in reversed(nested):  # an inner definition stands behind the one that holds it
        holder.mentioned |= inside.mentioned
        holder.trains = holder.trains or inside.trains
    return module, [inside for _, inside in nested]


def _trains(call: ast.Call) -> bool:
    """Whether this is a call that may train a model or ask it for results."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in TRAINING:
        return False
    holder = call.func.value
    return not (isinstance(holder, ast.Name) and holder.id in NOT_MODELS)
