"""A comment that silences a rule where the rule finds nothing, or that names no rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Fix, Safety, Severity
from keraslint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding, Useless

rule = Rule(__name__, code="KER002", since="0.1.0", severity=Severity.WARNING, subject="comment")


def check(useless: Useless) -> Iterator[Finding]:
    """One finding for each comment; nothing that is trained changes where it goes."""
    edits = () if useless.edit is None else (useless.edit,)
    fixes = (Fix("Remove what silences nothing", Safety.SAFE, edits),) if edits else ()
    yield rule.finding(useless.location, useless.reason, fixes=fixes)
