"""What is directly below a node is found as ``ast`` finds it, but for operators and contexts."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from keraslint.documents.grammar import parts

FIXTURES = Path(__file__).parents[2] / "fixtures"
PLAIN = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
SYNTAX = """
import a.b as c, d
from . import (e, f as g)
async def h(i, /, j=1, *k, l: int = 2, **m) -> n:
    global o
    async with p as q, r: await s
    return lambda t: {u: v, **w}, [x async for x in y if z], {a for a in b}, (c := d), *e
@f
class G(H, metaclass=I):
    j: k = l[m:n:o, ...]; p.q += -r ** s @ t
try: pass
except U as v: raise W from x
else: del y, z
finally: assert a, b
match c:
    case {"d": e, **f} | G(h, i=j) as k if l: pass
    case [m, *_, 1.5 | None]: nonlocal_ = f"{n!r:>{o}}" if not p else q < r <= s and t
while True: break
"""


@pytest.mark.parametrize("source", [SYNTAX, *(one.read_text() for one in FIXTURES.glob("*/*/bad.py"))])
def test_every_node_is_reached(source: str) -> None:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # what a fixture is about
        return
    for node in ast.walk(tree):
        expected = [one for one in ast.iter_child_nodes(node) if not isinstance(one, PLAIN)]
        assert parts(node) == expected
