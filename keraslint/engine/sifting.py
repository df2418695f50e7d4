"""The findings of a document enter; those that are reported leave, those that a comment silences beside them,
and one for each comment that silences nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.documents.grammar import Flaw, parse
from keraslint.engine.coverage import is_seen_whole, was_asked
from keraslint.engine.ignoring import LIKE, Ignore, ignores, silencing, unknown, useless, without
from keraslint.findings import Crashed, Edit, Location, Silenced, Useless
from keraslint.syntax import concrete

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.documents import Document
    from keraslint.engine.run import Run
    from keraslint.findings import Finding
    from keraslint.syntax.concrete import Comment


@dataclass(frozen=True)
class Sifted:
    """What is reported of a document, and what is not."""

    findings: list[Finding]
    silenced: list[Silenced]


def sift(path: str, findings: Sequence[Finding], run: Run) -> Sifted:
    """Confirm the findings where libcst reads the document, and let its comments silence them.

    The place of what could not be parsed is none of libcst's; what looks like a comment can silence it.
    """
    failures = {found.rule.code for found in run.rules_for(path) if found.rule.subject == "failure"}
    at_sites = [one for one in findings if one.code not in failures]
    heard = [one for one in findings if run.is_heard(one)]
    commented = path in run.commented
    document = run.document(path) if commented or any(one in at_sites for one in heard) else None
    if document is None:
        return Sifted(heard, [])
    there = [one for one in heard if one in at_sites]
    read = _known(document, there, run)
    if read is None and isinstance(parse(document.source), Flaw):
        comments = ignores(concrete.loose_comments(document))
        return _sifted(heard, {one: silencing(one, comments) for one in findings}, run)
    comments = ignores(_confirmed(document, there, run) if read is None else read)
    about_comments = _about_comments(path, document, comments, at_sites, run) if commented else []
    by = {one: silencing(one, comments) for one in (*findings, *about_comments)}
    return _sifted([*heard, *about_comments], by, run)


def _sifted(heard: Sequence[Finding], by: dict[Finding, Ignore | None], run: Run) -> Sifted:
    return Sifted(
        [one for one in heard if by.get(one) is None],
        [
            Silenced(one, "comment", of.reason)
            for one, of in by.items()
            if of is not None and run.is_heard(one)
        ],
    )


def _known(document: Document, findings: Sequence[Finding], run: Run) -> tuple[Comment, ...] | None:
    """The comments of a document, if an earlier run saw libcst confirm these findings in it."""
    if run.cache is None or not {one.location.span for one in findings} <= run.cache.confirmed(
        document.source
    ):
        return None
    return run.cache.comments(document.source)


def _confirmed(document: Document, findings: Sequence[Finding], run: Run) -> tuple[Comment, ...]:
    """The comments of a document in which libcst confirms the findings."""
    read = concrete.read(document)
    for one in findings:
        if not read.confirms(one.location.span):
            message = f"{one.code} points at {one.location.span}, where no statement stands"
            raise concrete.UnconfirmedError(message)
    comments = read.comments_like(LIKE)
    if run.cache is not None:
        run.cache.confirm(document.source, {one.location.span for one in findings}, comments)
    return comments


def _about_comments(
    path: str, document: Document, comments: Sequence[Ignore], findings: Sequence[Finding], run: Run
) -> list[Finding]:
    """What the rules about comments say of those that silence nothing."""
    rules = [found for found in run.rules_for(path) if found.rule.subject == "comment"]
    if not rules:
        return []
    said = [
        finding
        for one in _useless(path, document, comments, findings, run)
        for found in rules
        for finding in found.check(one)
    ]
    return [one for one in said if run.is_heard(one)]


def _useless(
    path: str, document: Document, comments: Sequence[Ignore], findings: Sequence[Finding], run: Run
) -> Iterator[Useless]:
    ran = {
        found.rule.code
        for found in run.rules_for(path)
        if was_asked(found, path, run) and found.rule.subject == "site"
    }
    idle = {
        at: selectors
        for at, one in enumerate(comments)
        if (selectors := useless(one, findings, ran)) and not _is_open(one, path, run)
    }
    if idle and not is_seen_whole(path, run):
        idle = {}
    for at, one in enumerate(comments):
        location = Location(path, one.span)
        if wrong := unknown(one):
            yield Useless(location, f"this silences nothing: {'; '.join(wrong)}")
        elif at in idle:
            span, text = without(one, idle[at], document.lines[one.comment.line - 1])
            what = "this" if one.rules is None else " and ".join(idle[at])
            silences = "silences" if len(idle[at]) == 1 else "silence"
            where = "in this document" if one.whole else "on this line"
            edit = Edit(Location(path, span), text)
            yield Useless(location, f"{what} {silences} nothing {where}", edit)


def _is_open(one: Ignore, path: str, run: Run) -> bool:
    """Whether something was not judged that the comment may be for."""
    if any(isinstance(other, Crashed) and other.document == path for other in run.others):
        return True
    spans = [undecided.location.span for undecided in run.undecided.get(path, ())]
    return any(one.whole or span.line <= one.comment.line <= span.end_line for span in spans)
