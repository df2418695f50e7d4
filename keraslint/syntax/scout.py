"""Bytes enter; a parsed document leaves, or the failure that stands in its way, or nothing of interest.

The byte screen may let too much through, never too little: a file that it turns away cannot hold a site.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, Union

from keraslint.documents.grammar import Flaw, parse
from keraslint.documents.model import Failure

if TYPE_CHECKING:
    import ast

    from keraslint.documents.model import Document

KERAS = b"keras"
TRAINING = re.compile(rb"compile|\.fit|predict|evaluate|train_on_batch|test_on_batch|Model")
# A model that another module builds can be trained by one in which the word keras does not occur.
IMPORTED_MODEL = re.compile(rb"\.(fit|fit_generator|evaluate|predict|train_on_batch|test_on_batch)\b")
COMPILED = re.compile(rb"\.compile\b")
LOSS = b"loss"


@dataclass(frozen=True)
class Parsed:
    """A document and its module."""

    document: Document
    tree: ast.Module


Scouted: TypeAlias = Union[Parsed, Failure]


def worth_reading(data: bytes) -> bool:
    """Whether these bytes may hold a training site."""
    if KERAS in data:
        return TRAINING.search(data) is not None
    return IMPORTED_MODEL.search(data) is not None or (LOSS in data and COMPILED.search(data) is not None)


def parse_document(document: Document) -> Scouted:
    """Parse plain source; what Python says against it is a value."""
    parsed = parse(document.source)
    if isinstance(parsed, Flaw):
        return Failure(document.path, parsed.line, parsed.column, parsed.reason)
    return Parsed(document, parsed)
