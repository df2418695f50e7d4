"""Paths and settings enter; for each document a report leaves, or why there is none, and every crash.

Findings are gathered over all documents first: a site may reach over several, and each document that
something is found in is confirmed once, with libcst.
"""

from __future__ import annotations

import os
import traceback
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from keraslint.documents import Document, Exclusion, Failure, decode, read_bytes
from keraslint.engine.ignoring import is_ignored
from keraslint.engine.judging import Judged, judge, judge_failures
from keraslint.engine.placing import excerpts, moved, placed_finding, placed_undecided
from keraslint.engine.selection import closeness, selected, verify
from keraslint.engine.settings import files, left_out
from keraslint.findings import Crashed, Report, Severity, Skipped
from keraslint.inference import Project, project_root
from keraslint.syntax import concrete, scout

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keraslint.documents import Reader
    from keraslint.engine.settings import Configured, Settings
    from keraslint.findings import Finding, Location, Outcome, Undecided
    from keraslint.rules import Registered

RANK = {Severity.ERROR: 2, Severity.WARNING: 1, Severity.INFO: 0}


@dataclass
class _Run:
    """What a run has read and found so far."""

    configured: Configured
    project: Project
    read: Reader
    rules: dict[Settings, tuple[Registered, ...]] = field(default_factory=dict)
    order: dict[str, None] = field(default_factory=dict)
    documents: dict[str, Document | None] = field(default_factory=dict)
    findings: dict[str, dict[Finding, None]] = field(default_factory=lambda: defaultdict(dict))
    undecided: dict[str, dict[Undecided, None]] = field(default_factory=lambda: defaultdict(dict))
    others: list[Outcome] = field(default_factory=list)

    def named(self, location: Location) -> Location:
        """The location with its document named as a reader would: as it was asked for, or from here."""
        path = location.document
        relative = os.path.relpath(path) if os.path.isabs(path) and path not in self.order else path
        return location if relative.startswith(os.pardir) else replace(location, document=relative)

    def rules_for(self, path: str) -> tuple[Registered, ...]:
        """The rules that are selected for a file."""
        settings = self.configured.at(path)
        if settings not in self.rules:
            for _, selectors in settings.per_file_ignores:
                for selector in selectors:
                    verify(selector)
            self.rules[settings] = selected(settings.select, settings.ignore)
        return self.rules[settings]

    def document(self, path: str) -> Document | None:
        """A document by its path; a site may name one that was not asked for."""
        if path not in self.documents:
            data = self.read(path)
            decoded = decode(path, data) if isinstance(data, bytes) else None
            self.documents[path] = decoded if isinstance(decoded, Document) else None
        return self.documents[path]


def check(paths: Sequence[str], configured: Configured, read: Reader = read_bytes) -> list[Outcome]:
    """Check every file under ``paths``. Files that are named are parsed whatever they hold."""
    run = _Run(configured, Project(project_root(paths), read), read)
    named = {os.path.normpath(path) for path in paths}
    found = files(paths, configured)
    for path in found:
        run.project.register(path)
    for path in found:
        data = read(path)
        if isinstance(data, str):
            run.others.append(Skipped(path, data))
            continue
        run.order[path] = None
        if path in named or scout.worth_reading(data):
            _check_bytes(path, data, run)
    return _outcomes(run)


def check_source(path: str, data: bytes, configured: Configured) -> list[Outcome]:
    """Check bytes that came from elsewhere as if they stood at ``path``."""
    settings = configured.at(path)
    if settings.force_exclude and left_out(path, settings):
        return []
    run = _Run(configured, Project(project_root([path])), read_bytes)
    run.order[path] = None
    _check_bytes(path, data, run)
    return _outcomes(run)


def _check_bytes(path: str, data: bytes, run: _Run) -> None:
    rules, settings = run.rules_for(path), run.configured.at(path)
    judged = Judged()
    try:
        document = decode(path, data)
        failures, parsed = _read(document)
    except Exception:  # noqa: BLE001 (a defect of ours must be said and must not end the run)
        judged.crash(path, "documents")
        run.others += judged.crashes.values()
        return
    judge_failures(failures, rules, judged)
    if parsed:
        judge(parsed, run.project, rules, settings.versions, judged)
    if judged.findings or judged.undecided:
        run.documents[path] = document if isinstance(document, Document) else None
    _keep(judged, settings.severity, run)


def _read(document: Document | Failure) -> tuple[tuple[Failure, ...], scout.Parsed | None]:
    """What could not be read of a document, and the rest of it."""
    if isinstance(document, Failure):
        return (document,), None
    parsed = scout.parse_document(document)
    if isinstance(parsed, Failure):
        return (*document.failures, parsed), None
    return document.failures, parsed


def _keep(judged: Judged, least: Severity, run: _Run) -> None:
    for finding in judged.findings:
        if RANK[finding.severity] >= RANK[least]:
            one = moved(finding, run.named)
            run.findings[one.location.document][one] = None
    for undecided in judged.undecided:
        location = run.named(undecided.location)
        run.undecided[location.document][replace(undecided, location=location)] = None
    run.others += judged.crashes.values()


def _outcomes(run: _Run) -> list[Outcome]:
    reached = {*run.findings, *run.undecided}.difference(run.order)
    elsewhere = sorted(path for path in reached if not left_out(path, run.configured.at(path)))
    return [*run.others, *(_report(path, run) for path in (*run.order, *elsewhere))]


def _report(path: str, run: _Run) -> Report | Crashed:
    findings = _not_ignored_here(path, _said_once(run.findings.get(path, ())), run.configured.at(path))
    try:
        findings = _confirmed(path, findings, run)
    except Exception:  # noqa: BLE001 (a defect of ours must be said and must not end the run)
        return Crashed(path, "concrete", traceback.format_exc())
    placed = sorted((placed_finding(one, run.document) for one in findings), key=_order)
    undecided = (placed_undecided(one, run.document) for one in run.undecided.get(path, ()))
    return Report(
        path,
        tuple(placed),
        tuple(sorted(undecided, key=lambda one: (one.location.cell or 0, one.location.span, one.reason))),
        excerpts(findings, run.document),
    )


def _said_once(findings: Iterable[Finding]) -> list[Finding]:
    """Of findings that two documents lead to, the one with the fewest reservations."""
    ranked = sorted(findings, key=lambda one: len(one.given) + len(one.versions), reverse=True)
    return list({(one.code, one.location, one.message): one for one in ranked}.values())


def _order(finding: Finding) -> tuple[object, ...]:
    return finding.location.cell or 0, finding.location.span, finding.code, finding.message


def _not_ignored_here(path: str, findings: Iterable[Finding], settings: Settings) -> list[Finding]:
    selectors = [
        selector
        for pattern, ignored in settings.per_file_ignores
        if Exclusion(settings.root, (pattern,)).covers(path)
        for selector in ignored
    ]
    return [one for one in findings if not closeness(selectors, one.code, one.name)]


def _confirmed(path: str, findings: list[Finding], run: _Run) -> list[Finding]:
    """The findings that no comment silences, each seen to stand where it points."""
    about_failures = {found.rule.code for found in run.rules_for(path) if found.rule.subject == "failure"}
    at_sites = [one for one in findings if one.code not in about_failures]
    document = run.document(path)
    if not at_sites or document is None:
        return findings
    read = concrete.read(document)
    for one in at_sites:
        if not read.confirms(one.location.span):
            message = f"{one.code} points at {one.location.span}, where no statement stands"
            raise concrete.UnconfirmedError(message)
    return [one for one in findings if one not in at_sites or not is_ignored(one, read.comments)]
