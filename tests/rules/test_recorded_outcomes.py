"""A rule that claims a difference between versions of Keras has a program that came to something else there.

``fixtures/conformance/older/outcomes.json`` says what each bad program of the fixtures came to on several
versions: the error that it raised and where, or what it trained, logged, returned and warned of.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from keraslint import pairing
from keraslint.engine import Settings, check
from keraslint.findings import Report, Severity
from keraslint.pairing.versions import Version
from tests.programs import FIXTURES, Program, read

RECORD: dict[str, dict[str, dict[str, Any]]] = json.loads(
    (FIXTURES / "conformance" / "older" / "outcomes.json").read_text(encoding="utf-8")
)
VERSIONS = tuple(sorted({pairing.parse(version) for each in RECORD.values() for version in each}))
JUDGED = tuple(Version(2, 15) if version.major < 3 else version for version in VERSIONS)
BAD = sorted(path.relative_to(FIXTURES).as_posix() for path in FIXTURES.glob("*/*/bad.py"))


@cache
def found_in(name: str) -> tuple[bool, ...]:
    """Whether anything is found in the program, version by version."""
    program: Program = read(FIXTURES / name)
    settings = Settings(select=("ALL", program.rule), severity=Severity.INFO, versions=JUDGED)
    outcomes = check([str(program.path)], settings)
    findings = [one for outcome in outcomes if isinstance(outcome, Report) for one in outcome.findings]
    return tuple(
        any(not one.versions or str(version) in one.versions for one in findings) for version in JUDGED
    )


def claims(name: str) -> bool:
    """Whether something is found for some versions of Keras 3 and not for others."""
    newer = {found for version, found in zip(JUDGED, found_in(name), strict=True) if version.major > 2}
    return len(newer) > 1


def boundaries(name: str) -> list[tuple[str, str]]:
    """The versions on both sides of each difference that is claimed for the program.

    Between Keras 2 and 3 they are claimed where something is found: many rules are asked about Keras 3 alone.
    """
    recorded = [
        (version, found)
        for version, found in zip(VERSIONS, found_in(name), strict=True)
        if str(version) in RECORD[name] and (found or version.major > 2)
    ]
    return [(str(one), str(other)) for (one, before), (other, after) in pairwise(recorded) if before != after]


@pytest.mark.parametrize("name", RECORD)
def test_what_is_found_in_one_version_alone_came_to_something_else_there(name: str) -> None:
    for one, other in boundaries(name):
        assert RECORD[name][one] != RECORD[name][other], (one, other)


def test_each_rule_that_claims_a_difference_has_a_program_that_shows_it() -> None:
    """A new program need not be recorded, but for the first that shows what its rule says of versions."""
    claiming = {name.partition("/")[0] for name in BAD if claims(name)}
    showing = {name.partition("/")[0] for name in RECORD if boundaries(name)}
    assert len(claiming) > 10
    assert claiming - showing == {"changed-between-versions"}  # about two versions by itself
