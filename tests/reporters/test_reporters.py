"""Reports as text: golden lines for people, fields for machines, and nothing that a terminal could obey."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keraslint.findings import (
    Edit,
    Finding,
    Fix,
    Location,
    Related,
    Report,
    Safety,
    Severity,
    Span,
    Undecided,
)
from keraslint.reporters import FORMATS, render as render_results
from keraslint.reporters.results import Results
from keraslint.reporters.terminal import Paint, escape, width

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACE = Location("train.py", Span(12, 20, 12, 34))
OUTPUTS = Location("train.py", Span(8, 3, 9, 6))
CELL = Location("train.ipynb", Span(2, 5, 2, 9), cell=3, raw_line=40)
FINDING = Finding(
    code="KER202",
    name="list-loss-for-dict-outputs",
    severity=Severity.ERROR,
    message="Keras gives these losses to ['a', 'b'], not to ['b', 'a']",
    location=PLACE,
    given=("bidir",),
    versions=("3.5", "3.6"),
    related=(Related(OUTPUTS, "the outputs are declared here"),),
    fixes=(Fix("Name the outputs", Safety.SAFE, (Edit(PLACE, "{}"),)),),
)
IN_CELL = replace(
    FINDING, location=CELL, given=(), versions=(), related=(), fixes=(), severity=Severity.WARNING
)
UNSAFE = replace(FINDING, fixes=(replace(FINDING.fixes[0], safety=Safety.UNSAFE),))
REPORTS = (
    Report(
        "train.py",
        (FINDING,),
        (Undecided(PLACE, "a call of what is unknown"),),
        ((PLACE, "model.compile(loss=[mse, mae, abs], x=1)"), (OUTPUTS, "  {\n    }")),
    ),
    Report("train.ipynb", (IN_CELL,), (), ((CELL, "\té = 日本"),)),
    Report("clean.py"),
)
PLAIN = Paint()


def render(form: str, reports: Sequence[Report], paint: Paint, *, undecided: bool = False) -> str:
    return render_results(form, Results(reports, paint, undecided=undecided))


FULL = """\
error KER202 list-loss-for-dict-outputs: Keras gives these losses to ['a', 'b'], not to ['b', 'a']
  --> train.py:12:20
   |
12 | model.compile(loss=[mse, mae, abs], x=1)
   |                    ^^^^^^^^^^^^^^
   = note: the outputs are declared here
  --> train.py:8:3
   |
 8 |     {
   |  ___^
 9 | |     }
   | |_____^
   = where bidir
   = with Keras 3.5, 3.6
   = safe fix: Name the outputs

warning KER202 list-loss-for-dict-outputs: Keras gives these losses to ['a', 'b'], not to ['b', 'a']
 --> train.ipynb:cell 3:line 2:5
  |
2 |     é = 日本
  |        ^^^^^
