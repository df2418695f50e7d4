"""Training sites and a position enter, the picture of what is paired at the calls there leaves."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lsprotocol import types

from keraslint.reporters.show import pairing
from keraslint.reporters.terminal import Paint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keraslint.findings import Location, Shown
    from keraslint.server.opened import Opened, Sheet
    from keraslint.server.places import Places


def hover(
    opened: Opened, sheet: Sheet, position: types.Position, shown: Iterable[Shown], places: Places
) -> types.Hover | None:
    """What is paired at the training calls that the position is in; None where it is in none."""
    at = places.column(sheet, position)
    cell = opened.sheets.index(sheet) + 1 if opened.notebook and sheet in opened.sheets else None
    own = os.path.realpath(opened.path)

    def holds(location: Location | None) -> bool:
        if location is None or os.path.realpath(location.document) != own or location.cell != cell:
            return False
        span = location.span
        return (span.line, span.column) <= at < (span.end_line, span.end_column)

    here = [one for one in shown if one.call and (holds(one.location) or holds(one.compiled))]
    if not here:
        return None
    text = "\n\n".join(dict.fromkeys(map(_text, here)))
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text))


def _text(shown: Shown) -> str:
    """A line of prose, then the picture in a block that keeps its columns."""
    title = [f"**{shown.call}**"]
    title += [f"with Keras {', '.join(shown.versions)}"] if shown.versions else []
    title += [f"where `{' and '.join(shown.given)}`"] if shown.given else []
    drawn = "\n".join(pairing(shown, Paint(), table=False)).replace("```", "'''")
    return f"{', '.join(title)}\n```text\n{drawn}\n```"
