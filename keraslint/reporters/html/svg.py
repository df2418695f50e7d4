"""A shown site enters, its picture as SVG leaves: arrows cross where a head gets another's entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.reporters.html.markup import element, text
from keraslint.reporters.pairing import picture
from keraslint.reporters.terminal import escape, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.findings import Shown
    from keraslint.reporters.pairing import Label, Line, Picture

HEADERS = ("outputs", "loss · weight · metrics", "targets")
CHARACTER = 7.3
"""Width of a character of the font."""
ROW = 40
BOX = 26
TOP = 30
GAP = 64
"""Between two columns, for the arrows."""
PADDING = 10
LONGEST = 34
"""Characters of a label; a longer one is cut, and whole in its title."""


def draw(shown: Shown) -> str:
    """The picture of a site that Keras pairs, with its pairing in words for who cannot see it."""
    made = picture(shown)
    columns = [column for column in (made.outputs, made.losses, made.targets) if column]
    headers = HEADERS[: len(columns)]
    widths = [_width(header, column) for header, column in zip(headers, columns, strict=True)]
    lefts = [sum(widths[:at]) + at * GAP + 1 for at in range(len(columns))]
    right, bottom = lefts[-1] + widths[-1] + 1, TOP + made.height * ROW
    parts = [
        *(_header(header, left) for header, left in zip(headers, lefts, strict=True)),
        *_lines(made, lefts, widths),
        *(
            _box(label, left, size, row)
            for column, left, size in zip(columns, lefts, widths, strict=True)
            for row, label in enumerate(column)
            if label.text
        ),
    ]
    return element(
        "svg",
        *parts,
        class_="pairing crossed" if made.crossed else "pairing",
        viewBox=f"0 0 {right:.0f} {bottom:.0f}",
        width=f"{right:.0f}",
        height=f"{bottom:.0f}",
        role="img",
        aria_label=in_words(shown),
    )


def in_words(shown: Shown) -> str:
    """``rooms gets mean_absolute_error, which was written for another output; price gets ...``."""
    said = []
    for row in shown.rows:
        loss = ", ".join(row.loss.items) or "no loss"
        other = ", which was written for another output" if row.loss.astray else ""
        said.append(f"{row.output} gets {loss}{other}")
    return "; ".join(said)


def _width(header: str, column: Sequence[Label]) -> float:
    longest = max(width(header), *(width(_cut(label.text)) for label in column))
    return longest * CHARACTER + 2 * PADDING


def _cut(label: str) -> str:
    shown = escape(label)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _header(header: str, left: float) -> str:
    return element("text", text(header), class_="header", x=f"{left + PADDING:.1f}", y="16")


def _middle(row: int) -> float:
    return TOP + row * ROW + BOX / 2


def _box(label: Label, left: float, size: float, row: int) -> str:
    middle = _middle(row)
    return element(
        "g",
        element("title", text(label.text)),
        element(
            "rect",
            x=f"{left:.1f}",
            y=f"{middle - BOX / 2:.1f}",
            width=f"{size:.1f}",
            height=str(BOX),
            rx="5",
        ),
        element("text", text(_cut(label.text)), x=f"{left + PADDING:.1f}", y=f"{middle + 4:.1f}"),
        class_="label astray" if label.astray else "label",
    )


def _lines(made: Picture, lefts: Sequence[float], widths: Sequence[float]) -> Iterator[str]:
    """The arrows, those that went astray on top."""
    for at, lines in enumerate((made.to_losses, made.to_targets)):
        for line in sorted(lines, key=lambda one: one.astray):
            if at + 1 < len(lefts):
                yield _arrow(line, lefts[at] + widths[at], lefts[at + 1])


def _arrow(line: Line, begin: float, end: float) -> str:
    one, other, bend = _middle(line.begin), _middle(line.end), GAP * 0.45
    bent = f"{begin + bend:.1f} {one:.1f} {end - bend:.1f} {other:.1f} {end - 7:.1f} {other:.1f}"
    path = f"M{begin + 2:.1f} {one:.1f}C{bent}"
    head = f"M{end - 8:.1f} {other - 4:.1f}L{end - 1:.1f} {other:.1f}L{end - 8:.1f} {other + 4:.1f}Z"
    return element(
        "g",
        element("path", d=path, class_="line"),
        element("path", d=head, class_="head"),
        class_="arrow astray" if line.astray else "arrow",
    )