"""

CONCISE = """\
train.py:12:20: KER202 [*] Keras gives these losses to ['a', 'b'], not to ['b', 'a'] \
[where bidir] [with Keras 3.5, 3.6]
train.ipynb:cell 3:line 2:5: KER202 Keras gives these losses to ['a', 'b'], not to ['b', 'a']
"""

FIXABLE = "[*] 1 fixable with `keraslint fix`.\n"
CLOSING = "Found 1 error, 1 warning in 3 files. 1 place not judged; --undecided lists them.\n" + FIXABLE


@pytest.mark.parametrize(
    ("form", "expected"), [("full", FULL + "\n" + CLOSING), ("concise", CONCISE + CLOSING)]
)
def test_people_read(form: str, expected: str) -> None:
    assert render(form, REPORTS, PLAIN) == expected


@pytest.mark.parametrize("form", ["full", "concise"])
def test_what_is_not_judged_is_listed_on_demand(form: str) -> None:
    text = render(form, REPORTS, PLAIN, undecided=True)
    assert "train.py:12:20: not judged: a call of what is unknown\n" in text
    assert text.endswith("1 place not judged.\n" + FIXABLE)


@pytest.mark.parametrize(
    ("reports", "closing"),
    [
        ((), "No findings in 0 files.\n"),
        ((Report("a.py"),), "No findings in 1 file.\n"),
        (
            (Report("a.py", (FINDING, FINDING)), Report("b.py")),
            "Found 2 errors in 2 files.\n[*] 2 fixable with `keraslint fix`.\n",
        ),
        (
            (Report("a.py", (UNSAFE, replace(UNSAFE, fixes=()))),),
            "Found 2 errors in 1 file.\n1 finding fixable with `keraslint fix --unsafe-fixes`.\n",
        ),
        (
            (Report("a.py", (UNSAFE, FINDING)),),
            "Found 2 errors in 1 file.\n[*] 1 fixable with `keraslint fix` (1 more with `--unsafe-fixes`).\n",
        ),
    ],
)
def test_the_closing_line_counts(reports: tuple[Report, ...], closing: str) -> None:
    assert render("concise", reports, PLAIN).endswith(closing)


def test_machines_read_the_fields_of_ruff() -> None:
    first, second, undecided = json.loads(render("json", REPORTS, PLAIN, undecided=True))
    assert first["code"] == "KER202"
    assert first["filename"] == "train.py"
    assert first["location"] == {"row": 12, "column": 20}
    assert first["end_location"] == {"row": 12, "column": 34}
    assert first["fix"]["applicability"] == "safe"
    assert first["fix"]["edits"][0]["content"] == "{}"
    assert first["related"][0]["location"] == {"row": 8, "column": 3}
    assert (first["given"], first["keras_versions"], first["cell"]) == (["bidir"], ["3.5", "3.6"], None)
    assert (second["cell"], second["raw_row"], second["fix"], second["severity"]) == (3, 40, None, "warning")
    assert (undecided["code"], undecided["message"]) == (None, "a call of what is unknown")
    assert len(json.loads(render("json", REPORTS, PLAIN))) == 2


@pytest.mark.parametrize("form", FORMATS)
def test_a_terminal_is_told_nothing_by_names(form: str) -> None:
    evil = "\033[2J\r\n\u202e\x07[red]\udcff"
    location = replace(PLACE, document=f"{evil}.py")
    finding = replace(
        FINDING,
        message=evil,
        location=location,
        given=(evil,),
        related=(Related(location, evil),),
        fixes=(Fix(evil, Safety.SAFE, ()),),
    )
    report = Report(
        location.document, (finding,), (Undecided(location, evil),), ((location, evil.replace("\n", "")),)
    )
    text = render(form, [report], PLAIN, undecided=True)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert form.startswith("json") or "x1b[2J" in text or "x1b&#91;2J" in text
    assert "[red]" in text


def test_colours_only_where_asked() -> None:
    for form in ("full", "concise"):
        assert "\033[" not in render(form, REPORTS, PLAIN)
        coloured = render(form, REPORTS, Paint(on=True))
        assert "\033[1;31m" in coloured
        assert coloured.count("\033[0m") * 2 == coloured.count("\033[")


def test_a_long_place_is_cut() -> None:
    lines = [f"line{number}" for number in range(1, 21)]
    location = Location("a.py", Span(1, 1, 20, 7))
    report = Report(
        "a.py", (replace(FINDING, location=location, related=()),), (), ((location, "\n".join(lines)),)
    )
    text = render("full", [report], PLAIN)
    shown = [line for line in lines if f" {line}\n" in text]
    assert shown == ["line1", "line2", "line3", "line4", "line20"]
    assert text.count("\n   | | ...\n") == 1


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("\t", 4), ("日本", 4), ("e\u0301", 1), ("\x1b", 4), ("", 0)]
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


def test_escape_keeps_what_can_be_shown() -> None:
    assert escape("Größe 日本 ['a']") == "Größe 日本 ['a']"
