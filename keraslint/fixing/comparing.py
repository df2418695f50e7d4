"""What the engine says before and after some fixes enters; what speaks against them leaves.

A fix has to be the end of its finding and the beginning of no other; what was judged before has to be judged
after it; and a safe fix leaves each head of each training site with what Keras gave it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, TypeAlias

from keraslint.engine.tabulating import UNKNOWN
from keraslint.findings import Crashed, Safety, Skipped
from keraslint.pairing.builtin import LONG_NAMES
from keraslint.syntax import concrete

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keraslint.findings import Finding, Fix, Row, Shown
    from keraslint.fixing.judged import State
    from keraslint.fixing.places import Place, Shifts

Key: TypeAlias = "tuple[str, Place, str]"
Signature: TypeAlias = tuple[object, ...]
PARTS = ("target", "loss", "weight", "metrics", "sample_weight")
USUAL = {"weight": ("1", "1.0")}
NOT_JUDGED = "not judged"


def objection(
    before: State, after: State, fixes: Sequence[tuple[Finding, Fix]], shifts: Shifts
) -> str | None:
    """The first thing that speaks against these fixes, None where nothing does."""
    documents = {edit.location.document for _, fix in fixes for edit in fix.edits}
    safe = all(fix.safety is Safety.SAFE for _, fix in fixes)
    reasons = (
        *_unreadable(before, after, documents),
        *_crashes(before, after),
        *_findings(before, after, [finding for finding, _ in fixes], shifts),
    )
    if reasons:
        return reasons[0]
    paths = before.leading_to(documents | {finding.location.document for finding, _ in fixes})
    return next(_pairings(before.shown(paths), after.shown(paths, before), shifts, safe=safe), None)


def _unreadable(before: State, after: State, documents: Iterable[str]) -> Iterator[str]:
    """The files whose new parts libcst cannot read; the engine may have had nothing to ask it."""
    for path in documents:
        document = after.document(path)
        if document is None:
            yield f"{path} could not be read after it"
        elif flaw := concrete.flaw(document, before.document(path)):
            yield f"{path} would not parse after it: {flaw}"


def _crashes(before: State, after: State) -> Iterator[str]:
    known = {_other(one) for one in before.others}
    for one in after.others:
        if _other(one) not in known:
            yield f"keraslint could not judge {one.document} after it: {_other(one)[1]}"


def _other(one: object) -> tuple[str, str]:
    match one:
        case Skipped(document=document, reason=reason):
            return document, reason
        case Crashed(document=document, rule=rule):
            return document, f"{rule} crashes"
    return "", ""


def _findings(before: State, after: State, fixed: Sequence[Finding], shifts: Shifts) -> Iterator[str]:
    """What would still be found, or newly."""
    old = Counter((one.code, shifts.moved(one.location)) for one in before.findings if one not in fixed)
    ends = {(one.code, shifts.moved(one.location)) for one in fixed}
    for one in after.findings:
        key = one.code, shifts.settled(one.location)
        old[key] -= 1
        if old[key] < 0 and key in ends:
            yield f"{one.code} would still be found: {one.message}"
        elif old[key] < 0:
            line = one.location.span.line
            yield f"it would bring {one.code} at {one.location.document}:{line}: {one.message}"


def _pairings(
    before: Sequence[Shown], after: Sequence[Shown], shifts: Shifts, *, safe: bool
) -> Iterator[str]:
    """What would be judged no longer, or paired otherwise by a safe fix."""
    old, new = _signatures(before, shifts, old=True), _signatures(after, shifts, old=False)
    for key, (signatures, shown) in old.items():
        where = f"{shown.call} at {shown.location.document}:{shown.location.span.line}"
        if _open(signatures):
            continue
        if key not in new:
            yield f"{where} would not be seen any more"
        elif _open(new[key][0]):
            yield f"{where} could not be judged after it: {new[key][1].outcome}"
        elif _blind(new[key][0]) and not _blind(signatures):
            yield f"what is paired by {where} could not be read after it"
        elif safe and signatures != new[key][0] and not any(one[:1] == ("raises",) for one in signatures):
            yield f"what is paired by {where} would change"


def _open(signatures: Iterable[Signature]) -> bool:
    return any(one[:1] == (NOT_JUDGED,) for one in signatures)


def _blind(signatures: Iterable[Signature]) -> bool:
    """Whether an entry could not be read."""
    return any(
        UNKNOWN in given for one in signatures for row in one if isinstance(row, tuple) for given in row
    )


def _signatures(
    shown: Iterable[Shown], shifts: Shifts, *, old: bool
) -> dict[Key, tuple[set[Signature], Shown]]:
    """What is paired at each call by each version, in all the ways in which it can be reached."""
    found: dict[Key, tuple[set[Signature], Shown]] = {}
    by_call: dict[Key, list[Shown]] = defaultdict(list)
    for one in shown:
        place = shifts.moved(one.location) if old else shifts.settled(one.location)
        for version in one.versions:
            by_call[one.call, place, version].append(one)
    for key, here in by_call.items():
        last = next((one for one in here if one.outcome), here[0])
        found[key] = {_signature(one) for one in here}, last
    return found


def _signature(shown: Shown) -> Signature:
    if shown.outcome:
        return (NOT_JUDGED if shown.outcome.startswith(NOT_JUDGED) else "raises",)
    return tuple(_row(row) for row in shown.rows)


def _row(row: Row) -> Signature:
    """What a head is given, whatever it is called and wherever that is written."""
    items = ((part, getattr(row, part).items) for part in PARTS)
    return tuple(
        tuple(sorted(LONG_NAMES.get(one, one) for one in given if one not in USUAL.get(part, ())))
        for part, given in items
    )
