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
_DOT = rb"\.[\s\\n\",]*"
"""What may stand between an object and its method: layout, in a notebook in the words of JSON."""
_DATA = rb"(?:fit|evaluate|predict)(?:_generator)?|(?:train|test|predict)_on_batch"
TRAINING = re.compile(_DOT + rb"(?:compile|" + _DATA + rb")\b")
# A model that another module builds can be trained by one in which the word keras does not occur.
IMPORTED_MODEL = re.compile(_DOT + rb"(?:" + _DATA + rb")\b")
COMPILED = re.compile(_DOT + rb"compile\b")
LOSS = b"loss"
MODEL = b"Model"
# Model(input=..., output=...) or Model(a, b.values()) is wrong without any training, and so is what a step of
# one's own reads of Keras 2, what a model is given to add, and a loss that is given keys.
OLD_ARGUMENT = re.compile(
    rb"(?:[(,]|#[^\n]*)[\s\\n\",]*(?:in|out)put\s*=(?!=)|[\"'](?:in|out)put\\?[\"']|\.values\(\)"
)
UNTRAINED = re.compile(
    rb"(?<!\bself)\.add_(?:loss|metric)\b|\bcompiled_(?:loss|metrics)\b"
    rb"|\b(?:ref|key)_(?:labels|embeddings)\b|\bCrossBatchMemory\b"
)
# Comments and strings, for no other reason than to know where those in triple quotes begin and end.
TEXT = re.compile(
    rb"#[^\n]*"
    rb'|"""(?:[^"\\]|\\.|"(?!""))*"""'
    rb"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    rb'|"(?:[^"\\\n]|\\.)*"'
    rb"|'(?:[^'\\\n]|\\.)*'",
    re.DOTALL,
)
TRIPLE = (b'"""', b"'''")


MAX_BYTES = 50_000_000
"""Of a larger file, be it a notebook full of pictures, nothing is decoded."""


@dataclass(frozen=True)
class Parsed:
    """A document and its module."""

    document: Document
    tree: ast.Module


Scouted: TypeAlias = Union[Parsed, Failure]


def worth_reading(data: bytes) -> bool:
    """Whether these bytes may hold a training site: a file that others import is read when they are.

    What a docstring shows is none, but a notebook is one text of JSON, and an f-string may hold a call.
    """
    keras = KERAS in data
    if len(data) > MAX_BYTES:
        return keras
    if not _may_train(data, keras=keras):
        return False
    return data.lstrip()[:1] == b"{" or _may_train(TEXT.sub(_kept, data), keras=keras)


def _may_train(data: bytes, *, keras: bool) -> bool:
    if keras:
        return (
            TRAINING.search(data) is not None
            or UNTRAINED.search(data) is not None
            or (MODEL in data and OLD_ARGUMENT.search(data) is not None)
        )
    return IMPORTED_MODEL.search(data) is not None or (LOSS in data and COMPILED.search(data) is not None)


def _kept(text: re.Match[bytes]) -> bytes:
    """A comment or a string as it is, without what stands in triple quotes."""
    found = text.group()
    before = text.string[max(text.start() - 2, 0) : text.start()]
    return found[:3] if found.startswith(TRIPLE) and not set(before) & set(b"fFtT") else found


def parse_document(document: Document) -> Scouted:
    """Parse plain source; what Python says against it is a value."""
    parsed = parse(document.source)
    if isinstance(parsed, Flaw):
        return Failure(document.path, parsed.line, parsed.column, parsed.reason)
    return Parsed(document, parsed)
