"""What the engine does with sites, verdicts and findings, whatever they are: its neighbours are replaced.

A site is made for each ``model.compile(...)``; its strings are the conditions of alternatives. The rules
find what the programs name: ``loud`` always, ``old`` below Keras 3.7, ``broken`` crashes, ``mild`` informs.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

import pytest

from keraslint import sites
from keraslint.documents import Document
from keraslint.engine import selection
from keraslint.findings import Location, Related, Severity, Span, Undecided
from keraslint.inference import Project
from keraslint.pairing.versions import Version
from keraslint.rules import Registered, does_not_parse, unused_ignore
from keraslint.rules.base import Rule
from keraslint.sites import Inferred
from keraslint.sites.model import CompileCall, TrainingSite, Unread
from keraslint.syntax.scout import Parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding


@dataclass(frozen=True)
class Judgement:
    """In place of a verdict: the version that was judged for."""

    version: Version


def place(node: ast.expr, document: Document) -> Location:
    """The place of a node in plain ASCII source."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    span = Span(node.lineno, node.col_offset + 1, node.end_lineno, node.end_col_offset + 1)
    return Location(document.path, span)


def find(parsed: Parsed, _: Project) -> Inferred:
    """A site for each compile call and condition; a call of a plain name is undecided."""
    document = parsed.document
    calls = [node for node in ast.walk(parsed.tree) if isinstance(node, ast.Call)]
    found: list[TrainingSite] = []
    for call in calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr == "compile":
            at = place(call, document)
            site = TrainingSite(at, "functional", Unread("not looked at", at), CompileCall(at))
            given = [str(arg.value) for arg in call.args if isinstance(arg, ast.Constant)]
            found += [replace(site, given=(one,)) for one in given] or [site]
    names = [call for call in calls if isinstance(call.func, ast.Name)]
    return Inferred(tuple(found), tuple(Undecided(place(call, document), "unknown") for call in names))


def finding_rule(name: str, code: str, severity: Severity = Severity.ERROR) -> Rule:
    """A rule that lives in no module."""
    return Rule(f"tests.{name}", code=code, since="0.1.0", severity=severity)


LOUD = finding_rule("loud_rule", "KER901")
OLD = finding_rule("old_rule", "KER902", Severity.WARNING)
BROKEN = finding_rule("broken_rule", "KER903")
MILD = finding_rule("mild_rule", "KER904", Severity.INFO)
ASTRAY = finding_rule("astray_rule", "KER905")


def loud(site: TrainingSite, _: Judgement) -> Iterator[Finding]:
    if site.given != ("quiet",):
        yield LOUD.finding(site.model, "loud", related=(Related(site.model, "here"),))


def old(site: TrainingSite, verdict: Judgement) -> Iterator[Finding]:
    if verdict.version < Version(3, 7, 0):
        yield OLD.finding(site.model, "old")


def broken(_: TrainingSite, __: Judgement) -> NoReturn:
    message = "broken on purpose"
    raise RuntimeError(message)


def mild(site: TrainingSite, _: Judgement) -> Iterator[Finding]:
    yield MILD.finding(site.model, "mild")


def astray(site: TrainingSite, _: Judgement) -> Iterator[Finding]:
    span = site.model.span
    yield ASTRAY.finding(replace(site.model, span=replace(span, column=span.column + 1)), "astray")


RULES = (
    Registered(does_not_parse.rule, does_not_parse.check, "."),
    Registered(unused_ignore.rule, unused_ignore.check, "."),
    Registered(LOUD, loud, "."),
    Registered(OLD, old, "."),
    Registered(BROKEN, broken, "."),
    Registered(MILD, mild, "."),
    Registered(ASTRAY, astray, "."),
)


@pytest.fixture(autouse=True)
def neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace inference, pairing and the rules."""
    monkeypatch.setattr(sites, "find", find)
    monkeypatch.setattr(sites, "verdict", lambda _, version: Judgement(version))
    monkeypatch.setattr(selection, "registered", lambda: RULES)
