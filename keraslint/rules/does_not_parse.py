"""A file, or a cell of a notebook, that Python cannot read, so that nothing in it could be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Location, Span
from keraslint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.documents import Failure
    from keraslint.findings import Finding

rule = Rule(__name__, code="KER001", since="0.1.0", subject="failure")


def check(failure: Failure) -> Iterator[Finding]:
    """One finding for each failure, where Python stopped."""
    span = Span(failure.line, failure.column, failure.line, failure.column + 1)
    yield rule.finding(Location(failure.document, span), f"Python cannot read this: {failure.reason}")
