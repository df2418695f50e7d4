"""A training site on one line: what was understood of a program, to be held against what is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.sites.model import Given, NotGiven, SitePart, TrainingSite, Unread, Written
from keraslint.tree import MAPPINGS, Branch, Leaf, Tree

if TYPE_CHECKING:
    from collections.abc import Iterator


def describe(site: TrainingSite) -> str:
    """``fit@12 functional [z, a] | loss {z: 'mse'} | targets [y1, y2] | if flag``."""
    return " | ".join(_parts(site))


def _parts(site: TrainingSite) -> Iterator[str]:
    data, compiled = site.data, site.compiled
    call = f"{data.call}@{data.location.span.line}" if data else "compile" if compiled else "result"
    yield f"{call} {site.kind} {_part(site.outputs, heads=True)}"
    if compiled:
        for name in ("loss", "loss_weights", "metrics", "weighted_metrics"):
            part: SitePart = getattr(compiled, name)
            if not isinstance(part, NotGiven):
                yield f"{name} {_part(part)}"
    if data:
        yield f"targets {_part(data.targets)}"
        if not isinstance(data.sample_weight, NotGiven):
            yield f"sample_weight {_part(data.sample_weight)}"
    for use in site.uses:
        yield f"{use.call} {use.how}" + (f" {use.count}" if use.count else "")
    if site.given:
        yield "if " + " and ".join(site.given)
    if site.expected:
        yield "an error is expected"


def _part(part: SitePart, *, heads: bool = False) -> str:
    match part:
        case Given(tree=tree):
            return _tree(tree, heads=heads)
        case Unread(partly=tree):
            return "?" if tree is None else _tree(tree, heads=heads)
        case _:
            return "-"


def _tree(tree: Tree[Written], *, heads: bool) -> str:
    if isinstance(tree, Leaf):
        return (tree.value.name or "_") if heads else tree.value.text
    return _branch(tree, heads=heads)


def _branch(tree: Branch[Written], *, heads: bool) -> str:
    inner = [_tree(child, heads=heads) for child in tree.children]
    if tree.open and tree.kind not in MAPPINGS:
        inner.append("...")
    if tree.kind in MAPPINGS:
        pairs = (f"{key}: {text}" for key, text in zip(tree.keys, inner, strict=True))
        return "{" + ", ".join([*pairs, *(["..."] if tree.open else [])]) + "}"
    return "(" + ", ".join(inner) + ")" if tree.kind == "tuple" else "[" + ", ".join(inner) + "]"
