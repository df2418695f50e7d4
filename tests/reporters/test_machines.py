"""Formats for machines: each valid by its schema, and true about files, cells, fixes and what is silenced.

The schemas in this folder hold the parts that are written here; KERASLINT_SCHEMAS names a folder of others to
validate by, such as the full ones of the standards, under the same names.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from keraslint.findings import (
    Described,
    Edit,
    Finding,
    Fix,
    Location,
    Related,
    Report,
    Safety,
    Severity,
    Silenced,
    Span,
    Undecided,
)
from keraslint.reporters import FORMATS, render, summary
from keraslint.reporters.results import Results
from tests.reporters.test_reporters import CELL, FINDING, IN_CELL, PLACE, REPORTS

jsonschema = pytest.importorskip("jsonschema")
xmlschema = pytest.importorskip("xmlschema")

SCHEMAS = Path(os.environ.get("KERASLINT_SCHEMAS") or Path(__file__).parent / "schemas")
EVIL = "\033[2J\r\n%0A::error::\u202e]]></failure><script>alert(1)</script>|`*&\"'\udcff](1) {0}"
HOSTILE = Finding(
    "KER999",
    "evil",
    Severity.INFO,
    EVIL,
    Location(f"{EVIL}.py", PLACE.span),
    given=(EVIL,),
    related=(Related(PLACE, EVIL),),
    fixes=(Fix(EVIL, Safety.UNSAFE, (Edit(PLACE, EVIL),)),),
)
EVERYTHING = (
    *REPORTS,
    Report(
        "silenced.py",
        (replace(FINDING, identity="same"), replace(FINDING, identity="same")),
        silenced=(
            Silenced(replace(FINDING, identity="other"), "comment", "a reason"),
            Silenced(IN_CELL, "baseline"),
        ),
    ),
    Report(HOSTILE.location.document, (HOSTILE,), (Undecided(CELL, EVIL),)),
)
NOTHING: tuple[Report, ...] = ()
DESCRIBED = (Described("KER202", "list-loss-for-dict-outputs", Severity.ERROR, "A list.", "# A page\n"),)
EVERY = [
    pytest.param(Results(EVERYTHING, undecided=True, rules=DESCRIBED), id="everything"),
    pytest.param(Results(NOTHING), id="nothing"),
    pytest.param(Results((Report("clean.py"),)), id="clean"),
]


@pytest.mark.parametrize("results", EVERY)
def test_sarif_is_valid(results: Results) -> None:
    schema = json.loads((SCHEMAS / "sarif.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(json.loads(render("sarif", results)))


@pytest.mark.parametrize("results", EVERY)
def test_gitlab_is_valid(results: Results) -> None:
    schema = json.loads((SCHEMAS / "gitlab.json").read_text(encoding="utf-8"))
    rows = json.loads(render("gitlab", results))
    for row in rows:
        jsonschema.Draft7Validator(schema).validate(row)
    assert len({row["fingerprint"] for row in rows}) == len(rows) == len(results.findings)


@pytest.mark.parametrize("results", EVERY)
def test_junit_is_valid_and_counts(results: Results) -> None:
    text = render("junit", results)
    xmlschema.XMLSchema(str(SCHEMAS / "junit.xsd")).validate(text)
    suites = ET.fromstring(text)  # noqa: S314 (our own)
    assert int(suites.attrib["failures"]) == len(suites.findall(".//failure")) == len(results.findings)
    assert int(suites.attrib["tests"]) == len(suites.findall(".//testcase"))
    for suite in suites:
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase")) > 0
        assert int(suite.attrib["skipped"]) == len(suite.findall("testcase/skipped"))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("results", EVERY)
def test_every_format_is_printable_and_ends_its_last_line(form: str, results: Results) -> None:
    text = render(form, results)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert text.endswith("\n") or not text
    text.encode()


@pytest.mark.parametrize("form", ["json-lines", "github"])
def test_a_line_is_one_result(form: str) -> None:
    results = Results(EVERYTHING, undecided=True)
    count = len(results.findings) + len(results.open_sites)
    lines = render(form, results).splitlines()
    assert len(lines) == count
    if form == "json-lines":
        assert [json.loads(line) for line in lines] == json.loads(render("json", results))
    else:
        assert all(re.fullmatch(r"::(error|warning|notice) [^:]*::.*", line) for line in lines)


def rows() -> list[dict[str, Any]]:
    """The results of a SARIF log of everything."""
    found: list[dict[str, Any]] = json.loads(render("sarif", Results(EVERYTHING)))["runs"][0]["results"]
    return found


def test_sarif_says_where_what_and_how_to_fix_it() -> None:
    first, in_cell, *_ = rows()
    place = first["locations"][0]["physicalLocation"]
    assert (first["ruleId"], first["level"]) == ("KER202", "error")
    assert place["artifactLocation"] == {"uri": "train.py"}
    assert place["region"] == {"startLine": 12, "startColumn": 20, "endLine": 12, "endColumn": 34}
    assert first["message"]["text"].endswith("[where bidir] [with Keras 3.5, 3.6]")
    assert first["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 8
    ((change,),) = (fix["artifactChanges"] for fix in first["fixes"])
    assert change["replacements"][0]["insertedContent"] == {"text": "{}"}
    assert in_cell["locations"][0]["physicalLocation"]["region"] == {"startLine": 40}
    assert in_cell["locations"][0]["logicalLocations"][0]["name"] == "cell 3, line 2"


def test_a_fix_of_a_cell_is_no_edit_of_the_file() -> None:
    finding = replace(IN_CELL, fixes=(Fix("Name them", Safety.SAFE, (Edit(CELL, "{}"),)),))
    (row,) = json.loads(render("sarif", Results((Report("n.ipynb", (finding,)),))))["runs"][0]["results"]
    assert "fixes" not in row
    assert row["properties"]["fixes"][0]["edits"][0]["cell"] == 3


def test_sarif_tells_the_silenced_from_the_others() -> None:
    said = [row["suppressions"] for row in rows() if "suppressions" in row]
    assert said == [[{"kind": "inSource", "justification": "a reason"}], [{"kind": "external"}]]
    assert sum("suppressions" not in row for row in rows()) == len(Results(EVERYTHING).findings)


def test_a_fingerprint_holds_where_lines_move_and_tells_equals_apart() -> None:
    marks = [row["partialFingerprints"]["keraslint/v1"] for row in rows()]
    assert len(set(marks)) == len(marks)
    moved = replace(FINDING, location=replace(PLACE, span=Span(50, 1, 50, 9)))
    one, other = (
        json.loads(render("gitlab", Results((Report("train.py", (finding,)),))))[0]["fingerprint"]
        for finding in (FINDING, moved)
    )
    assert one == other


def test_rules_are_described_once_and_pointed_at() -> None:
    run = json.loads(render("sarif", Results(EVERYTHING, rules=DESCRIBED)))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert rules[0]["help"]["markdown"] == "# A page\n"
    assert all(rules[row["ruleIndex"]]["id"] == row["ruleId"] for row in run["results"])


@pytest.mark.parametrize(
    ("path", "uri"),
    [("a b/ä.py", "a%20b/%C3%A4.py"), ("/a:b.py", "file:///a%3Ab.py"), ("a:b.py", "a%3Ab.py")],
)
def test_a_path_is_a_uri(path: str, uri: str) -> None:
    finding = replace(FINDING, location=replace(PLACE, document=path))
    (row,) = json.loads(render("sarif", Results((Report(path, (finding,)),))))["runs"][0]["results"]
    assert row["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_github_escapes_what_it_would_obey() -> None:
    (line,) = render("github", Results((Report("x", (HOSTILE,)),))).splitlines()
    options, data = line.removeprefix("::notice ").split("::", 1)
    assert "%250A%3A%3Aerror%3A%3A" in options
    assert "%250A::error::" in data
    assert "\r" not in line


def test_github_names_the_line_of_the_file_and_the_cell() -> None:
    (line,) = render("github", Results((Report("train.ipynb", (IN_CELL,)),))).splitlines()
    assert line.startswith("::warning title=keraslint (KER202) cell 3%2C line 2,file=train.ipynb,line=40::")
    (line,) = render("github", Results((Report("train.py", (FINDING,)),))).splitlines()
    assert line.startswith(
        "::error title=keraslint (KER202),file=train.py,line=12,col=20,endLine=12,endColumn=34::"
    )


def test_a_summary_is_a_table_that_nothing_breaks_out_of() -> None:
    text = summary(Results(EVERYTHING))
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == 2 + len(Results(EVERYTHING).findings)
    assert all(line.count("|") == 4 for line in table)
    assert not re.search(r"[<`*]", "".join(table))
    many = Results((Report("a.py", (FINDING,) * 600),))
    assert "and 100 more" in summary(many)
    assert "| where" not in summary(Results((Report("clean.py"),)))


def test_junit_and_gitlab_name_the_line_of_the_file() -> None:
    results = Results((Report("train.ipynb", (IN_CELL,)),))
    assert "train.ipynb:cell 3:line 2:5 (line 40 of the file): KER202" in render("junit", results)
    (row,) = json.loads(render("gitlab", results))
    assert row["location"] == {"path": "train.ipynb", "lines": {"begin": 40, "end": 40}}
    assert row["description"].endswith("(cell 3, line 2)")
