"""What comments silence, and what is said of those that silence nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from keraslint.engine import Settings, check
from keraslint.findings import Report, Severity
from tests.engine.test_checking import CALL, HEAD, QUIET, findings, inside, outcomes

__all__ = ["inside"]


def said_of_comments(source: str, settings: Settings = QUIET) -> list[tuple[int, str]]:
    """Line and message of what is said of comments; the loud rule is KER901, the old one KER902."""
    settings = replace(settings, select=(*settings.select, "KER002"))
    return [
        (one.location.span.line, one.message) for one in findings(source, settings) if one.code == "KER002"
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a = 1  # keraslint: ignore[KER901]", "KER901 silences nothing on this line"),
        ("a = 1  # keraslint: ignore[KER901] why", "KER901 silences nothing on this line"),
        ("a = 1  # keraslint: ignore[loud-rule,KER902]", "loud-rule and KER902 silence nothing on this line"),
        ("model.compile()  # keraslint: ignore[KER901, KER902]", "KER902 silences nothing on this line"),
        ("a = 1  # noqa: E501, KER901", "KER901 silences nothing on this line"),
        ("# keraslint: ignore-file[KER902]", "KER902 silences nothing in this document"),
        (
            "a = 1  # keraslint: ignore[KER998]",
            "this silences nothing: no rule is called 'KER998'; the nearest",
        ),
        ("a = 1  # noqa: KER998", "silences nothing: no rule is called 'KER998'; the nearest is 'KER90"),
        ("a = 1  # keraslint: ignore[lou-rule]", "the nearest is 'loud-rule'"),
        ("a = 1  # keraslint: ignore[KER901, unused-ignore]", None),
        ("model.compile()  # keraslint: ignore[KER901]", None),
        ("# keraslint: ignore-file[KER901]", None),
        ("a = 1  # keraslint: ignore[KER904] not asked for", None),
        ("a = 1  # keraslint: ignore not all were asked for", None),
        ("a = 1  # noqa: E501", None),
        ("a = 1  # noqa: some-rule", None),
        ("unknown()  # keraslint: ignore[KER901] not judged", None),
        ('a = "# keraslint: ignore[KER901]"', None),
    ],
)
def test_what_silences_nothing_is_said(line: str, said: str | None) -> None:
    found = said_of_comments(f"{CALL}{line}\n")
    assert (len(found), said is None or said in found[0][1]) == (said is not None, True), found
    assert not said_of_comments(f"{CALL}{line}\n", replace(QUIET, ignore=("KER002",)))
    assert not said_of_comments(f"{CALL}{line}\n", replace(QUIET, per_file_ignores=(("*.py", ("KER002",)),)))


def test_a_bare_comment_silences_nothing_where_every_rule_was_asked() -> None:
    every = Settings(ignore=("KER903", "KER905"), severity=Severity.INFO)
    assert not said_of_comments(f"{CALL}a = 1  # keraslint: ignore\n", every)
    assert not said_of_comments(f"{HEAD}model.compile()  # keraslint: ignore\n", every)


@pytest.mark.parametrize(
    ("line", "without"),
    [
        ("a = 1  # keraslint: ignore[KER901] why", "a = 1\n"),
        ("a = 1  # keraslint: ignore[KER901] why # type: ignore", "a = 1  # type: ignore\n"),
        ("a = 1  # type: ignore # keraslint: ignore[KER901]", "a = 1  # type: ignore\n"),
        ("a = 1  # noqa: E501, KER901", "a = 1  # noqa: E501\n"),
        (
            "model.compile()  # keraslint: ignore[KER901,KER902] x",
            "model.compile()  # keraslint: ignore[KER901] x\n",
        ),
        ("  # keraslint: ignore[KER901]", ""),
    ],
)
def test_what_silences_nothing_can_be_removed(line: str, without: str) -> None:
    settings = replace(QUIET, select=(*QUIET.select, "KER002"))
    (finding,) = (one for one in findings(f"{CALL}{line}\nb = 2\n", settings) if one.code == "KER002")
    ((edit,),) = (fix.edits for fix in finding.fixes)
    span = edit.location.span
    lines = f"{CALL}{line}\nb = 2\n".splitlines(keepends=True)
    before = "".join(lines[: span.line - 1]) + lines[span.line - 1][: span.column - 1]
    after = lines[span.end_line - 1][span.end_column - 1 :] + "".join(lines[span.end_line :])
    assert before + edit.text + after == f"{CALL}{without}b = 2\n"


def test_a_comment_can_silence_what_is_said_of_it() -> None:
    assert not said_of_comments(f"{CALL}a = 1  # keraslint: ignore[KER901, KER002]\n")


def test_a_module_that_another_file_may_import_is_judged_with_it() -> None:
    Path("pyproject.toml").write_text("")
    source = f"{CALL}a = 1  # keraslint: ignore[KER901]\n"
    assert said_of_comments(source)
    for importing in ("from x import a", "import keras, x", "from . import (\n    x,\n)"):
        Path("other.py").write_text(importing)
        assert not said_of_comments(source)
        every = check(["."], replace(QUIET, select=("KER002",)))
        assert [len(one.findings) for one in every if isinstance(one, Report)] == [0, 0]
    Path("other.py").write_text("x = 1")
    assert said_of_comments(source)


def test_what_is_silenced_is_kept_with_the_reason() -> None:
    (report,) = outcomes(f"{HEAD}model.compile()  # keraslint: ignore[KER901] a reason\n")
    assert isinstance(report, Report)
    assert [(one.finding.code, one.by, one.reason) for one in report.silenced] == [
        ("KER901", "comment", "a reason")
    ]


def test_a_comment_in_a_notebook_has_its_cell() -> None:
    cells = [
        {"cell_type": "code", "source": [source]}
        for source in ("import keras\nmodel.compile()", "  a = 1  # keraslint: ignore[KER901]")
    ]
    settings = replace(QUIET, select=(*QUIET.select, "KER002"))
    (finding,) = (
        one for one in findings(json.dumps({"cells": cells}), settings, "n.ipynb") if one.code == "KER002"
    )
    assert (finding.location.cell, finding.location.span.line, finding.location.span.column) == (2, 1, 10)


@pytest.mark.parametrize(
    ("source", "silenced"),
    [
        (f"{HEAD}print 'x'  # keraslint: ignore[KER001] old\n", True),
        (f"{HEAD}print 'x'  # keraslint: ignore[does-not-parse]\n", True),
        (f"{HEAD}print 'x'  # noqa: KER001\n", True),
        (f"# keraslint: ignore-file[KER001] Python 2\n{HEAD}print 'x'\n", True),
        (f"{HEAD}print 'x'  # keraslint: ignore[KER901]\n", False),
        (f"{HEAD}# keraslint: ignore[KER001]\nprint 'x'\n", False),
        (f"{HEAD}print 'x'\n", False),
    ],
)
def test_a_file_that_does_not_parse_can_be_silenced(source: str, silenced: bool) -> None:
    (report,) = outcomes(source)
    assert isinstance(report, Report)
    assert [one.code for one in report.findings] == ([] if silenced else ["KER001"])
    assert [one.finding.code for one in report.silenced] == (["KER001"] if silenced else [])


def test_a_cell_that_does_not_parse_is_silenced_by_another_one() -> None:
    texts = ("# keraslint: ignore-file[KER001]", "a = = 1", "import keras\nmodel.compile()")
    cells = [{"cell_type": "code", "source": text} for text in texts]
    (report,) = outcomes(json.dumps({"cells": cells}), name="n.ipynb")
    assert isinstance(report, Report)
    assert [(one.code, one.location.cell) for one in report.findings] == [("KER901", 3)]
