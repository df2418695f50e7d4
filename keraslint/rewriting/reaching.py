"""A name in a scope enters; where what one assignment gives it is read leaves, or what a read certainly sees.

By the order of statements alone: what a loop, a ``try`` or another scope makes uncertain is not answered.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keraslint.sites.sources import Source

SCOPES = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
AGAIN = (ast.For, ast.AsyncFor, ast.While)
SIMPLE = (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


def reached(source: Source, statement: ast.stmt, name: str, *, alone: bool) -> list[ast.expr] | None:
    """The reads that the value which ``statement`` gives a name may reach; None where that is not clear.

    ``alone``: no other assignment may reach any of them.
    """
    nodes = _own(source, _scope(source, statement), name)
    if nodes is None:
        return None
    if any(isinstance(one, (*AGAIN, ast.Try)) for one in _around(source, statement)):
        return _certain(source, statement, nodes, name)
    stores = [_statement(source, node) for node in nodes if not _is_read(node)]
    reads = [
        node
        for node in nodes
        if isinstance(node, ast.Name) and _is_read(node) and _may_reach(source, statement, node, stores)
    ]
    if alone and not all(definition(source, read, name) is statement for read in reads):
        return None
    return [*reads]


def _certain(source: Source, statement: ast.stmt, nodes: list[ast.AST], name: str) -> list[ast.expr] | None:
    """The reads that see this assignment, where every read of the name certainly sees one and no other."""
    reads = [node for node in nodes if isinstance(node, ast.Name) and _is_read(node)]
    seen = [definition(source, read, name) for read in reads]
    return None if None in seen else [read for read, one in zip(reads, seen, strict=True) if one is statement]


def definition(source: Source, read: ast.expr, name: str) -> ast.stmt | None:
    """The one assignment that a read certainly sees."""
    nodes = _own(source, _scope(source, read), name)
    stores = [_statement(source, node) for node in nodes or () if not _is_read(node)]
    before = [one for one in stores if _place(one) < _place(_statement(source, read))]
    last = max((one for one in before if _precedes(source, one, read)), key=_place, default=None)
    if last is None:
        return None
    within = set(_around(source, last))
    again = [one for one in _around(source, read) if isinstance(one, AGAIN) and one not in within]
    later = any(_place(one) > _place(last) and not _exclude(source, one, read) for one in before)
    return None if later or any(loop in _around(source, one) for one in stores for loop in again) else last


def definitions(source: Source, read: ast.Name) -> list[ast.stmt] | None:
    """Every assignment that a read may see; None where that is not clear."""
    nodes = _own(source, _scope(source, read), read.id)
    stores = [_statement(source, node) for node in nodes or () if not _is_read(node)]
    found = [one for one in stores if _may_reach(source, one, read, stores)]
    again = [
        loop for one in (read, *found) for loop in _around(source, one) if isinstance(loop, (*AGAIN, ast.Try))
    ]
    return None if again or not all(isinstance(one, ast.Assign) for one in found) else found


def parameter(source: Source, read: ast.Name) -> list[ast.expr] | None:
    """The defaults of a function whose parameter this certainly is; None where it is not."""
    function = _scope(source, read)
    nodes = _own(source, function, read.id) if isinstance(function, ast.FunctionDef | ast.Lambda) else None
    if nodes is None or not isinstance(function, ast.FunctionDef | ast.Lambda):
        return None
    if any(isinstance(one, ast.arg) == _is_read(one) for one in nodes):
        return None
    given = [one for one in function.args.kw_defaults if one is not None]
    return [*function.args.defaults, *given] if any(isinstance(one, ast.arg) for one in nodes) else None


def _own(source: Source, scope: ast.AST, name: str) -> list[ast.AST] | None:
    """Where a name of a scope stands; None where an inner scope uses it too."""
    found = [node for node in ast.walk(scope) if node is not scope and _names(node, name)]
    own = [node for node in found if _scope(source, node) is scope]
    others = [node for node in found if _scope(source, node) is not scope]
    bound = {_scope(source, node) for node in others if not _is_read(node)}
    shared = any(isinstance(node, ast.Global | ast.Nonlocal) for node in found)
    return None if shared or any(_scope(source, node) not in bound for node in others) else own


def _names(node: ast.AST, name: str) -> bool:
    """Whether a node reads, assigns or declares a name."""
    match node:
        case ast.Name(id=found) | ast.arg(arg=found) | ast.ExceptHandler(name=found):
            return found == name
        case ast.FunctionDef(name=found) | ast.AsyncFunctionDef(name=found) | ast.ClassDef(name=found):
            return found == name
        case ast.alias(name=found, asname=known):
            return (known or found.partition(".")[0]) == name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return name in names
        case _:
            return False


def _is_read(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


def _may_reach(source: Source, statement: ast.stmt, read: ast.expr, stores: list[ast.stmt]) -> bool:
    """Whether a read comes later, in no other branch, with no certain assignment between."""
    place, end = _place(statement), _place(_statement(source, read))
    lost = any(place < _place(one) < end and _precedes(source, one, read) for one in stores)
    return place < end and not lost and not _exclude(source, statement, read)


def _precedes(source: Source, store: ast.stmt, read: ast.expr) -> bool:
    """Whether every way to a read leads over this assignment: it stands in a block around the read."""
    block = _block(source, store)
    return isinstance(store, SIMPLE) and any(_block(source, one) == block for one in _around(source, read))


def _exclude(source: Source, one: ast.AST, other: ast.AST) -> bool:
    """Whether two nodes stand in different branches of one ``if``."""
    left, right = _branches(source, one), _branches(source, other)
    return any(branch in right and right[branch] != way for branch, way in left.items())


def _branches(source: Source, node: ast.AST) -> dict[ast.AST, str]:
    """The ``if`` statements around a node, each with the branch in which it stands."""
    blocks = (_block(source, one) for one in _around(source, node))
    return {parent: field for parent, field in blocks if isinstance(parent, ast.If) and field != "test"}


def _block(source: Source, statement: ast.AST) -> tuple[ast.AST, str]:
    """The node and the field of it that a statement stands in."""
    parent = source.parents.get(statement, source.tree)
    fields = (
        name for name, value in ast.iter_fields(parent) if isinstance(value, list) and statement in value
    )
    return parent, next(fields, "test")


def _around(source: Source, node: ast.AST) -> list[ast.stmt]:
    """The statements around a node within its scope, itself included."""
    found: list[ast.stmt] = []
    for one in (node, *source.above(node)):
        if isinstance(one, SCOPES) and one is not node:
            break
        if isinstance(one, ast.stmt):
            found.append(one)
    return found


def _scope(source: Source, node: ast.AST) -> ast.AST:
    return next((one for one in source.above(node) if isinstance(one, SCOPES)), source.tree)


def _statement(source: Source, node: ast.AST) -> ast.stmt:
    """The innermost statement around a node; of a parameter the function."""
    return next(one for one in (node, *source.above(node)) if isinstance(one, ast.stmt))


def _place(statement: ast.stmt) -> tuple[int, int]:
    return statement.lineno, statement.col_offset
