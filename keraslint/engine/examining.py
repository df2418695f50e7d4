"""A file enters; all that judging it gave leaves, as values that other processes and runs can take over."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.documents import Document, Failure, decode
from keraslint.documents.places import digest
from keraslint.engine import ignoring
from keraslint.engine.judging import Judged, judge, judge_failures
from keraslint.engine.migrating import remember
from keraslint.engine.stacks import roomy
from keraslint.findings import Crashed, Finding, Location, Span, Undecided
from keraslint.inference.needs import NOTHING, Needs
from keraslint.syntax import scout
from keraslint.syntax.scout import MAX_BYTES

if TYPE_CHECKING:
    from keraslint.engine.run import Run


MAX_SOURCE = 1_000_000
"""Characters of source that are judged: 25,000 lines, for which Python's syntax tree takes 300 MB."""


@dataclass(frozen=True)
class Examined:
    """What one document led to, in the coordinates of plain sources, with paths as the project has them.

    ``digest`` is that of its content, ``needs`` what it was judged by besides; ``trainers`` are its functions
    that train what they are given, None where it was not interpreted.
    """

    digest: str
    findings: tuple[Finding, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    crashes: tuple[Crashed, ...] = ()
    trainers: tuple[str, ...] | None = None
    needs: Needs = NOTHING


@roomy
def examine(path: str, data: bytes, run: Run) -> Examined:
    """Judge one document for every rule that is selected for it."""
    rules, settings = run.rules_for(path), run.configured.at(path)
    judged, project = Judged(), run.project
    project.ledger.document()
    content = project.digests[path] = digest(data)
    if len(data) > MAX_BYTES:
        return Examined(content, undecided=(_too_large(path, f"{len(data):,} bytes", MAX_BYTES),))
    try:
        document = decode(path, data)
        if isinstance(document, Document) and len(document.source) > MAX_SOURCE:
            size = f"{len(document.source):,} characters of source"
            return Examined(content, undecided=(_too_large(path, size, MAX_SOURCE),))
        failures, parsed = _read(document)
    except Exception:  # noqa: BLE001 (a defect of ours must be said and must not end the run)
        return Examined(content, crashes=(Crashed(path, "documents", traceback.format_exc()),))
    judge_failures(failures, rules, judged)
    if parsed:
        judge(parsed, run.world, rules, settings.versions, judged, settings.since)
        remember(path, judged.inferred, run)
    if judged.findings or judged.undecided or ignoring.mentioned(data):
        run.documents[path] = document if isinstance(document, Document) else None
    trainers = project.trainers.get(path) if parsed else None
    return Examined(
        content,
        tuple(judged.findings),
        tuple(judged.undecided),
        tuple(judged.crashes.values()),
        None if trainers is None else tuple(sorted(trainers)),
        project.ledger.needs(),
    )


def _too_large(path: str, size: str, bound: int) -> Undecided:
    return Undecided(Location(path, Span(1, 1, 1, 1)), f"{size} are more than the {bound:,} that are judged")


def _read(document: Document | Failure) -> tuple[tuple[Failure, ...], scout.Parsed | None]:
    """What could not be read of a document, and the rest of it."""
    if isinstance(document, Failure):
        return (document,), None
    parsed = scout.parse_document(document)
    if isinstance(parsed, Failure):
        return (*document.failures, parsed), None
    return document.failures, parsed
