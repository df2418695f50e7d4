"""A place in a line without end is shown with what is near it, and carets stand under it still."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from keraslint.findings import Finding, Location, Report, Severity, Span
from keraslint.reporters import render
from keraslint.reporters.cropping import CUT, MAX_LINE, cropped
from keraslint.reporters.results import Results


@given(st.integers(0, 2000), st.integers(0, 50), st.integers(0, 2000))
def test_the_place_stays_what_it_was(before: int, inside: int, after: int) -> None:
    line = "a" * before + "b" * inside + "c" * after
    shown, begin, end = cropped(line, before, before + inside)
    assert shown[begin:end] == "b" * inside
    assert len(shown) <= MAX_LINE + 2 * len(CUT)
    assert shown == line or CUT in shown


@pytest.mark.parametrize("form", ["full", "html"])
def test_reports_grow_with_the_findings_and_not_with_the_line(form: str) -> None:
    line = "x = 1; " * 5_000
    places = [Location("x.py", Span(1, 7 * at + 1, 1, 7 * at + 6)) for at in range(100)]
    found = [Finding("KER202", "n", Severity.ERROR, "m", place) for place in places]
    report = Report("x.py", tuple(found), excerpts=tuple((place, line) for place in places))
    assert len(render(form, Results((report,)))) < 100 * 3 * MAX_LINE + 100_000
