"""Losses in nested dicts, where dot paths would name heads: asked for with ``fix --style nested`` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Fix, Related, Safety, Severity
from keraslint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding
    from keraslint.rewriting.migration import Migration

rule = Rule(__name__, code="KER904", since="0.1.0", severity=Severity.INFO, subject="nested")


def check(migration: Migration) -> Iterator[Finding]:
    """Offer losses by dot path, or say what stands in the way."""
    message = "losses in nested dicts, whose heads dot paths would name"
    if migration.reason:
        because = migration.because
        related = () if because is None else (Related(because, migration.reason),)
        yield rule.finding(migration.location, message, related=related, unfixed=migration.reason)
        return
    title = f"Keep what is trained: write the losses under {list(migration.names)}, with NestedLoss"
    yield rule.finding(migration.location, message, fixes=(Fix(title, Safety.SAFE, migration.edits),))
