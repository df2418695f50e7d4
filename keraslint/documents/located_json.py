"""JSON text enters, values leave whose strings know where in the text they begin."""

from __future__ import annotations

import json
from json import decoder, scanner
from typing import Any


class At(str):
    """A JSON string and the offset of its opening quote."""

    __slots__ = ("offset",)
    offset: int


def _string(text: str, end: int, strict: bool = True) -> tuple[At, int]:  # noqa: FBT001, FBT002 (the caller is json)
    value, after = decoder.scanstring(text, end, strict)  # type: ignore[attr-defined]
    located = At(value)
    located.offset = end - 1
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
