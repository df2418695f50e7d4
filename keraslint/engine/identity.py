"""A finding enters, a digest of what it is about leaves: its site's trees and what is written at its place.

It survives whatever only moves or reformats a program: lines, spaces, quotes, brackets.
"""

from __future__ import annotations

import ast
import hashlib
from typing import TYPE_CHECKING

from keraslint.engine.tabulating import parts_of
from keraslint.sites.model import Given
from keraslint.tree import leaves

if TYPE_CHECKING:
    from keraslint.documents import Document
    from keraslint.findings import Span
    from keraslint.sites.model import TrainingSite

# What a compile call alone says: which data call leads to a finding depends on the files that are read.
PARTS = ("outputs", "loss", "loss_weights", "metrics", "weighted_metrics")


def of_site(site: TrainingSite) -> str:
    """The trees of a site's outputs and of what was passed to ``compile``."""
    trees = [
        (part, [(path, leaf.name or leaf.text) for path, leaf in leaves(given.tree)])
        for part, given in parts_of(site)
        if part in PARTS and isinstance(given, Given)
    ]
    return repr(trees)


def digest(trees: str, span: Span, document: Document | None) -> str:
    """A digest of the trees and of the text at a place of plain source."""
    text = _normal(_between(document.lines, span)) if document else ""
    return hashlib.sha256(f"{trees}\n{text}".encode(errors="surrogatepass")).hexdigest()[:32]


def _between(lines: tuple[str, ...], span: Span) -> str:
    inside = list(lines[span.line - 1 : span.end_line])
    if not inside:
        return ""
    inside[-1] = inside[-1][: span.end_column - 1]
    inside[0] = inside[0][span.column - 1 :]
    return "\n".join(inside)


def _normal(text: str) -> str:
    try:
        return ast.unparse(ast.parse(f"({text}\n)", mode="eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return " ".join(text.split())
