"""Paths and settings enter; for each document a report leaves, or why there is none, and every crash.

Findings are gathered over all documents first: a site may reach over several, and each document that
something is found in is confirmed once, with libcst.
"""

from __future__ import annotations

import os
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING

from keraslint.documents import read_bytes
from keraslint.documents.places import digest, project_root
from keraslint.engine import baseline, ignoring
from keraslint.engine.callers import rounds
from keraslint.engine.coverage import is_over
from keraslint.engine.identity import digest as digest_of_finding
from keraslint.engine.judging import matter
from keraslint.engine.migrating import migrate
from keraslint.engine.placing import excerpts, moved, placed_finding, placed_undecided
from keraslint.engine.processes import Workers
from keraslint.engine.run import Run, Screened
from keraslint.engine.selection import closeness
from keraslint.engine.settings import files, left_out
from keraslint.engine.sifting import sift
from keraslint.engine.worlds import World
from keraslint.findings import Crashed, Report, Skipped
from keraslint.inference import Project
from keraslint.syntax import concrete, scout

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keraslint.documents import Reader
    from keraslint.engine.cache import Cache
    from keraslint.engine.examining import Examined
    from keraslint.engine.settings import Configured, Settings
    from keraslint.engine.sharding import Shard
    from keraslint.findings import Finding, Outcome


def check(  # noqa: PLR0913, PLR0917 (a run has as many sides)
    paths: Sequence[str],
    configured: Configured,
    read: Reader = read_bytes,
    cache: Cache | None = None,
    jobs: int = 1,
    world: World | None = None,
) -> list[Outcome]:
    """Check every file under ``paths``. Files that are named are parsed whatever they hold.

    With several ``jobs``, processes read the files by themselves, and not with ``read``. In a ``world`` that
    ``read`` reads nothing is inferred twice.
    """
    return run_over(paths, configured, read, cache, jobs, world)[1]


def run_over(  # noqa: PLR0913, PLR0917 (as above)
    paths: Sequence[str],
    configured: Configured,
    read: Reader,
    cache: Cache | None,
    jobs: int,
    world: World | None = None,
    shard: Shard | None = None,
) -> tuple[Run, list[Outcome]]:
    """A run over every file under ``paths`` or those of a shard, and what it says."""
    world = world or World(Project(project_root(paths), read))
    world.again()
    run = Run(configured, world, read, cache)
    named = {os.path.normpath(path) for path in paths}
    everything = files(paths, configured)
    for path in everything:
        run.project.register(path)
    found = everything if shard is None else shard.of(everything)
    wanted = (path for path in found if _is_wanted(path, run, named=path in named))
    with Workers(run, jobs) as workers:
        _examine(wanted, run, workers)
        for each in rounds(found, run.project, run.read):
            _examine([path for path, _ in each], run, workers)
    run.covers_project = shard is None and run.project.root in map(os.path.abspath, paths)
    return run, _outcomes(run)


def check_source(path: str, data: bytes, configured: Configured) -> list[Outcome]:
    """Check bytes that came from elsewhere as if they stood at ``path``."""
    settings = configured.at(path)
    if settings.force_exclude and left_out(path, settings):
        return []

    def read(name: str) -> bytes | str:
        return data if name == path else read_bytes(name)

    run = Run(configured, World(Project(project_root([path]), read)), read)
    if _is_wanted(path, run, named=True):
        _examine([path], run, Workers(run))
    return _outcomes(run)


def _is_wanted(path: str, run: Run, *, named: bool) -> bool:
    """Whether a file is to be parsed; one that cannot be read is said."""
    data = run.read(path)
    if isinstance(data, str):
        run.others.append(Skipped(path, data))
        return False
    run.order[path] = None
    run.sizes[path] = len(data)
    run.project.digests[path] = digest(data)
    screened = _screened(data, run.project.digests[path], run.cache)
    if screened.commented:
        run.commented.add(path)
    return named or screened.commented or screened.worth_reading


