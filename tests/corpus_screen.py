"""Trees enter; what is found in them without the byte screen and not with it leaves, which should be nothing.

    python -m tests.corpus_screen TREE...

What does not parse is left out: of a file in which nothing trains nothing is said, parsed or not.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from unittest import mock

from keraslint.engine import Settings, check
from keraslint.findings import Report, Severity
from keraslint.rules import registered
from keraslint.syntax import scout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.findings import Finding

EVERYTHING = Settings(severity=Severity.INFO)


def lost(paths: Sequence[str]) -> list[Finding]:
    """The findings of which the screen knows nothing, and those that only it leads to."""
    screened = _found(paths)
    with mock.patch.object(scout, "worth_reading", return_value=True):
        return sorted(screened ^ _found(paths), key=lambda one: (one.location, one.code))


def _found(paths: Sequence[str]) -> set[Finding]:
    failures = {one.rule.code for one in registered() if one.rule.subject == "failure"}
    reports = (one for one in check(paths, EVERYTHING) if isinstance(one, Report))
    return {one for report in reports for one in report.findings if one.code not in failures}


def main(trees: Sequence[str]) -> int:
    """Print what is lost of each tree."""
    status = 0
    for tree in trees:
        missing = lost([tree])
        status |= bool(missing)
        print(f"{tree}: {len(missing)} differences")
        for one in missing:
            print(f"  {one.location.document}:{one.location.span.line} {one.code} {one.message}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
