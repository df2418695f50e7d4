"""Generated files and edits of them, for property tests: source of any look, notebooks of any layout."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from keraslint.findings import Edit, Location, Span

CODINGS = {"utf-8": "", "utf-8-sig": "", "latin-1": "# -*- coding: latin-1 -*-", "cp1251": "# coding: cp1251"}
LETTERS = {"utf-8": "aé€漢😀\u2028", "utf-8-sig": "aü漢😀", "latin-1": "aéß\xa0", "cp1251": "aЖя"}
ENDS = ("\n", "\r\n", "\r")
SNIPPETS = (
    "x = 1", "\ty = [1,\t2]", "# a comment", "    ", "", "\fz = 'text'", 'w = """open', "a = b  # behind",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """Lines with their ends, and edits of the text that they make, by offset: begin, end, new text."""

    lines: tuple[tuple[str, str], ...]
    cuts: tuple[tuple[int, int, str], ...]

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(line + end for line, end in self.lines)

    def expected(self, newlines: dict[int, str]) -> str:
        """The text with the edits made; new lines end as ``newlines`` says for the line of each edit."""
        text, parts, at = self.text, [], 0
        for begin, end, new in self.cuts:
            parts += [text[at:begin], new.replace("\n", newlines[self.place(begin)[0]])]
            at = end
        return "".join([*parts, text[at:]])

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1; an offset between two characters of a line end is that of its first."""
        at = 0
        for number, (line, end) in enumerate(self.lines, 1):
            if offset < at + len(line) + len(end) or (not end and number == len(self.lines)):
                return number, min(offset - at, len(line)) + 1
            at += len(line) + len(end)
        return len(self.lines) + 1, 1

    def edits(self, document: str, cell: int | None = None) -> list[Edit]:
        """The edits as a rule would give them."""
        spans = [(Span(*self.place(begin), *self.place(end)), new) for begin, end, new in self.cuts]
        return [Edit(Location(document, span, cell), new) for span, new in spans]

    @property
    def newlines(self) -> dict[int, str]:
        """What ends each line; what ends none is as the line before."""
        ends = [end for _, end in self.lines if end] or ["\n"]
        return dict(enumerate([*ends, ends[-1]], 1))


@st.composite
def cases(draw: st.DrawFn, letters: str = "aé😀", ends: tuple[str, ...] = ENDS, first: str = "") -> Case:
    """Any lines, in which up to four stretches are edited that do not overlap."""
    line = st.one_of(st.sampled_from(SNIPPETS), st.text(alphabet=letters + " #'\"\\\t\f", max_size=8))
    drawn = draw(st.lists(st.tuples(line, st.sampled_from(ends)), min_size=1, max_size=8))
    lines = [(first, "\n"), *drawn] if first else drawn
    if draw(st.booleans()):
        lines[-1] = (lines[-1][0] or "x", "")
    case = Case(tuple(_separable(lines)), ())
    offsets = [at for at in range(len(first) + 1, len(case.text) + 1) if _is_place(case.text, at)]
    picked = sorted(draw(st.lists(st.sampled_from(offsets or [len(case.text)]), max_size=8)))
    texts = st.text(alphabet=letters + "\n#'\"\\ ", max_size=8)
    cuts = [(begin, end, draw(texts)) for begin, end in zip(picked[::2], picked[1::2], strict=False)]
    return Case(case.lines, tuple(cuts))


def _separable(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A bare return before an empty line would be one end with the newline of that line, not two."""
    made: list[tuple[str, str]] = []
    for line, end in lines:
        if made and made[-1][1] == "\r" and not line:
            made[-1] = (made[-1][0], "\n")
        made.append((line, end))
    return made


def _is_place(text: str, at: int) -> bool:
    return text[at - 1 : at + 1] != "\r\n"


@dataclass(frozen=True)
class Layout:
    """How a notebook is written."""

    indent: int | str | None
    in_ascii: bool
    listed: bool
    crlf: bool


LAYOUTS = st.builds(Layout, st.sampled_from((None, 1, 2, "\t")), st.booleans(), st.booleans(), st.booleans())


LINE = re.compile(r"[^\n]*\n|[^\n]+")


def notebook(cells: list[str], layout: Layout) -> str:
    """The text of a notebook with these code cells among others."""
    content: dict[str, Any] = {"cells": [], "metadata": {"größe": ["é", 1.5]}, "nbformat": 4}
    for cell in cells:
        source = LINE.findall(cell) if layout.listed else cell
        content["cells"].append({"cell_type": "markdown", "source": ["# é\n"]})
        content["cells"].append(
            {"cell_type": "code", "source": source, "outputs": [{"text": ["\u2028", 'x"]']}], "metadata": {}}
        )
    text = json.dumps(content, indent=layout.indent, ensure_ascii=layout.in_ascii) + "\n"
    return text.replace("\n", "\r\n") if layout.crlf else text
