"""Training sites enter, a picture or a table of each leaves, and where each part stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.reporters.drawing import draw
from keraslint.reporters.pairing import picture
from keraslint.reporters.terminal import escape, width
from keraslint.reporters.wording import place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.findings import Entry, Row, Shown
from keraslint.reporters.terminal import Paint

HEADER = ("output", "layer", "target", "loss", "weight", "metrics", "sample weight", "paired by")
ALWAYS = frozenset({"output", "target", "loss", "paired by"})
NOTHING = "-"
ASTRAY = " <-"
LEGEND = "<- marks a head that gets another entry than the one written for it."
CROSSED = "Lines cross, and <- stands, where a head gets another entry than the one written for it."
LONGEST_PART = len("weighted_metrics")
MAX_WIDTH = 40
"""Columns of one entry; a longer text is cut."""


def render(shown: Sequence[Shown], paint: Paint, *, table: bool = False) -> str:
    """All sites, a block each, as pictures or tables; where there are none, that is said."""
    blocks = ["\n".join([*_block(one, paint, table=table), ""]) for one in shown]
    said = LEGEND if table else CROSSED
    legend = [said, ""] if any(is_astray(row) for one in shown for row in one.rows) else []
    return "\n".join([*blocks, *(legend or ([""] if blocks else ["No training sites.", ""]))])


def is_astray(row: Row) -> bool:
    """Whether a head gets another entry than the one written for it."""
    return any(entry.astray for entry in (row.target, row.loss, row.weight, row.metrics, row.sample_weight))


def _block(shown: Shown, paint: Paint, *, table: bool) -> Iterator[str]:
    title = [shown.call] if shown.call else []
    title += [f"with Keras {', '.join(shown.versions)}"] if shown.versions else []
    title += [f"where {escape(' and '.join(shown.given))}"] if shown.given else []
    if not title:
        yield f"{paint('bold', place(shown.location))}: {escape(shown.outcome)}"
        return
    yield f"{paint('bold', place(shown.location))}: {', '.join(title)}"
    yield from pairing(shown, paint, table=table)
    short = [width(one.text) for one in shown.written if width(one.text) <= LONGEST_PART]
    longest = max(short, default=0)
    for one in shown.written:
        yield f"  {_padded(escape(one.text), longest)}  {paint('place', place(one.location))}"


def pairing(shown: Shown, paint: Paint, *, table: bool = True) -> Iterator[str]:
    """What happens at a site: an outcome, or a table or picture of the heads."""
    if shown.outcome:
        yield f"  {paint('error', escape(' '.join(shown.outcome.split())))}"
    if shown.rows and not table:
        yield from draw(picture(shown), paint)
        yield from _paired_by(shown.rows)
    elif shown.rows:
        yield from _table([_texts(row) for row in shown.rows], paint)


def _paired_by(rows: Sequence[Row]) -> Iterator[str]:
    """What paired the heads, said once where it is one thing for all."""
    by = {row.output: row.paired_by for row in rows}
    if len(set(by.values())) == 1:
        yield f"  {_how(rows[0].paired_by)}"
        return
    for output, how in by.items():
        yield f"  {escape(output)}: {_how(how)}"


def _how(paired_by: str) -> str:
    return paired_by if " by " in paired_by or paired_by == "not trained" else f"paired by {paired_by}"


def _texts(row: Row) -> tuple[str, ...]:
    entries = (row.target, row.loss, row.weight, row.metrics, row.sample_weight)
    return (_cut(row.output), _cut(row.layer), *map(_entry, entries), row.paired_by)


def _entry(entry: Entry) -> str:
    return _cut(entry.text) + (ASTRAY if entry.astray else "")


def _cut(text: str) -> str:
    text = escape(text) or NOTHING
    return text if width(text) <= MAX_WIDTH else text[: MAX_WIDTH - 3] + "..."


def _table(rows: Sequence[tuple[str, ...]], paint: Paint) -> Iterator[str]:
    """The columns that hold something, under their names."""
    columns = [
        (name, column)
        for name, column in zip(HEADER, zip(*rows, strict=True), strict=True)
        if name in ALWAYS or any(text != NOTHING for text in column)
    ]
    widths = [max(map(width, (name, *column))) for name, column in columns]
    names = [name for name, _ in columns]
    yield paint("frame", _line(names, widths))
    for row in zip(*(column for _, column in columns), strict=True):
        yield _line(row, widths)


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    return "  " + " | ".join(map(_padded, texts, widths)).rstrip()


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))
