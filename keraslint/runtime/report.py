"""What a check says, as frozen values: rows, findings, a proof; ``str(report)`` is the printed table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Union

from keraslint.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Collection

    from keraslint.findings import Finding

Level: TypeAlias = Literal["error", "warning", "info"]
RaiseOn: TypeAlias = Union[Level, "Collection[str]", None]

_RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


@dataclass(frozen=True)
class Row:
    """One head and what Keras pairs with it.

    ``layer`` is the layer that makes the head; ``shape`` and ``target_shape`` have None for the batch;
    ``target`` is the path of the target, ``range`` its smallest and its largest number in the batch that was
    seen; every text is empty where there is nothing. ``astray`` names the columns that hold an entry written
    for another head.
    """

    path: str
    layer: str = ""
    shape: tuple[int | None, ...] | None = None
    dtype: str = ""
    activation: str = ""
    target: str = ""
    target_shape: tuple[int | None, ...] | None = None
    target_dtype: str = ""
    range: tuple[float, float] | None = None
    loss: str = ""
    weight: str = ""
    metrics: str = ""
    sample_weight: str = ""
    paired_by: str = ""
    astray: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proved:
    """One log of one ``test_on_batch``: its value as it was written, as ``pairing`` says, and as Keras logged
    it; ``written`` and ``said`` are None where they could not be computed.
    """

    log: str
    written: float | None
    said: float | None
    logged: float


@dataclass(frozen=True)
class Proof:
    """Each loss computed by itself, held against what Keras logged for one ``test_on_batch``.

    ``as_written`` and ``as_said`` say whether all numbers agree with the pairing that was written and with
    the one that ``keraslint.pairing`` predicts; ``pairs`` is the pairing that gives Keras's numbers, a text a
    head, empty where none was found.
    """

    values: tuple[Proved, ...]
    as_written: bool
    as_said: bool
    pairs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """What Keras does with one model and one batch.

    ``outcome`` says what Keras raises, where it does; ``undecided`` what was not judged, and why. ``data`` is
    what to train on: the ``x`` that was given, whole again where a batch was taken from an iterator.
    ``evaluate`` are the names of the numbers that ``evaluate`` returns, in its order, ``metrics_names`` what
    the model says they are.
    """

    model: str
    keras: str
    backend: str
    call: str
    place: str
    rows: tuple[Row, ...] = ()
    findings: tuple[Finding, ...] = ()
    undecided: tuple[str, ...] = ()
    outcome: str = ""
    proof: Proof | None = None
    evaluate: tuple[str, ...] = ()
    metrics_names: tuple[str, ...] = ()
    data: Any = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        """The table, the findings and the proof."""
        from keraslint.runtime.table import render

        return render(self)

    def at_least(self, raise_on: RaiseOn) -> tuple[Finding, ...]:
        """The findings of a severity or above, or those with one of these codes or names."""
        if raise_on is None:
            return ()
        if isinstance(raise_on, str):
            least = _RANK[Severity(raise_on)]
            return tuple(one for one in self.findings if _RANK[one.severity] >= least)
        return tuple(one for one in self.findings if {one.code, one.name} & set(raise_on))


class MispairedError(ValueError):
    """Raised before training, where ``raise_on`` asks for it; ``report`` has everything."""

    def __init__(self, report: Report, findings: Collection[Finding]) -> None:
        """One line a finding."""
        super().__init__("\n".join(f"{one.code} {one.name}: {one.message}" for one in findings))
        self.report = report


def verify_raise_on(raise_on: RaiseOn) -> None:
    """Raise a ``ValueError`` for a severity, code or name that does not exist."""
    from keraslint.rules import registered

    if raise_on is None or (isinstance(raise_on, str) and raise_on in {one.value for one in Severity}):
        return
    from keraslint.runtime.kinds import KINDS

    known = {one for kind in KINDS for one in (kind.code, kind.name)}
    known |= {one for found in registered() for one in (found.rule.code, found.rule.name)}
    unknown = sorted({raise_on} if isinstance(raise_on, str) else set(raise_on) - known)
    if unknown:
        message = f"raise_on takes 'error', 'warning', 'info' or codes and names of findings, not {unknown}"
        raise ValueError(message)