def _screened(data: bytes, content: str, cache: Cache | None) -> Screened:
    """What the bytes of a file say of it, or said in an earlier run."""
    known = None if cache is None else cache.screened(content)
    if known is not None:
        return known
    screened = Screened(scout.worth_reading(data), ignoring.mentioned(data))
    if cache is not None:
        cache.screen(content, screened)
    return screened


def _examine(paths: Iterable[str], run: Run, workers: Workers) -> None:
    """Judge files, as far as what they led to is not known, and keep what they lead to in their order."""
    known: dict[str, Examined | None] = {}
    for path, one in workers.examined(_unknown(paths, run, known)):
        known[path] = one
        run.remember(path, one)
        if workers.elsewhere and any(map(run.is_heard, one.findings)):
            concrete.prepare()
    for path, led_to in known.items():
        if led_to is not None:
            _keep(path, led_to, run)


def _unknown(paths: Iterable[str], run: Run, known: dict[str, Examined | None]) -> Iterator[str]:
    """The files of which no earlier run says what they lead to; what is known is told, in their order."""
    for path in paths:
        known[path] = run.known(path)
        if known[path] is None:
            yield path


def _keep(path: str, one: Examined, run: Run) -> None:
    run.needed_files |= one.needs.files
    run.needed_places |= one.needs.places
    if one.trainers is not None:
        run.project.trainers[path] = frozenset(one.trainers)
    for finding in one.findings:
        there = moved(finding, run.named)
        run.findings[there.location.document][there] = None
    for undecided in one.undecided:
        location = run.named(undecided.location)
        run.undecided[location.document][replace(undecided, location=location)] = None
    run.others += one.crashes


def _outcomes(run: Run) -> list[Outcome]:
    migrate(run)
    heard = {path for path, findings in run.findings.items() if any(map(run.is_heard, findings))}
    reached = {*heard, *run.undecided}.difference(run.order)
    elsewhere = sorted(path for path in reached if not left_out(path, run.configured.at(path)))
    reported = [_report(path, run) for path in (*run.order, *elsewhere)]
    reports, stale = baseline.settle(
        [one for one in reported if isinstance(one, Report)],
        lambda path: run.configured.at(path).baseline,
        lambda path, code: is_over(path, code, run),
    )
    crashed = [one for one in reported if not isinstance(one, Report)]
    return [*run.others, *crashed, *reports, *stale]


def _report(path: str, run: Run) -> Report | Crashed:
    if path not in run.findings and path not in run.undecided and path not in run.commented:
        return Report(path)
    findings = not_ignored_here(path, _said_once(run.findings.get(path, ())), run.configured.at(path))
    try:
        sifted = sift(path, findings, run)
    except Exception:  # noqa: BLE001 (a defect of ours must be said and must not end the run)
        return Crashed(path, "concrete", traceback.format_exc())
    left = [
        replace(one, identity=digest_of_finding(one.identity, one.location.span, run.document(path)))
        for one in not_ignored_here(path, sifted.findings, run.configured.at(path))
    ]
    placed = sorted((placed_finding(one, run.document) for one in left), key=_order)
    undecided = (placed_undecided(one, run.document) for one in run.undecided.get(path, ()))
    silenced = (replace(one, finding=placed_finding(one.finding, run.document)) for one in sifted.silenced)
    return Report(
        path,
        tuple(placed),
        tuple(sorted(undecided, key=lambda one: (one.location.cell or 0, one.location.span, one.reason))),
        excerpts(left, run.document),
        tuple(sorted(silenced, key=lambda one: _order(one.finding))),
    )


def _said_once(findings: Iterable[Finding]) -> list[Finding]:
    """Of findings that two documents lead to, the one with the fewest reservations."""
    ranked = sorted(findings, key=lambda one: len(one.given) + len(one.versions), reverse=True)
    return list({matter(one): one for one in ranked}.values())


def _order(finding: Finding) -> tuple[object, ...]:
    return finding.location.cell or 0, finding.location.span, finding.code, finding.message


def not_ignored_here(path: str, findings: Iterable[Finding], settings: Settings) -> list[Finding]:
    """The findings that ``per-file-ignores`` leave for this path."""
    selectors = settings.ignored_in(path)
    return [one for one in findings if not closeness(selectors, one.code, one.name)]
