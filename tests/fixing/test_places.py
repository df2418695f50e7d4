"""Where places of the old text are in the new one, held against counting characters."""

from __future__ import annotations

from hypothesis import assume, given, settings, strategies as st

from keraslint.findings import Location, Span
from keraslint.fixing.places import Shifts
from tests.fixing.sources import Case, cases


def location(at: tuple[int, int]) -> Location:
    """A place in the document of the edits."""
    return Location("x.py", Span(*at, *at))


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset."""
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1


def moved(case: Case, offset: int) -> int:
    """Where a character is after the edits; one that is replaced goes to where the new text begins."""
    shift = 0
    for begin, end, new in case.cuts:
        if begin <= offset < end:
            return begin + shift
        if end <= offset:
            shift += len(new) - (end - begin)
    return offset + shift


@given(cases("aé", ends=("\n",)), st.data())
@settings(deadline=None)
def test_a_place_goes_where_its_character_goes(case: Case, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(case.text)))
    after = case.expected(case.newlines)
    shifts = Shifts(case.edits("x.py"))
    assert shifts.moved(location(place(case.text, offset)))[2] == place(after, moved(case, offset))


@given(cases("aé", ends=("\n",)), st.data())
@settings(deadline=None)
def test_places_in_new_text_go_to_its_beginning(case: Case, data: st.DataObject) -> None:
    assume(case.cuts)
    after = case.expected(case.newlines)
    number = data.draw(st.integers(0, len(case.cuts) - 1))
    begin, _, new = case.cuts[number]
    first = begin + sum(len(new) - (end - start) for start, end, new in case.cuts[:number])
    inside = data.draw(st.integers(0, max(len(new) - 1, 0)))
    shifts = Shifts(case.edits("x.py"))
    assert shifts.settled(location(place(after, first + inside)))[2] == place(after, first)
    behind = location(place(after, len(after)))
    ends_there = case.cuts[-1][1] == len(case.text)
    assert ends_there or shifts.settled(behind)[2] == place(after, len(after))


def test_other_documents_and_cells_stay() -> None:
    edits = Case((("abc", "\n"), ("d", "")), ((0, 2, "x\ny\n"),)).edits("x.py", cell=2)
    shifts = Shifts(edits)
    for document, cell in (("y.py", 2), ("x.py", 1), ("x.py", None)):
        there = Location(document, Span(2, 1, 2, 2), cell)
        assert shifts.moved(there) == (document, cell, (2, 1))
    assert shifts.moved(Location("x.py", Span(2, 1, 2, 2), 2)) == ("x.py", 2, (4, 1))
