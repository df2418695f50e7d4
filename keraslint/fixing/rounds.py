"""A task enters; what its fixes make of the files leaves, with what became of each fix.

In a round, fixes are made together as long as their edits do not touch; of two that do, the first in the
order of files and places is made and the other waits. Where the engine objects to a round, its halves are
tried by themselves, down to the fix that is at fault, which is refused. Every fix that is made lessens the
findings and brings none, so the rounds end.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from keraslint.findings import Attempt, Safety, Shown
from keraslint.fixing.comparing import objection
from keraslint.fixing.contents import Contents, with_edits
from keraslint.fixing.judged import State, judged
from keraslint.fixing.notes import noted
from keraslint.fixing.places import Shifts
from keraslint.fixing.texts import UnfitError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from keraslint.engine.worlds import World
    from keraslint.findings import Crashed, Edit, Finding, Fix, Location, Report, Skipped
    from keraslint.fixing.judged import Task

Chosen: TypeAlias = "tuple[Finding, Fix]"


@dataclass(frozen=True)
class Changed:
    """A file by its name and real path, as it was read and as it shall be."""

    path: str
    real: str
    old: bytes
    new: bytes


@dataclass(frozen=True)
class Fixed:
    """The files that change, what became of each fix, what is still found then, and what was not judged.

    ``undecided`` is the number of places that were seen and not judged.
    """

    changed: tuple[Changed, ...]
    attempts: tuple[Attempt, ...]
    remaining: tuple[Finding, ...]
    others: tuple[Skipped | Crashed, ...]
    undecided: int = 0


@dataclass
class Progress:
    """What was made of the files so far; ``refused`` are the fixes refused since the last one was made.

    ``drawn`` says whether an attempt has the training sites before and after it, which take a while.
    """

    state: State
    drawn: bool = True
    applied: list[Attempt] = field(default_factory=list)
    refused: dict[Chosen, str] = field(default_factory=dict)


def fixed(
    task: Task, contents: Contents | None = None, *, drawn: bool = True, world: World | None = None
) -> Fixed:
    """Make the fixes that the task asks for, in memory alone.

    Where nobody looks at what each fix does to the sites, ``drawn`` is False, and no fix is offered that is
    not made. ``world`` is what is known already of the files with these contents.
    """
    progress = Progress(judged(task, contents or Contents(), world), drawn)
    offered = offers(progress.state) if drawn and not task.unsafe else []
    while any(_round(progress, safety) for safety in Safety):
        pass
    refused = [Attempt(*chosen, "refused", reason) for chosen, reason in progress.refused.items()]
    refused += [
        Attempt(one, None, "refused", one.unfixed)
        for one in wanted(progress.state)
        if one.unfixed and not one.fixes
    ]
    if task.todo:
        progress.state = noted(progress.state, refused)
    return Fixed(
        changed(progress.state),
        (*progress.applied, *offered, *refused),
        progress.state.remaining,
        progress.state.others,
        sum(len(report.undecided) for report in progress.state.reports),
    )


def previewed(
    task: Task, reports: Sequence[Report], shown: Mapping[str, Iterable[Shown | Skipped | Crashed]], most: int
) -> list[Attempt]:
    """What each fix of the first findings, at ``most`` so many, would do by itself; nothing is made.

    ``reports`` and ``shown``, by the file that leads to it, are what the engine said of the task's files.
    """
    sites = {path: tuple(one for one in found if isinstance(one, Shown)) for path, found in shown.items()}
    state = State(task, Contents(), tuple(reports), (), _shown=sites)
    return offers(state, tuple(Safety), [one for one in wanted(state) if one.fixes][:most])


def wanted(state: State) -> list[Finding]:
    """The findings that the task is about."""
    found = state.remaining if state.task.new else state.findings
    return [one for one in found if state.task.wants(one)]


def changed(state: State) -> tuple[Changed, ...]:
    """The files with new contents, in the order in which they were given."""
    contents = state.contents
    changes = [
        Changed(path, real, contents.old[real], contents.new[real])
        for real, path in state.task.files.items()
        if real in contents.old
    ]
    return tuple(one for one in changes if one.old != one.new)


def _round(progress: Progress, safety: Safety) -> bool:
    """Make the fixes of one kind that do not touch; whether any was made."""
    state = progress.state
    together: list[Chosen] = []
    for finding in wanted(state):
        chosen = _chosen(finding, state)
        if chosen is None or chosen[1].safety is not safety or chosen in progress.refused:
            continue
        if reason := hindrance(*chosen, state):
            progress.refused[chosen] = reason
        elif not any(touching(chosen[1].edits, fix.edits) for _, fix in together):
            together.append(chosen)
    return bool(together) and _try(progress, together)


def _chosen(finding: Finding, state: State) -> Chosen | None:
    """The fix that is to be made of those that a finding has, its files by the names they were given by."""
    kinds = (Safety.UNSAFE, Safety.SAFE) if state.task.unsafe else (Safety.SAFE,)
    fix = next((one for kind in kinds for one in finding.fixes if one.safety is kind), None)
    return None if fix is None else (finding, named(fix, state.task))


def named(fix: Fix, task: Task) -> Fix:
    """The fix with each edit once, and its files by the names under which they were given."""
    edits = (
        replace(edit, location=replace(edit.location, document=task.name(path) or path))
        for edit in fix.edits
        for path in (edit.location.document,)
    )
    return replace(fix, edits=tuple(dict.fromkeys(edits)))


def hindrance(finding: Finding, fix: Fix, state: State) -> str:
    """Why a fix cannot even be tried; empty where it can."""
    for edit in fix.edits:
        path = edit.location.document
        if state.task.name(path) is None:
            return f"it would change {path}, which is not among the files that were given"
        if state.silenced(finding, edit):
            return f"it would change {path}:{edit.location.span.line}, where {finding.code} is ignored"
    try:
        with_edits(state.contents, fix.edits)
    except UnfitError as error:
        return str(error)
    return ""


def touching(some: Iterable[Edit], others: Sequence[Edit]) -> bool:
    """Whether two edits of different fixes overlap or stand at one place, where their order would count."""
    return any(_meet(one.location, other.location) for one in some for other in others)


def _meet(one: Location, other: Location) -> bool:
    same = (one.document, one.cell) == (other.document, other.cell)
    a, b = one.span, other.span
    before = (a.end_line, a.end_column) < (b.line, b.column)
    return same and not before and not (b.end_line, b.end_column) < (a.line, a.column)


def _try(progress: Progress, chosen: Sequence[Chosen]) -> bool:
    """Make fixes if nothing speaks against them, else the half of them against which nothing does."""
    before = progress.state
    edits = [edit for _, fix in chosen for edit in fix.edits]
    shifts = Shifts(edits)
    try:
        after = judged(before.task, with_edits(before.contents, edits))
        reason = objection(before, after, chosen, shifts)
    except UnfitError as error:
        reason = str(error)
    if reason is None:
        progress.applied += [
            attempt(one, before, after, shifts) if progress.drawn else Attempt(*one, "applied")
            for one in chosen
        ]
        progress.state, progress.refused = after, {}
        return True
    if len(chosen) == 1:
        progress.refused[chosen[0]] = reason
        return False
    half = len(chosen) // 2
    return _try(progress, chosen[:half]) or _try(progress, chosen[half:])


def attempt(
    chosen: Chosen,
    before: State,
    after: State,
    shifts: Shifts,
    state: Literal["applied", "offered"] = "applied",
) -> Attempt:
    """A fix with the training sites that its finding is about, before and after it."""
    finding, fix = chosen
    documents = {finding.location.document, *(edit.location.document for edit in fix.edits)}
    paths = before.leading_to(documents)
    version = str(before.task.configured.at(finding.location.document).versions[-1])
    old = [one for one in before.shown(paths) if version in one.versions and _is_about(one, finding.location)]
    keys = {(one.call, shifts.moved(one.location)) for one in old}
    new = [
        one
        for one in after.shown(paths, before)
        if version in one.versions and (one.call, shifts.settled(one.location)) in keys
    ]
    return Attempt(finding, fix, state, before=tuple(old), after=tuple(new))


def _is_about(shown: Shown, location: Location) -> bool:
    """Whether a finding stands at a training call, or at a part of it."""
    return any(_meet(location, one) for one in (shown.location, *(part.location for part in shown.written)))


def offers(
    state: State,
    kinds: Collection[Safety] = (Safety.UNSAFE,),
    findings: Sequence[Finding] | None = None,
) -> list[Attempt]:
    """The fixes of these kinds, as if none of them were made, with what each would do."""
    made = []
    for finding in wanted(state) if findings is None else findings:
        for fix in finding.fixes:
            if fix.safety in kinds and not hindrance(finding, one := named(fix, state.task), state):
                contents = with_edits(state.contents, one.edits)
                after = replace(state, contents=contents, world=None, _shown={}, together=[])
                made.append(attempt((finding, one), state, after, Shifts(one.edits), "offered"))
    return made
