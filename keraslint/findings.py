"""Findings: frozen, picklable values that rules make, the engine collects and reporters print."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, TypeAlias, Union


class Severity(Enum):
    """How bad a finding is: error breaks or trains wrongly, warning may, information does not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of source; lines and columns count from 1, columns in characters; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, order=True)
class Location:
    """A span of a document. In a notebook ``cell`` is its 1-based number among all cells and
    ``raw_line`` the line of the .ipynb file; ``span`` counts lines from the start of the cell.
    """

    document: str
    span: Span
    cell: int | None = None
    raw_line: int | None = None


@dataclass(frozen=True)
class Related:
    """Another place that decides a finding, and what stands there."""

    location: Location
    text: str


@dataclass(frozen=True)
class Edit:
    """Replace ``location`` by ``text``."""

    location: Location
    text: str


class Safety(Enum):
    """Safe fixes keep what is trained; unsafe ones change it."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True)
class Fix:
    """A title that says what the fix does, and all of its edits: applied together or not at all."""

    title: str
    safety: Safety
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Finding:
    """One place where Keras does not do what was written.

    ``given`` are the conditions in the source under which it holds, ``versions`` the target versions of
    Keras in which it does; both are empty where it always holds. ``unfixed`` says why no fix is offered
    where one was looked for. ``identity`` is a digest of what it is about, whatever its line.
    """

    code: str
    name: str
    severity: Severity
    message: str
    location: Location
    given: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()
    unfixed: str = ""
    identity: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True)
class Undecided:
    """A site that was seen and not judged, or a part of one, with the reason."""

    location: Location
    reason: str


@dataclass(frozen=True)
class Useless:
    """A comment that is meant to silence and does not: why, and what to do about it, if that is known."""

    location: Location
    reason: str
    edit: Edit | None = None


@dataclass(frozen=True)
class Silenced:
    """A finding that is not reported, by what (a comment in the source or the baseline), and why."""

    finding: Finding
    by: Literal["comment", "baseline"]
    reason: str = ""


@dataclass(frozen=True)
class Report:
    """What was found in one document; ``excerpts`` are the lines of source at each place that it names."""

    document: str
    findings: tuple[Finding, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    excerpts: tuple[tuple[Location, str], ...] = field(default=(), repr=False, compare=False)
    silenced: tuple[Silenced, ...] = ()


@dataclass(frozen=True)
class Skipped:
    """A document that was not judged, and why (not decodable, not readable...)."""

    document: str
    reason: str


@dataclass(frozen=True)
class Crashed:
    """A defect of keraslint: the rule (or room) that crashed on a document, and the traceback."""

    document: str
    rule: str
    traceback: str


@dataclass(frozen=True)
class Described:
    """A rule as reports describe it: its page is Markdown."""

    code: str
    name: str
    severity: Severity
    summary: str
    page: str = ""


@dataclass(frozen=True)
class Stale:
    """An entry of a baseline for what is found no more in ``path``."""

    document: str
    path: str
    code: str
    message: str


Outcome: TypeAlias = Union[Report, Skipped, Crashed, Stale]


@dataclass(frozen=True)
class Entry:
    """What Keras gives a head of one part, as text; empty where it gives nothing.

    ``astray`` says that another entry was written for this head; ``items`` are the entries without the
    paths that lead to them; ``rows`` are those, from 0, of the heads that the entries were written for, as
    far as that is known.
    """

    text: str
    astray: bool = False
    items: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Row:
    """One head: an output and its layer, what Keras pairs with it, and what paired them."""

    output: str
    layer: str
    target: Entry
    loss: Entry
    weight: Entry
    metrics: Entry
    sample_weight: Entry
    paired_by: str


@dataclass(frozen=True)
class Shown:
    """One alternative of a training site and what some versions of Keras do there.

    ``rows`` are empty where Keras raises or nothing is judged, which ``outcome`` then says. ``written`` are
    the places of the parts, ``compiled`` that of the call of ``compile``; ``given`` are the conditions under
    which the alternative runs.
    """

    location: Location
    call: str
    versions: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    outcome: str = ""
    written: tuple[Related, ...] = ()
    compiled: Location | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Attempt:
    """A fix of a finding and what became of it; where none is offered, ``fix`` is None.

    ``reason`` says why it was refused; ``before`` and ``after`` are the training sites that it changes, as
    the newest version that was judged for pairs them.
    """

    finding: Finding
    fix: Fix | None
    state: Literal["applied", "offered", "refused"]
    reason: str = ""
    before: tuple[Shown, ...] = ()
    after: tuple[Shown, ...] = ()
