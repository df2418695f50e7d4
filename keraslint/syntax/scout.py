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
LAYOUT = b' \t\r\n\f\v\\n",'
"""What may stand between an object and its method, in a notebook in the words of JSON."""
COMPILE = b"compile"
TRAINING = (b"fit", b"evaluate", b"predict")
ON_BATCH = (b"train_on_batch", b"test_on_batch", b"predict_on_batch")
ENDS = re.compile(rb"(?:_generator)?\b")
WORD_ENDS = re.compile(rb"\b")
LOSS = b"loss"
MODEL = b"Model"
# Model(input=..., output=...) or Model(a, b.values()) is wrong without any training, and so is what a step of
# one's own reads of Keras 2, what a model is given to add, and a loss that is given keys.
OLD_HINT = re.compile(rb"put(?:\s*=|\\?[\"'])")
VALUES = b".values()"
OLD_ARGUMENT = re.compile(
    rb"(?:[(,]|#[^\n]*)[\s\\n\",]*(?:in|out)put\s*=(?!=)|[\"'](?:in|out)put\\?[\"']|\.values\(\)"
)
UNTRAINED_HINTS = (
    *(b".add_loss", b".add_metric", b"compiled_loss", b"compiled_metrics", b"CrossBatchMemory"),
    *(b"ref_labels", b"key_labels", b"ref_embeddings", b"key_embeddings"),
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
    """Whether a call that trains stands in these bytes; words are looked for first, patterns cost more.

    A model that another module builds can be trained by a file in which the word keras does not occur.
    """
    if any(_is_called(data, word, ENDS) for word in TRAINING) or _is_on_batch(data):
        return True
    if (keras or LOSS in data) and _is_called(data, COMPILE, WORD_ENDS):
        return True
    return keras and (_is_untrained(data) or (MODEL in data and _has_old_argument(data)))


def _is_on_batch(data: bytes) -> bool:
    return b"_on_batch" in data and any(_is_called(data, word, WORD_ENDS) for word in ON_BATCH)


def _is_called(data: bytes, word: bytes, ends: re.Pattern[bytes]) -> bool:
    """Whether a word is the attribute of something."""
    at = data.find(word)
    while at >= 0:
        if ends.match(data, at + len(word)) and _after_a_dot(data, at):
            return True
        at = data.find(word, at + 1)
    return False


def _after_a_dot(data: bytes, at: int) -> bool:
    while at and data[at - 1] in LAYOUT:
        at -= 1
    return data[at - 1 : at] == b"."


def _is_untrained(data: bytes) -> bool:
    return any(hint in data for hint in UNTRAINED_HINTS) and UNTRAINED.search(data) is not None


def _has_old_argument(data: bytes) -> bool:
    return (VALUES in data or OLD_HINT.search(data) is not None) and OLD_ARGUMENT.search(data) is not None


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
