"""Outcomes enter, text leaves: one module for each format, and this table of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.reporters import (
    concise,
    full,
    github,
    gitlab,
    html,
    json_array,
    json_lines,
    junit,
    sarif,
    show,
    statistics,
)
from keraslint.reporters.fixes import (
    FORMATS as FIX_FORMATS,
    render_json as render_fixes_as_json,
    render_text as render_fixes,
)
from keraslint.reporters.results import Results

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from keraslint.findings import Shown
    from keraslint.reporters.terminal import Paint

    Reporter = Callable[[Results], str]

__all__ = [
    "FIX_FORMATS", "FORMATS", "Results", "render", "render_fixes", "render_fixes_as_json", "render_sites",
    "render_statistics", "summary",
]  # fmt: skip

FORMATS: Mapping[str, Reporter] = {
    "full": full.render,
    "concise": concise.render,
    "json": json_array.render,
    "json-lines": json_lines.render,
    "github": github.render,
    "gitlab": gitlab.render,
    "sarif": sarif.render,
    "junit": junit.render,
    "html": html.render,
}


def render(form: str, results: Results) -> str:
    """The results in one of ``FORMATS``."""
    return FORMATS[form](results)


def render_statistics(form: str, results: Results) -> str:
    """How often each rule found something, as ``full`` or ``json``."""
    return statistics.render_json(results) if form == "json" else statistics.render(results)


def summary(results: Results) -> str:
    """The results as Markdown, for the summary of a step on GitHub."""
    return github.summary(results)


def render_sites(shown: Sequence[Shown], paint: Paint, *, table: bool = False) -> str:
    """Training sites with what is paired there, for people: as pictures or as tables."""
    return show.render(shown, paint, table=table)
