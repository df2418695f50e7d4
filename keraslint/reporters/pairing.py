"""A shown site enters; what a picture of it consists of leaves: three columns and the lines between them.

An entry stands in the row of the head that it was written for: lines cross where Keras pairs otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keraslint.findings import Entry, Row, Shown

DOT = " · "


@dataclass(frozen=True)
class Line:
    """From a row of one column to a row of the next; ``astray`` where another entry was written for it."""

    begin: int
    end: int
    astray: bool


@dataclass(frozen=True)
class Label:
    """What stands in a row; ``astray`` where a weight or metric in it was written for another head."""

    text: str
    astray: bool = False


@dataclass(frozen=True)
class Picture:
    """Outputs, what is computed for each (loss · weight · metrics), and targets, row by row."""

    outputs: tuple[Label, ...]
    losses: tuple[Label, ...]
    targets: tuple[Label, ...]
    to_losses: tuple[Line, ...]
    to_targets: tuple[Line, ...]

    @property
    def height(self) -> int:
        """The rows."""
        return max(len(self.outputs), len(self.losses), len(self.targets))

    @property
    def crossed(self) -> bool:
        """Whether anything goes to another head than it was written for."""
        lines = any(one.astray for one in (*self.to_losses, *self.to_targets))
        return lines or any(one.astray for one in (*self.losses, *self.targets))


def picture(shown: Shown) -> Picture:
    """The picture of a site that Keras pairs."""
    rows = shown.rows
    at_loss = _places(rows, lambda row: row.loss)
    at_target = _places(rows, lambda row: row.target)
    losses = {at_loss[head]: _loss(row) for head, row in enumerate(rows) if _loss(row).text}
    targets = {at_target[head]: _target(row) for head, row in enumerate(rows) if row.target.text}
    return Picture(
        tuple(Label(_output(row)) for row in rows),
        _column(losses),
        _column(targets),
        tuple(Line(head, at_loss[head], row.loss.astray) for head, row in enumerate(rows) if _loss(row).text),
        tuple(
            Line(at_loss[head], at_target[head], row.target.astray)
            for head, row in enumerate(rows)
            if row.target.text and _loss(row).text
        ),
    )


def _places(rows: Sequence[Row], part: Callable[[Row], Entry]) -> list[int]:
    """The row in which each head's entry stands; its own where one entry serves several, or none is known."""
    given = [head for head, row in enumerate(rows) if part(row).text]
    places = {head: part(rows[head]).rows[0] if len(part(rows[head]).rows) == 1 else head for head in given}
    if len(set(places.values())) < len(places):
        return list(range(len(rows)))
    free = iter(sorted(set(range(len(rows))) - set(places.values())))
    return [places[head] if head in places else next(free) for head in range(len(rows))]


def _column(labels: dict[int, Label]) -> tuple[Label, ...]:
    return tuple(labels.get(row, Label("")) for row in range(max(labels, default=-1) + 1))


def _output(row: Row) -> str:
    named = row.layer and row.layer != row.output
    return f"{row.output} ({row.layer})" if named else row.output


def _loss(row: Row) -> Label:
    """What is computed for a head: only the loss is drawn by a line, so what else is astray is marked."""
    parts = (row.loss, row.weight, row.metrics)
    text = DOT.join(", ".join(one.items) or one.text for one in parts if one.text)
    return Label(text, row.weight.astray or row.metrics.astray)


def _target(row: Row) -> Label:
    weight = f"{DOT}sample weight {', '.join(row.sample_weight.items)}" if row.sample_weight.text else ""
    return Label((", ".join(row.target.items) or row.target.text) + weight, row.sample_weight.astray)
