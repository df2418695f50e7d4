"""Outcomes enter, text leaves: one module for each format, and this table of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.findings import Shown
    from keraslint.reporters.results import Results
    from keraslint.reporters.terminal import Paint

FIX_FORMATS = ("full", "concise", "json")
"""The formats in which fixes are reported."""

FORMATS = {
    "full": "full",
    "concise": "concise",
    "json": "json_array",
    "json-lines": "json_lines",
    "github": "github",
    "gitlab": "gitlab",
    "sarif": "sarif",
    "junit": "junit",
    "html": "html",
}
"""The module of each format; only the one that is asked for is imported."""


def render(form: str, results: Results) -> str:
    """The results in one of ``FORMATS``."""
    text: str = import_module(f"{__name__}.{FORMATS[form]}").render(results)
    return text


def render_statistics(form: str, results: Results) -> str:
    """How often each rule found something, as ``full`` or ``json``."""
    from keraslint.reporters import statistics  # noqa: PLC0415 (as above)

    return statistics.render_json(results) if form == "json" else statistics.render(results)


def summary(results: Results) -> str:
    """The results as Markdown, for the summary of a step on GitHub."""
    from keraslint.reporters import github  # noqa: PLC0415 (as above)

    return github.summary(results)


def render_sites(shown: Sequence[Shown], paint: Paint, *, table: bool = False) -> str:
    """Training sites with what is paired there, for people: as pictures or as tables."""
    from keraslint.reporters import show  # noqa: PLC0415 (as above)

    return show.render(shown, paint, table=table)
