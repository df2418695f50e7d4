"""A picture enters, lines of text leave: the three columns with the pairing drawn between them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from keraslint.reporters.terminal import escape, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.reporters.pairing import Label, Line, Picture
    from keraslint.reporters.terminal import Paint

    Canvas = dict[tuple[int, int], tuple[str, bool]]

HEADER = ("outputs", "loss · weight · metrics", "targets")
LINES = {"-": "\u2500", "\\": "\u2572", "/": "\u2571", "X": "\u2573", ">": "\u25b8", "·": "·"}
SIGNS = "".join(LINES.values())
ASCII = {"-": "-", "\\": "\\", "/": "/", "X": "X", ">": ">", "·": "*"}
LONGEST = 36
"""Columns of a label; a longer one is cut."""
MARK = " <-"


def draw(picture: Picture, paint: Paint) -> Iterator[str]:
    """The picture, a line of text between each two rows where lines cross."""
    signs = LINES if paint.lines else ASCII
    columns = (picture.outputs, picture.losses, picture.targets)
    labels = [[_label(one, paint) for one in column] for column in columns]
    headers = [text.replace("·", signs["·"]) for text in HEADER]
    widths = [max(map(width, (header, *column))) for header, column in zip(headers, labels, strict=True)]
    crossing = any(line.begin != line.end for line in (*picture.to_losses, *picture.to_targets))
    step = 2 if crossing else 1
    channels = [_channel(lines, step) for lines in (picture.to_losses, picture.to_targets)]
    spans = [_span(lines, step) for lines in (picture.to_losses, picture.to_targets)]
    last = 3 if picture.targets else 2
    gaps = [" " * (span + 2) for span in spans]
    yield "  " + paint("frame", _joined(headers, widths, gaps, last))
    for at in range((picture.height - 1) * step + 1):
        cells = [
            column[at // step] if at % step == 0 and at // step < len(column) else "" for column in labels
        ]
        drawn = [_gap(channel, span, at, signs, paint) for channel, span in zip(channels, spans, strict=True)]
        yield "  " + _joined(cells, widths, drawn, last)


def _label(label: Label, paint: Paint) -> str:
    text = escape(label.text) if paint.lines else escape(label.text).replace("·", ASCII["·"])
    cut = text if width(text) <= LONGEST else text[: LONGEST - 3] + "..."
    return cut + (MARK if label.astray else "")


def _joined(cells: Sequence[str], widths: Sequence[int], gaps: Sequence[str], last: int) -> str:
    padded = [cell + " " * (size - width(cell)) for cell, size in zip(cells, widths, strict=True)]
    parts = [padded[0], gaps[0], padded[1], gaps[1], padded[2]]
    return "".join(parts[: 2 * last - 1]).rstrip()


def _span(lines: Sequence[Line], step: int) -> int:
    """The columns between two labels: a line goes one down or up in each, after one of its own."""
    return max((abs(line.end - line.begin) * step for line in lines), default=0) + 4


def _channel(lines: Sequence[Line], step: int) -> Canvas:
    canvas: Canvas = {}
    for line in sorted(lines, key=lambda one: one.astray):
        for place, sign in course(line, step, _span(lines, step)):
            canvas[place] = _over(canvas.get(place), sign, astray=line.astray)
    return canvas


def course(line: Line, step: int, span: int) -> Iterator[tuple[tuple[int, int], str]]:
    """Where a line passes, as (row, column) and sign; all begin to climb in one column, so that no two lie
    on each other.
    """
    begin, end = line.begin * step, line.end * step
    down = 1 if end > begin else -1
    climb = abs(end - begin)
    yield from (((begin, column), "-") for column in range(2))
    yield from (((begin + down * move, 1 + move), "\\" if down > 0 else "/") for move in range(1, climb))
    yield from (((end, column), "-") for column in range(1 + max(climb, 1), span - 1))
    yield (end, span - 1), ">"


def _over(below: tuple[str, bool] | None, sign: str, *, astray: bool) -> tuple[str, bool]:
    """One sign on another: two that climb against each other make a cross."""
    if below is None:
        return sign, astray
    both = {below[0], sign}
    return ("X" if both == {"\\", "/"} else sign if sign != "-" else below[0], astray or below[1])


def _gap(canvas: Canvas, span: int, row: int, signs: dict[str, str], paint: Paint) -> str:
    cells = [canvas.get((row, column), (" ", False)) for column in range(span)]
    text = " "
    for astray, run in groupby(cells, key=lambda cell: cell[1]):
        drawn = "".join(signs.get(sign, sign) for sign, _ in run)
        text += paint("error", drawn) if astray else paint("dim", drawn) if drawn.strip() else drawn
    return f"{text} "
