"""The line of the program that is being executed, past the frames of Keras, of its backend and our own."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from keraslint.findings import Location, Span

if TYPE_CHECKING:
    from types import CodeType, FrameType

_HERE = os.path.dirname(os.path.abspath(__file__))
_OURS = (_HERE + os.sep, os.path.join(os.path.dirname(_HERE), "losses") + os.sep)
_FOREIGN = tuple(
    f"{os.sep}{name}{os.sep}" for name in ("keras", "tf_keras", "tensorflow", "jax", "torch", "contextlib")
)


def caller() -> Location:
    """Where the program called; the file as Python names it, relative to here where it lies below."""
    frame = program_frame()
    if frame is None:
        return Location("<unknown>", Span(1, 1, 1, 1))
    line = frame.f_lineno or 1
    return Location(_short(frame.f_code), Span(line, 1, line, 1))


def program_frame() -> FrameType | None:
    """The innermost frame of the program itself."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the way to the caller; inspect reads files
    while frame is not None and is_foreign(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def is_foreign(filename: str) -> bool:
    """Whether a file is ours, Keras's or its backend's."""
    if filename.startswith((*_OURS, "<frozen")) or filename.endswith("contextlib.py"):
        return True
    return "site-packages" in filename and any(part in filename for part in _FOREIGN)


def _short(code: CodeType) -> str:
    path = code.co_filename
    relative = os.path.relpath(path) if os.path.isabs(path) else path
    return path if relative.startswith(os.pardir) else relative
