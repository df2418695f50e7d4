"""Outcomes enter, text leaves: one module for each format, and this table of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.reporters import concise, full, json_array, show

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from keraslint.findings import Report, Shown
    from keraslint.reporters.terminal import Paint

    Reporter = Callable[[Sequence[Report], Paint, bool], str]

FORMATS: Mapping[str, Reporter] = {
    "full": full.render,
    "concise": concise.render,
    "json": json_array.render,
}


def render(form: str, reports: Sequence[Report], paint: Paint, *, undecided: bool = False) -> str:
    """The reports in one of ``FORMATS``; with ``undecided`` also the sites that were seen and not judged."""
    return FORMATS[form](reports, paint, undecided)


def render_sites(shown: Sequence[Shown], paint: Paint) -> str:
    """Training sites with what is paired there, for people."""
    return show.render(shown, paint)
