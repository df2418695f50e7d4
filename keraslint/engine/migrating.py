"""What a run has seen of models enters; what the rules about style say of them is added to its findings."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from keraslint.engine.placing import moved
from keraslint.findings import Crashed
from keraslint.rewriting.migration import migrations
from keraslint.rewriting.nesting import nestings
from keraslint.rules import registered

if TYPE_CHECKING:
    from keraslint.engine.run import Run
    from keraslint.sites import Inferred


REWRITES = {"dict": migrations, "nested": nestings}


def remember(path: str, inferred: Inferred | None, run: Run) -> None:
    """Keep what a document led to, where whole sites are to be rewritten."""
    if inferred is not None and run.configured.at(path).style is not None:
        run.seen.take(inferred)


def migrate(run: Run) -> None:
    """Ask the rules about style, once everything has been seen."""
    if not run.seen.sites:
        return
    path = next(iter(run.order))
    settings = run.configured.at(path)
    rules = [found for found in registered() if found.rule.subject == settings.style]
    try:
        claims = [
            finding
            for migration in (REWRITES[settings.style](run.seen, settings.versions) if settings.style else ())
            for found in rules
            for finding in found.check(migration)
        ]
    except Exception:  # noqa: BLE001 (a defect of ours must be said and must not end the run)
        run.others.append(Crashed(path, "rewriting", traceback.format_exc()))
        return
    for finding in claims:
        one = moved(finding, run.named)
        run.findings[one.location.document][one] = None
