"""Text from anywhere enters, text that is safe and aligned on a terminal leaves."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

CODES = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "place": "36",
    "frame": "1;34",
    "bold": "1",
    "dim": "2",
}
TAB = "    "


@dataclass(frozen=True)
class Paint:
    """Colours, or none; ``lines`` says whether lines can be drawn with more than ASCII."""

    on: bool = False
    lines: bool = True

    def __call__(self, role: str, text: str) -> str:
        """The text in the colour of its role."""
        return f"\033[{CODES[role]}m{text}\033[0m" if self.on else text


def escape(text: str) -> str:
    """The text with everything that a terminal could obey, or not show, written out."""
    return "".join(map(_shown, text))


def source(text: str) -> str:
    """A line of source as printed: tabs become spaces, the rest is escaped."""
    return escape(text.replace("\t", TAB))


def width(text: str) -> int:
    """How many columns a line of source takes when printed by ``source``."""
    return sum(_width(character) for character in source(text))


def _shown(character: str) -> str:
    if character.isprintable() or character == " ":
        return character
    return character.encode("unicode_escape").decode("ascii")


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
