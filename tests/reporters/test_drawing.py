"""Pictures of pairings: each line can be followed, and crosses others without lying on them."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given, strategies as st

from keraslint.findings import Entry, Location, Row, Shown, Span
from keraslint.reporters.drawing import course, draw
from keraslint.reporters.pairing import Line, picture
from keraslint.reporters.terminal import Paint

PLACE = Location("a.py", Span(1, 1, 1, 2))
ORDERS = st.integers(1, 9).flatmap(lambda count: st.permutations(range(count)))


def shown(losses: list[int], targets: list[int] | None = None) -> Shown:
    """A site whose head h gets the loss that was written for head losses[h]."""
    rows = [
        Row(
            output=f"o{head}",
            layer=f"o{head}",
            target=Entry(f"y{at}", at != head, (f"y{at}",), (at,)),
            loss=Entry(f"[{loss}] l{loss}", loss != head, (f"l{loss}",), (loss,)),
            weight=Entry(""),
            metrics=Entry(""),
            sample_weight=Entry(""),
            paired_by="position",
        )
        for head, (loss, at) in enumerate(zip(losses, targets or range(len(losses)), strict=True))
    ]
    return Shown(PLACE, "fit", rows=tuple(rows))


@given(ORDERS)
def test_lines_lead_where_the_pairing_does(order: list[int]) -> None:
    made = picture(shown(order))
    assert [(line.begin, line.end) for line in made.to_losses] == list(enumerate(order))
    assert [(line.begin, line.end) for line in made.to_targets] == [
        (at, head) for head, at in enumerate(order)
    ]
    assert [label.text for label in made.losses] == [f"l{row}" for row in range(len(order))]
    assert made.crossed is (list(order) != sorted(order))


@given(ORDERS)
def test_no_two_lines_lie_on_each_other(order: list[int]) -> None:
    lines = [Line(head, at, head != at) for head, at in enumerate(order)]
    span = max(abs(line.begin - line.end) for line in lines) * 2 + 4
    courses = [[place for place, _ in course(line, 2, span)] for line in lines]
    for way in courses:
        assert all(abs(one[0] - other[0]) <= 1 and other[1] == one[1] + 1 for one, other in pairwise(way))
        assert (way[0][1], way[-1][1]) == (0, span - 1)
    shared = Counter(step for way in courses for step in pairwise(way))
    assert max(shared.values()) == 1


@given(ORDERS)
def test_the_columns_stand_below_each_other(order: list[int]) -> None:
    header, *lines = draw(picture(shown(order)), Paint())
    for row in range(len(order)):
        line = lines[row * (2 if list(order) != sorted(order) else 1)]
        for sign in ("o", "l", "y"):
            assert line.index(f"{sign}{row}") == header.index({"o": "out", "l": "loss", "y": "tar"}[sign])


def test_one_entry_for_several_heads_is_drawn_straight() -> None:
    made = picture(shown([0, 0, 0], [0, 1, 2]))
    assert [(line.begin, line.end) for line in made.to_losses] == [(0, 0), (1, 1), (2, 2)]


def test_a_head_without_a_loss_has_no_line() -> None:
    site = shown([0])
    (row,) = site.rows
    empty = Row(row.output, row.layer, row.target, Entry(""), Entry(""), Entry(""), Entry(""), "not trained")
    made = picture(Shown(PLACE, "fit", rows=(empty,)))
    assert (made.to_losses, made.to_targets) == ((), ())
    assert [label.text for label in made.targets] == ["y0"]
