"""A finding enters; its card leaves: what is wrong, the code, and what is paired now and after each fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.reporters.cropping import cropped
from keraslint.reporters.html.markup import element, text
from keraslint.reporters.html.svg import draw
from keraslint.reporters.results import real_line
from keraslint.reporters.terminal import TAB
from keraslint.reporters.wording import place, reservations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from keraslint.findings import Attempt, Finding, Fix, Location, Shown

    Excerpts = Mapping[Location, str]


def card(
    finding: Finding, excerpts: Excerpts, attempts: Sequence[Attempt], sites: Sequence[Shown], versions: str
) -> str:
    """The card of one finding; ``versions`` are all that were judged for."""
    held = " ".join(finding.versions) or versions
    return element(
        "article",
        _heading(finding),
        *_notes(finding),
        *(_code(location, note, excerpts) for location, note in _places(finding)),
        _pictures(finding, attempts, sites, excerpts),
        class_=f"finding {finding.severity.value}",
        tabindex="0",
        data_rule=finding.code,
        data_file=finding.location.document,
        data_versions=held,
    )


def _heading(finding: Finding) -> str:
    return element(
        "h3",
        element("span", text(finding.severity.value), class_="severity"),
        " ",
        element("span", text(f"{finding.code} {finding.name}"), class_="rule"),
        " ",
        element("span", text(finding.message), class_="message"),
    )


def _notes(finding: Finding) -> Iterator[str]:
    for note in reservations(finding):
        yield element("p", text(note[0].upper() + note[1:]), class_="note")
    if finding.unfixed:
        yield element("p", text(f"No fix: {finding.unfixed}"), class_="note")


def _places(finding: Finding) -> Iterator[tuple[Location, str]]:
    yield finding.location, ""
    yield from ((one.location, one.text) for one in finding.related)


def _code(location: Location, note: str, excerpts: Excerpts) -> str:
    """A place and the lines there, what is meant marked."""
    real = "" if location.cell is None else f" (line {real_line(location)} of the file)"
    heading = [element("span", text(f"{note}: "), class_="note")] if note else []
    lines = excerpts.get(location, "")
    body = [element("pre", *_marked(lines.split("\n"), location))] if lines else []
    caption = element("figcaption", *heading, element("code", text(place(location) + real)))
    return element("figure", caption, *body, class_="code")


def _marked(lines: Sequence[str], location: Location) -> Iterator[str]:
    span = location.span
    for at, line in enumerate(lines):
        first = span.column - 1 if at == 0 else len(line) - len(line.lstrip())
        last = span.end_column - 1 if at == len(lines) - 1 else len(line)
        shown, begin, end = cropped(line, first, last)
        yield element("span", str(span.line + at), class_="number", aria_hidden="true")
        yield (
            _source(shown[:begin]) + element("mark", _source(shown[begin:end])) + _source(shown[end:]) + "\n"
        )


def _source(lines: str) -> str:
    return "\n".join(text(line.replace("\t", TAB)) for line in lines.split("\n"))


def _pictures(
    finding: Finding, attempts: Sequence[Attempt], sites: Sequence[Shown], excerpts: Excerpts
) -> str:
    """What is paired now, beside what each fix would make of it."""
    mine = [one for one in attempts if _key(one.finding) == _key(finding)]
    before = next((one for attempt in mine for one in attempt.before if one.rows), None)
    before = before or next((one for one in sites if one.rows and _is_about(one, finding)), None)
    figures = [_figure("Now", "now", before)] if before else []
    fixes = {attempt.fix: attempt for attempt in mine if attempt.fix is not None}
    for fix in finding.fixes:
        attempt = fixes.get(fix)
        after = next((one for one in attempt.after if one.rows), None) if attempt else None
        figures.append(
            _figure(
                f"{fix.safety.value} fix: {fix.title}",
                fix.safety.value,
                after,
                _edits(fix, finding.location, excerpts),
            )
        )
    return element("div", *figures, class_="pictures") if figures else ""


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.code, finding.location, finding.message


def _is_about(shown: Shown, finding: Finding) -> bool:
    """Whether one of the places of a site is on the lines of the finding."""
    at = finding.location
    return any(
        (one.document, one.cell) == (at.document, at.cell)
        and one.span.line <= at.span.end_line
        and at.span.line <= one.span.end_line
        for one in (shown.location, *(part.location for part in shown.written))
    )


def _figure(title: str, kind: str, shown: Shown | None, more: str = "") -> str:
    drawn = draw(shown) if shown else ""
    return element("figure", element("figcaption", text(title)), drawn, more, class_=f"picture {kind}")


def _edits(fix: Fix, location: Location, excerpts: Excerpts) -> str:
    """The lines of the finding as the fix leaves them; where it edits others, what it writes, and where."""
    new = _fixed(fix, location, excerpts.get(location, ""))
    if new is not None:
        return element("pre", _source("\n".join(cropped(line)[0] for line in new.split("\n"))))
    items = [
        element(
            "li",
            element("code", text(place(edit.location))),
            " ",
            element("code", text(edit.text) or "(nothing)", class_="new"),
        )
        for edit in fix.edits
    ]
    return element("ul", *items, class_="edits")


def _fixed(fix: Fix, location: Location, excerpt: str) -> str | None:
    """The lines of an excerpt with all edits made; None where one of them is elsewhere."""
    first, lines = location.span.line, excerpt.split("\n")
    for edit in sorted(fix.edits, key=lambda one: one.location.span, reverse=True):
        at, span = edit.location, edit.location.span
        if (at.document, at.cell) != (location.document, location.cell):
            return None
        if span.line < first or span.end_line >= first + len(lines):
            return None
        head = lines[span.line - first][: span.column - 1]
        tail = lines[span.end_line - first][span.end_column - 1 :]
        lines[span.line - first : span.end_line - first + 1] = f"{head}{edit.text}{tail}".split("\n")
    return "\n".join(lines) if excerpt else None
