"""From files to outcomes: what is judged, merged, placed, silenced and contained."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from keraslint.engine import Settings, check, check_source
from keraslint.engine.targets import targets
from keraslint.findings import Crashed, Finding, Outcome, Report, Severity, Skipped

HEAD = "import keras\n"
TF = "from tensorflow.keras import layers\n"
SET = "os.environ['TF_USE_LEGACY_KERAS'] = '1'\n"
CALL = HEAD + "model.compile()\n"
QUIET = Settings(select=("KER001", "KER901", "KER902"))


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def outcomes(source: str | bytes, settings: Settings = QUIET, name: str = "x.py") -> list[Outcome]:
    Path(name).write_bytes(source if isinstance(source, bytes) else source.encode())
    return check([name], settings)


def findings(source: str | bytes, settings: Settings = QUIET, name: str = "x.py") -> list[Finding]:
    return [
        one
        for report in outcomes(source, settings, name)
        if isinstance(report, Report)
        for one in report.findings
    ]


def test_a_call_is_found_where_it_stands() -> None:
    (finding,) = findings(CALL)
    assert (finding.code, finding.name, finding.message) == ("KER901", "loud-rule", "loud")
    assert (finding.location.document, finding.location.span.line) == ("x.py", 2)
    (report,) = outcomes(CALL)
    assert isinstance(report, Report)
    assert report.excerpts == ((finding.location, "model.compile()"),)


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        ("import keras\nprint model.compile\n", 2, "Python 2"),
        ("import keras\nif a:\n\tmodel.compile()\n        c\n", 4, "tabs"),
        (b"import keras; m.fit()\na = '\xe9'\n", 2, "not utf-8"),
        (b"import keras; m.fit()\n\0\n", 2, "NUL"),
    ],
)
def test_what_does_not_parse_is_a_finding_and_the_rest_goes_on(
    source: str | bytes, line: int, reason: str
) -> None:
    Path("good.py").write_text(CALL)
    assert [one.code for one in findings(CALL, name="a.py")] == ["KER901"]
    (failed,) = findings(source)
    assert (failed.code, failed.location.span.line, reason in failed.message) == ("KER001", line, True), (
        failed
    )
    codes = [
        one.code for report in check(["."], QUIET) if isinstance(report, Report) for one in report.findings
    ]
    assert codes == ["KER901", "KER901", "KER001"]


def test_a_walk_passes_over_what_holds_no_keras_and_a_name_does_not() -> None:
    Path("x.py").write_text("print 'x'\n")
    assert [report.findings for report in check(["."], QUIET) if isinstance(report, Report)] == [()]
    assert [one.code for one in findings("print 'x'\n")] == ["KER001"]


def test_a_rule_that_crashes_hides_nothing_and_is_named() -> None:
    found = outcomes(CALL, Settings(select=("KER901", "broken-rule")))
    (crash,) = (one for one in found if isinstance(one, Crashed))
    assert (crash.document, crash.rule) == ("x.py", "broken-rule")
    assert "broken on purpose" in crash.traceback
    assert [one.code for report in found if isinstance(report, Report) for one in report.findings] == [
        "KER901"
    ]


@pytest.mark.parametrize(("room", "break_"), [("inference", "find"), ("pairing", "verdict")])
def test_a_room_that_crashes_is_named(room: str, break_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"keraslint.sites.{break_}", lambda *_: 1 / 0)
    Path("a.py").write_text(CALL)
    crashes = [one for one in check(["a.py"], QUIET) if isinstance(one, Crashed)]
    assert [(one.document, one.rule) for one in crashes] == [("a.py", room)]


def test_a_place_that_libcst_does_not_confirm_is_a_defect() -> None:
    found = outcomes(CALL, Settings(select=("KER901", "KER905")))
    assert [(type(one), getattr(one, "rule", None)) for one in found] == [(Crashed, "concrete")]


def test_what_holds_for_some_versions_says_so() -> None:
    def versions(text: str) -> list[tuple[str, tuple[str, ...]]]:
        return [(one.code, one.versions) for one in findings(CALL, replace(QUIET, versions=targets([text])))]

    assert versions("3.15") == [("KER901", ())]
    assert versions("3.5") == [("KER901", ()), ("KER902", ())]
    assert versions("3.5,3.6,3.15") == [("KER901", ()), ("KER902", ("3.5", "3.6"))]


@pytest.mark.parametrize(
    ("cells", "legacy"),
    [
        (["%env TF_USE_LEGACY_KERAS=1\n", TF], True),
        (["%env TF_USE_LEGACY_KERAS = True\n" + TF], True),
        (["if keras:\n    %set_env TF_USE_LEGACY_KERAS 1\n", TF], True),
        (["env TF_USE_LEGACY_KERAS=1\n", TF], True),
        (["%env TF_USE_LEGACY_KERAS='1'\n", TF], False),  # the quotes are part of the value
        (["%env TF_USE_LEGACY_KERAS\n", TF], False),
        (["!export TF_USE_LEGACY_KERAS=1\n", TF], False),
        ([TF, "%env TF_USE_LEGACY_KERAS=1\n"], False),
    ],
)
def test_a_notebook_asks_for_tf_keras_by_magic(cells: list[str], legacy: bool) -> None:
    listed = [{"cell_type": "code", "source": cell} for cell in [*cells, "model.compile()\n"]]
    notebook = json.dumps({"cells": listed, "nbformat": 4})
    found = findings(notebook, replace(QUIET, versions=targets(["3.15"])), "n.ipynb")
    assert [one.code for one in found] == ["KER901", "KER902"][: 1 + legacy]


@pytest.mark.parametrize(
    ("head", "legacy"),
    [
        ("import tf_keras\n", True),
        ("    from tf_keras import layers\n", True),
        ("import tensorflow as tf, tf_keras as k\n", True),
        (f"{SET}import tensorflow as tf\ntf.keras.Input\n", True),
        (f"{SET}from tensorflow.keras import layers\n", True),
        (f"{SET}from tensorflow import keras\n", True),
        (f"import tensorflow as tf\n{SET}tf.keras.Input\n", True),
        (f"import tensorflow as tf\n{SET}from tensorflow.keras import layers\n", False),
        (f"{SET}import keras\n", False),
        (f"{SET}import tensorflow as tf\nimport keras\n", False),
        (f"os.environ.setdefault('TF_USE_LEGACY_KERAS', 'True')\n{TF}", True),
        (f"os.environ.update(TF_USE_LEGACY_KERAS='1')\n{TF}", True),
        (f"os.environ.update({{'A': 'b', 'TF_USE_LEGACY_KERAS': '1'}})\n{TF}", True),
        (f"os.putenv('TF_USE_LEGACY_KERAS', '1')\n{TF}", False),
        (f"subprocess.run(a, env={{'TF_USE_LEGACY_KERAS': '1'}})\n{TF}", False),
        (f"os.environ['TF_USE_LEGACY_KERAS'] = '0'\n{TF}", False),
        (f"# {SET}{TF}", False),
        ("from tensorflow import keras as tf_keras\n", False),
        ("import tensorflow.keras as tf_keras\n", False),
        ("import tf_keras_vis\n", False),
        ("", False),
    ],
)
def test_what_asks_for_tf_keras_is_judged_for_keras_2(head: str, legacy: bool) -> None:
    source = "import keras\nif keras:\n" + head if head.startswith(" ") else head
    source = source if "tensorflow" in source else f"{source}{HEAD}"
    found = findings(f"{source}model.compile()\n", replace(QUIET, versions=targets(["3.15"])))
    assert [one.code for one in found] == ["KER901", "KER902"][: 1 + legacy]


@pytest.mark.parametrize(
    ("conditions", "given"),
    [("'a', 'not a'", ()), ("'a', 'quiet'", ("a",)), ("'a', 'b', 'quiet'", ("a",)), ("", ())],
)
def test_what_holds_under_a_condition_says_so(conditions: str, given: tuple[str, ...]) -> None:
    (finding,) = findings(f"{HEAD}model.compile({conditions})\n")
    assert finding.given == given


@pytest.mark.parametrize(
    ("level", "codes"),
    [
        (Severity.INFO, ["KER901", "KER902", "KER904"]),
        (Severity.WARNING, ["KER901", "KER902"]),
        (Severity.ERROR, ["KER901"]),
    ],
)
def test_nothing_below_the_severity_is_reported(level: Severity, codes: list[str]) -> None:
    settings = Settings(ignore=("KER903", "KER905"), severity=level, versions=targets(["3.5"]))
    assert [one.code for one in findings(CALL, settings)] == codes


@pytest.mark.parametrize(
    ("comment", "silenced"),
    [
        ("# keraslint: ignore[KER901] because", True),
        ("# keraslint: ignore[loud-rule]", True),
        ("# keraslint: ignore[KER9]", True),
        ("# keraslint: ignore[KER101, KER901]", True),
        ("# keraslint: ignore", True),
        ("# type: ignore # keraslint:ignore[KER901]", True),
        ("# noqa: KER901", True),
        ("# noqa: E501, KER901", True),
        ("# noqa: E501 KER901 reason", True),
        ("# noqa: loud-rule", True),
        ("# keraslint: ignore[KER902]", False),
        ("# keraslint: ignore[]", False),
        ("# keraslint: ignore-lines", False),
        ("# noqa", False),
        ("# noqa: E501", False),
        ("# ignore[KER901]", False),
    ],
)
def test_a_comment_on_the_line_silences(comment: str, silenced: bool) -> None:
    assert bool(findings(f"{HEAD}model.compile()  {comment}\n")) is not silenced
    assert bool(findings(f"{HEAD}model.compile(\n    a,\n)  {comment}\n")) is not silenced
    assert findings(f"{HEAD}model.compile()\n{comment}\n"), "only on its own line"
    assert findings(f'{HEAD}model.compile(); a = "{comment}"\n'), "only as a comment"


@pytest.mark.parametrize(
    ("comment", "silenced"),
    [("# keraslint: ignore-file[KER901] why", True), ("# keraslint: ignore-file[KER902]", False)],
)
def test_a_comment_silences_for_the_whole_document(comment: str, silenced: bool) -> None:
    assert bool(findings(f"{CALL}\n\n{comment}\n")) is not silenced


@pytest.mark.parametrize(
    ("pattern", "silenced"),
    [("x.py", True), ("*.py", True), ("src/**", False), ("y.py", False), ("!x.py", False)],
)
def test_rules_are_ignored_file_by_file(pattern: str, silenced: bool) -> None:
    settings = replace(QUIET, per_file_ignores=((pattern, ("KER901",)),))
    assert bool(findings(CALL, settings, "x.py")) is not silenced


@pytest.mark.parametrize("pattern", ["tests", "tests/", "tests/**", "/tests/*.py", "**/x.py"])
def test_rules_are_ignored_for_a_directory(pattern: str) -> None:
    Path("tests").mkdir()
    settings = replace(QUIET, per_file_ignores=((pattern, ("KER901",)),))
    assert not findings(CALL, settings, "tests/x.py")
    assert findings(CALL, settings, "y.py")


def test_in_a_notebook_a_finding_has_its_cell_and_the_line_of_the_file() -> None:
    sources = [
        ["%matplotlib inline\n", "import keras"],
        ["# a\n", "  \n", "model.compile(\n", "  'a')"],
        ["  b = 1\n", "  model.compile()"],
    ]
    cells = [{"cell_type": "markdown", "source": ["x"]}]
    cells += [{"cell_type": "code", "source": source} for source in sources]
    data = json.dumps({"cells": cells}, indent=1)
    found = findings(data, name="n.ipynb")
    where = [
        (one.location.cell, one.location.span.line, one.location.span.column, one.location.raw_line)
        for one in found
    ]
    raw = data.split("\n")
    assert [place[:3] for place in where] == [(3, 3, 1), (4, 2, 3)]
    assert all("model.compile(" in raw[(place[3] or 0) - 1] for place in where)
    assert found[0].location.span.end_line == 4
    assert found[0].related[0].location == found[0].location
    (report,) = check(["n.ipynb"], QUIET)
    assert isinstance(report, Report)
    assert [text for _, text in report.excerpts] == ["model.compile(\n  'a')", "  model.compile()"]


def test_a_bad_cell_does_not_lose_the_notebook() -> None:
    cells = [
        {"cell_type": "code", "source": [source]} for source in ("import keras", "a = = 1", "model.compile()")
    ]
    found = findings(json.dumps({"cells": cells}), name="n.ipynb")
    assert [(one.code, one.location.cell, one.location.span.line) for one in found] == [
        ("KER001", 2, 1),
        ("KER901", 3, 1),
    ]


def test_undecided_sites_are_kept_with_their_reasons() -> None:
    (report,) = outcomes(HEAD + "a()\n")
    assert isinstance(report, Report)
    assert [(one.location.span.line, one.reason) for one in report.undecided] == [(2, "unknown")]


def test_what_cannot_be_opened_is_said_and_the_rest_goes_on(inside: Path) -> None:
    (inside / "a.py").symlink_to(inside / "nowhere")
    (inside / "b.py").write_text(CALL)
    found = check(["a.py", "b.py"], QUIET)
    assert [(one.document, one.reason) for one in found if isinstance(one, Skipped)] == [
        ("a.py", "no such file or directory")
    ]
    assert [len(one.findings) for one in found if isinstance(one, Report)] == [1]


def test_bytes_from_elsewhere_are_checked_under_their_name() -> None:
    (report,) = check_source("nowhere.py", CALL.encode(), QUIET)
    assert isinstance(report, Report)
    assert [one.location.document for one in report.findings] == ["nowhere.py"]
    assert report.excerpts
