"""The fixes that a rule offers make ``safe.py`` and ``unsafe.py`` of ``bad.py``, byte for byte.

Of the comments that say what is expected only those go that a fix is the end of.
"""

from __future__ import annotations

import re
from functools import cache

import pytest

from keraslint.engine import Settings, check
from keraslint.findings import Edit, Finding, Fix, Report, Safety, Severity
from tests.programs import FIXTURES, Program, programs
from tests.rewriting.applying import edited
from tests.rewriting.migrating import STYLES

# Cases whose golden file is written by hand, and why no edit is sure to be right.
BY_HAND = {
    "class-weight-for-several-outputs/list/bad.py unsafe": "the classes are in the data",
    "auto-numbered-log/monitor/bad.py safe": "nothing in the source names these layers",
    "unmatched-targets/one-array/bad.py unsafe": "nothing says which array is the other target",
    "unmatched-targets/too-many/bad.py unsafe": "nothing says which of the targets is too much",
    "list-loss-for-dict-outputs/optional-head/bad.py unsafe": "one list is for two heads and for one",
}

FINDS, RAISES = r"finds: KER\d{3}(?: (?:error|warning|info))?", r"raises: \w+ at \w+"
EXPECTATION = re.compile(rf"  # (?:{FINDS}|{RAISES})(?=  #|$)", re.MULTILINE)


@cache
def findings(program: Program) -> tuple[Finding, ...]:
    """What is found in a program."""
    select = ("ALL", program.rule)  # the rule of the folder may be optional
    settings = Settings(root=str(FIXTURES), select=select, severity=Severity.INFO, versions=program.versions)
    outcomes = check([str(program.path)], settings)
    reports = [outcome for outcome in outcomes if isinstance(outcome, Report)]
    return tuple(finding for report in reports for finding in report.findings)


def fixes(program: Program, safety: Safety) -> list[Fix]:
    """The fixes of one kind that the rule whose case this is offers; the safe one where it serves both."""
    own = [finding for finding in findings(program) if finding.name == program.rule]
    return [fix for finding in own for fix in finding.fixes if fix.safety is safety]


def edits_of(fixes_: list[Fix]) -> list[Edit]:
    """All edits, each once."""
    return list(dict.fromkeys(edit for fix in fixes_ for edit in fix.edits))


FIXED = ("list-loss-for-", "list-targets-for-", "list-metrics-for-")
# Whole sites are rewritten on demand; what that makes of them is tested with it.
ON_DEMAND = frozenset(STYLES)
CASES = [
    (one, safety) for one in programs("bad") if one.parses and one.rule not in ON_DEMAND for safety in Safety
]


@pytest.mark.parametrize(("program", "safety"), CASES, ids=lambda value: str(getattr(value, "value", value)))
def test_a_fix_is_the_golden_file(program: Program, safety: Safety) -> None:
    golden, offered = program.sibling(safety.value), fixes(program, safety)
    if golden is None or f"{program} {safety.value}" in BY_HAND:
        assert not offered
        return
    assert offered
    assert EXPECTATION.sub("", edited(program.source, edits_of(offered))) == golden.source


@pytest.mark.parametrize("program", [one for one in programs("bad") if one.parses], ids=str)
def test_titles_say_what_each_fix_does(program: Program) -> None:
    for finding in findings(program):
        titles = [fix.title for fix in finding.fixes]
        assert len(set(titles)) == len(titles)
        assert all(len(title) > 15 and not title.endswith(".") for title in titles)
