"""The fixture programs, checked: findings stand exactly where a comment expects them."""

from __future__ import annotations

from typing import get_args

import pytest

from keraslint.engine import Settings, check
from keraslint.engine.settings import Style
from keraslint.findings import Report, Severity
from keraslint.rules import registered
from tests.programs import Expected, Program, programs

# Rules about style speak only where it is asked for.
STYLES: dict[str, Style] = {
    found.rule.name: style
    for found in registered()
    for style in get_args(Style)
    if found.rule.subject == style
}
SEVERITIES = {found.rule.code: found.rule.severity.value for found in registered()}


@pytest.mark.parametrize("program", programs(), ids=str)
def test_findings_stand_where_they_are_expected(program: Program) -> None:
    expected = {
        Expected(one.line, one.code, one.severity or SEVERITIES[one.code]) for one in program.expected
    }
    assert found_in(program) == expected


@pytest.mark.parametrize("found", registered(), ids=lambda found: found.rule.name)
def test_every_rule_has_a_program_it_finds_and_one_that_is_quiet(found: object) -> None:
    rule = found.rule  # type: ignore[attr-defined]
    mine = [program for program in programs() if program.rule == rule.name]
    assert any(one.code == rule.code for program in mine if program.role == "bad" for one in program.expected)
    assert any(program.role == "good" for program in mine)


def found_in(program: Program) -> set[Expected]:
    """What keraslint finds in a program."""
    settings = Settings(
        select=("ALL", program.rule),  # the rule of the folder may be optional
        severity=Severity.INFO,
        style=STYLES.get(program.rule),
        versions=program.versions,
        since=None if program.since is None else program.versions[0],
    )
    outcomes = check([str(program.path)], settings)
    assert all(isinstance(outcome, Report) for outcome in outcomes), outcomes
    return {
        Expected(finding.location.span.line, finding.code, finding.severity.value)
        for outcome in outcomes
        if isinstance(outcome, Report)
        for finding in outcome.findings
    }
