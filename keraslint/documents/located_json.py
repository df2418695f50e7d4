"""JSON text enters, values leave whose strings know where in the text they stand."""

from __future__ import annotations

import json
from json import decoder, scanner
from typing import Any


class At(str):
    """A JSON string, the offset of its opening quote, and the one behind its closing quote."""

    __slots__ = ("end", "offset")
    offset: int
    end: int


def _string(text: str, end: int, strict: bool = True) -> tuple[At, int]:  # noqa: FBT001, FBT002 (the caller is json)
    value, after = decoder.scanstring(text, end, strict)  # type: ignore[attr-defined]
    located = At(value)
    located.offset, located.end = end - 1, after
    return located, after


class _Decoder(json.JSONDecoder):
    """The decoder of the standard library in its pure Python form, which lets strings be replaced."""

    def __init__(self) -> None:
        super().__init__()
        self.parse_string = _string
        self.scan_once = scanner.py_make_scanner(self)  # type: ignore[attr-defined]


def loads(text: str) -> Any:  # noqa: ANN401 (any JSON)
    """Decode ``text``; every string that is a value is an ``At``."""
    return _Decoder().decode(text)
