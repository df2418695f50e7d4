"""The fixture programs, checked: findings stand exactly where a comment expects them."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from keraslint.engine import Settings, check
from keraslint.engine.settings import Style
from keraslint.engine.targets import targets
from keraslint.findings import Report, Severity
from keraslint.rules import registered
from tests.programs import Expected, Program, programs

if TYPE_CHECKING:
    from pathlib import Path

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


VALIDATED = """\
import keras
house = keras.Input((4,))
heads = {"price": keras.layers.Dense(1)(house), "rooms": keras.layers.Dense(1)(house)}
model = keras.Model(house, heads)
model.compile(loss={"price": "mse", "rooms": "mse"}, metrics=METRICS)
model.fit(x, {"price": y, "rooms": z}, validation_data=(x, {"price": y, "rooms": z}))
"""


@pytest.mark.parametrize(
    ("metrics", "code", "says"),
    [
        ('["mae"]', "KER105", "raises ValueError at fit: metrics has 1 entry"),
        ('[["mae"], ["mae"]]', "KER204", "raises ValueError at fit: a list of metrics"),
        ('{"price": {"a": "mae"}}', "KER150", "raises ValueError at fit for these metrics of the outputs"),
    ],
)
def test_what_versions_raise_on_is_said_once(metrics: str, code: str, says: str, tmp_path: Path) -> None:
    """Whatever the error is, and at training and at validation alike."""
    program = tmp_path / "program.py"
    program.write_text(VALIDATED.replace("METRICS", metrics), encoding="utf-8")
    outcomes = check([str(program)], Settings(severity=Severity.WARNING, versions=targets([">=3.5"])))
    (finding,) = (one for report in outcomes if isinstance(report, Report) for one in report.findings)
    assert finding.code == code
    assert says in finding.message
