"""A place where predictions stand enters; edits that put them back into a list leave, or what is done there.

Behind such a list everything is as it was: whoever takes predictions whole takes the same.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from keraslint.findings import Edit
from keraslint.rewriting.calls import behind, unused
from keraslint.rewriting.containers import quoted
from keraslint.rewriting.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.rewriting.calls import Edits
    from keraslint.sites.sources import Source

PREDICTING = frozenset({"predict", "predict_on_batch", "predict_generator"})


class Escaped(Refused):
    """Predictions are taken otherwise than one by one."""

    remedy = "listed"


def is_asked(node: ast.expr) -> bool:
    """Whether predictions are made here: everywhere else they are what stands here afterwards."""
    return isinstance(node, ast.Call) and getattr(node.func, "attr", None) in PREDICTING


def listed(source: Source, call: ast.expr, keys: Sequence[str]) -> Edits:
    """``a = predict()`` in two steps: the predictions under a name, then a list of them; else nothing."""
    match statement := source.parents.get(call):
        case ast.Assign(targets=[ast.Name(id=name) as target]):
            fresh = unused(source, "predictions")
            entries = ", ".join(f"{fresh}[{quoted(key, source.quote)}]" for key in keys)
            more = behind(source, statement, f"{name} = [{entries}]")
            return Edit(source.location(target), fresh), more
        case _:
            return ()


def used(parent: ast.AST | None) -> str:
    """What is done with the predictions as a whole, where no edit says it with keys."""
    match parent:
        case ast.Subscript(slice=index):
            return f"indexed by '{ast.unparse(index)}', which names no output by its place"
        case ast.For() | ast.comprehension() | ast.Starred():
            return "gone through one after the other"
        case ast.Attribute(attr=name):
            return f"asked for '{name}', which a dict of them does not have as a list has it"
        case _:
            return "used in a way that is not rewritten"
