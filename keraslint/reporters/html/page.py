"""The page: its head with style and script, the filters, the cards of findings, and every site."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files
from typing import TYPE_CHECKING

from keraslint import __version__
from keraslint.reporters.html.findings import card
from keraslint.reporters.html.markup import element, text
from keraslint.reporters.html.svg import draw
from keraslint.reporters.pairing import picture
from keraslint.reporters.wording import closing, place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keraslint.findings import Shown, Undecided
    from keraslint.reporters.results import Results

KEYS = "Keys: / search, j and k next and previous, Enter opens a site, t light or dark, Escape shows all."


def render(results: Results) -> str:
    """The page as a whole; nothing in it is loaded from elsewhere."""
    style, script = (
        files(__package__).joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "page.js")
    )
    policy = f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}"
    head = element(
        "head",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        element("title", "keraslint"),
        f"<style>{style}</style>",
    )
    body = element("body", _header(results), _main(results), f"<script>{script}</script>")
    return f'<!DOCTYPE html>\n<html lang="en">{head}\n{body}</html>\n'


def _digest(content: str) -> str:
    """What the page allows itself to run: this, and nothing that a name could smuggle in."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _header(results: Results) -> str:
    findings = results.findings
    return element(
        "header",
        element("h1", "keraslint"),
        *(
            element("p", text(line), class_="closing")
            for line in closing(results.reports, undecided=True).splitlines()
        ),
        element(
            "form",
            element("label", "Search ", '<input type="search" id="search" autocomplete="off">'),
            _select("rule", "Rule", ((one.code, f"{one.code} {one.name}") for one in findings)),
            _select("file", "File", _files(results)),
            _select("version", "Keras", ((one, one) for one in _versions(results))),
            '<button type="button" id="theme">Light or dark</button>',
            element("output", id="count", aria_live="polite"),
            role="search",
        ),
        element("p", text(KEYS), class_="keys"),
    )


def _select(name: str, title: str, options: Iterable[tuple[str, str]]) -> str:
    choices = sorted(dict(options).items(), key=lambda one: _natural(one[1]))
    made = [element("option", text(label), value=value) for value, label in choices]
    return element(
        "label", f"{title} ", element("select", element("option", "all", value=""), *made, id=name)
    )


def _natural(value: str) -> list[tuple[int, str]]:
    """Numbers by their size, so that 3.5 stands before 3.15."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", value)]


def _files(results: Results) -> Iterator[tuple[str, str]]:
    yield from ((one.location.document, one.location.document) for one in results.findings)
    yield from ((one.location.document, one.location.document) for one in results.sites)


def _versions(results: Results) -> list[str]:
    said = {version for one in results.findings for version in one.versions}
    said |= {version for one in results.sites for version in one.versions}
    return sorted(said, key=_natural)


def _main(results: Results) -> str:
    versions = " ".join(_versions(results))
    cards = [
        card(finding, dict(report.excerpts), results.attempts, results.sites, versions)
        for report in results.reports
        for finding in report.findings
    ]
    undecided = [_open(one) for one in results.open_sites]
    return element(
        "main",
        _section("Findings", cards or [element("p", "None.")]),
        _section("Every training site", [_site(one) for one in results.sites]),
        _section("Not judged", undecided),
        element("footer", text(f"Made by keraslint {__version__}.")),
    )


def _section(title: str, children: Sequence[str]) -> str:
    return element("section", element("h2", title), *children) if children else ""


def _site(shown: Shown) -> str:
    title = [text(place(shown.location))]
    title += [text(f" {shown.call}")] if shown.call else []
    title += [text(f", with Keras {', '.join(shown.versions)}")] if shown.versions else []
    title += [text(f", where {' and '.join(shown.given)}")] if shown.given else []
    crossed = bool(shown.rows) and picture(shown).crossed
    marked = [" ", element("span", "crossed", class_="severity")] if crossed else []
    outcome = [element("p", text(" ".join(shown.outcome.split())), class_="outcome")] if shown.outcome else []
    places = [element("li", text(f"{one.text}: {place(one.location)}")) for one in shown.written]
    return element(
        "details",
        element("summary", *title, *marked),
        *outcome,
        draw(shown) if shown.rows else "",
        element("ul", *places, class_="edits"),
        class_="site",
        data_file=shown.location.document,
        data_versions=" ".join(shown.versions),
    )


def _open(one: Undecided) -> str:
    said = text(f"{place(one.location)}: {one.reason}")
    return element("p", said, class_="open", data_file=one.location.document)
