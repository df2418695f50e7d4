"""What every report is made of: one value that all formats take."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keraslint.reporters.terminal import Paint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.findings import Attempt, Described, Finding, Location, Report, Shown, Silenced, Undecided

PLAIN = Paint()


@dataclass(frozen=True)
class Results:
    """The reports of a run; with ``undecided`` also the sites that were seen and not judged are shown.

    ``rules`` describes the rules that were asked, for formats that carry their pages; ``sites`` and
    ``attempts`` are every training site and what each fix would make of it, for formats with pictures.
    """

    reports: Sequence[Report]
    paint: Paint = PLAIN
    undecided: bool = False
    rules: Sequence[Described] = ()
    sites: Sequence[Shown] = ()
    attempts: Sequence[Attempt] = ()

    @property
    def findings(self) -> list[Finding]:
        """All findings, file by file."""
        return [finding for report in self.reports for finding in report.findings]

    @property
    def silenced(self) -> list[Silenced]:
        """All findings that are not reported."""
        return [one for report in self.reports for one in report.silenced]

    @property
    def open_sites(self) -> list[Undecided]:
        """The sites that were not judged, where they are asked for."""
        return [one for report in self.reports for one in report.undecided] if self.undecided else []


def fingerprinted(findings: Sequence[Finding]) -> Iterator[tuple[Finding, str]]:
    """Each finding with what identifies it from run to run: rule, file, what it is about, which of equals."""
    seen: Counter[str] = Counter()
    for finding in findings:
        text = f"{finding.code}\n{posix(finding.location)}\n{finding.identity}"
        seen[text] += 1
        yield finding, hashlib.sha256(f"{text}\n{seen[text]}".encode(errors="surrogatepass")).hexdigest()[:32]


def posix(location: Location) -> str:
    """The document's path with slashes."""
    return location.document.replace("\\", "/")


def real_line(location: Location) -> int:
    """The line in the file itself: of a notebook in its JSON."""
    return location.raw_line if location.raw_line is not None else location.span.line


def in_cell(location: Location) -> str:
    """``cell 3, line 2`` in a notebook, nothing elsewhere."""
    return "" if location.cell is None else f"cell {location.cell}, line {location.span.line}"
