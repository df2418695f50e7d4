"""Several outputs in a list, where a dict would name them: asked for with ``fix --style dict`` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Fix, Related, Safety, Severity
from keraslint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.rewriting.migration import Migration

rule = Rule(__name__, code="KER901", since="0.1.0", severity=Severity.INFO, subject="dict")


def check(migration: Migration) -> Iterator[Finding]:
    """Offer to name the outputs in the whole program, or say what stands in the way."""
    message = "several outputs in a list, which only their order tells apart"
    if migration.reason:
        because = migration.because
        related = () if because is None else (Related(because, migration.reason),)
        yield rule.finding(migration.location, message, related=related, unfixed=migration.reason)
        return
    title = f"Keep what is trained: name the outputs {list(migration.names)} wherever they are used"
    yield rule.finding(migration.location, message, fixes=(Fix(title, Safety.SAFE, migration.edits),))
