"""Comments enter; which findings they silence leaves, and what in them silences nothing.

``# keraslint: ignore[KER101] reason`` and ``# noqa: KER101`` speak of the line they stand on,
``# keraslint: ignore-file[KER101]`` of the whole document. A bare ``# noqa`` says nothing of keraslint.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.engine.selection import ALL, BadSelectorError, closeness, named, verify
from keraslint.findings import Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from keraslint.findings import Finding
    from keraslint.syntax.concrete import Comment

IGNORE = re.compile(r"#\s*keraslint:\s*ignore(?P<file>-file)?(?![\w-])\s*(?:\[(?P<rules>[^\]]*)\])?")
NOQA = re.compile(r"#\s*noqa:\s*(?P<rules>[\w-]+(?:[,\s]+[A-Z]+\d+|\s*,\s*[\w-]+)*)", re.IGNORECASE)
SELECTOR = re.compile(r"[^,\s]+")
LIKE = re.compile(r"#.*(?:keraslint|noqa):", re.IGNORECASE)
OURS = re.compile(r"KER\d")
CODE = re.compile(rb"KER\d")
MENTIONED = re.compile(rb"keraslint:\s*ignore|(?i:noqa:)[^\n]*\bKER\d")


@dataclass(frozen=True)
class Ignore:
    """One comment that silences: ``selectors`` of which rules, ``whole`` for the document or a line.

    ``begin`` and ``end`` are where it stands in the text of ``comment``, its reason included; ``rules`` is
    where the selectors stand in it, None where it has none and silences every rule.
    """

    comment: Comment
    begin: int
    end: int
    rules: tuple[int, int] | None
    selectors: tuple[str, ...]
    whole: bool
    reason: str

    @property
    def span(self) -> Span:
        """Where it stands in the plain source."""
        line, column = self.comment.line, self.comment.column
        return Span(line, column + self.begin, line, column + self.end)

    @property
    def is_own(self) -> bool:
        """Whether it speaks to keraslint alone; a ``# noqa`` may hold the codes of other linters."""
        return self.comment.text[self.begin :].lstrip("# \t").startswith("keraslint")

    def reaches(self, finding: Finding) -> bool:
        """Whether it stands where it can silence the finding."""
        lines = {finding.location.span.line, finding.location.span.end_line}
        return self.whole or self.comment.line in lines

    def silences(self, finding: Finding) -> bool:
        """Whether it silences the finding."""
        return self.reaches(finding) and closeness(self.selectors, finding.code, finding.name) > 0


def mentioned(data: bytes) -> bool:
    """Whether these bytes may hold a comment that silences."""
    hinted = b"keraslint" in data or CODE.search(data) is not None
    return hinted and MENTIONED.search(data) is not None


def ignores(comments: Iterable[Comment]) -> list[Ignore]:
    """Every part of the comments that silences."""
    return [one for comment in comments for one in _ignores(comment)]


def silencing(finding: Finding, among: Iterable[Ignore]) -> Ignore | None:
    """What silences a finding, if anything does."""
    return next((one for one in among if one.silences(finding)), None)


def _ignores(comment: Comment) -> list[Ignore]:
    matches = [*IGNORE.finditer(comment.text), *NOQA.finditer(comment.text)]
    return [_ignore(comment, match) for match in matches]


def _ignore(comment: Comment, match: re.Match[str]) -> Ignore:
    after = comment.text[match.end() :].partition("#")[0].rstrip()
    return Ignore(
        comment,
        match.start(),
        match.end() + len(after),
        match.span("rules") if match["rules"] is not None else None,
        tuple(SELECTOR.findall(match["rules"])) if match["rules"] is not None else (ALL,),
        bool(match.groupdict().get("file")),
        after.strip(),
    )


def useless(one: Ignore, findings: Sequence[Finding], ran: Collection[str]) -> list[str]:
    """The selectors that silence none of the findings though all of their rules, those about sites, ran."""
    here = [finding for finding in findings if one.reaches(finding)]
    return [
        selector
        for selector in one.selectors
        if (one.rules is None or _is_ours(one, selector))
        and (rules := named(selector))
        and rules <= set(ran)
        and not any(closeness((selector,), finding.code, finding.name) for finding in here)
    ]


def unknown(one: Ignore) -> list[str]:
    """What is wrong with selectors that name no rule, in a line each."""
    wrong: list[str] = []
    for selector in one.selectors if one.rules else ():
        try:
            if _is_ours(one, selector):
                verify(selector)
        except BadSelectorError as error:
            wrong.append(str(error))
    return wrong


def without(one: Ignore, selectors: Collection[str], line: str) -> tuple[Span, str]:
    """What to replace, and by what, so that these selectors are gone; ``line`` is that of the comment.

    With its last selector the comment goes, and with the comment a line that holds nothing else.
    """
    left = [selector for selector in one.selectors if selector not in selectors]
    at, column = one.comment.line, one.comment.column
    if left and one.rules:
        begin, end = one.rules
        return Span(at, column + begin, at, column + end), ", ".join(left)
    first, last = column - 1 + one.begin, column - 1 + one.end
    before, after = line[:first].rstrip(), line[last:].strip()
    if not before and not after:
        return Span(at, 1, at + 1, 1), ""
    return Span(at, len(before) + 1, at, len(line) + 1), f"  {after}" if after else ""


def _is_ours(one: Ignore, selector: str) -> bool:
    """Whether a selector is meant for keraslint."""
    return one.is_own or bool(OURS.match(selector) or named(selector))
