"""The report on a crash: enough to see it again, and nothing of the user's words."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from keraslint.cli import main
from keraslint.documents import decode
from keraslint.engine import Settings, check_source
from keraslint.engine.crash_report import Disguise, vocabulary
from keraslint.findings import Report, Severity
from tests.programs import programs

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE = """\
'''What Acme does with its customers.'''
import keras
from acme.secrets import Turnover  # who pays what


def forecast(acme_customers, *, margin=0.37):
    turnover = keras.Input((3,), name="acme-turnover")
    outputs = {"zeta_margin": keras.layers.Dense(1)(turnover), "acme_churn": keras.layers.Dense(1)(turnover)}
    model = keras.Model(turnover, outputs)
    model.compile("sgd", loss=["mse", "mae"])
    print(f"call Acme: {acme_customers} at +41 5551234567")
    return model.fit(Turnover(b"acme"), verbose=0)
"""


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A rule that crashes on the program, saying something of it."""

    def placement(outputs: Any, *_: object) -> None:
        message = f"cannot do with {outputs.keys} of Acme"
        raise LookupError(message)

    monkeypatch.setattr("keraslint.rules.list_loss_for_dict_outputs.placement", placement)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "acme_forecast.py"
    path.write_text(PRIVATE)
    return path


def test_a_crash_is_written_down_without_the_users_words(
    crashing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", crashing.name, "--crash-report", "crash.json"]) == 2
    assert "crash.json holds what a report on this needs" in capsys.readouterr().err
    text = (crashing.parent / "crash.json").read_text()
    (crash,) = json.loads(text)["crashes"]
    assert crash["where"] == "list-loss-for-dict-outputs"
    assert crash["reproduces"] is True
    assert crash["suffix"] == ".py"
    assert 'File "keraslint/engine/judging.py"' in crash["traceback"]
    assert "LookupError: " in crash["traceback"]
    for secret in ("acme", "turnover", "zeta", "churn", "customers", "forecast", "5551234567", "pays"):
        assert secret not in text.lower(), secret
    assert str(crashing.parent) not in text
    names = [n.value for n in ast.walk(ast.parse(crash["program"])) if isinstance(n, ast.Constant)]
    assert "mse" in names


def test_the_source_is_in_it_where_that_is_asked_for(crashing: Path) -> None:
    assert main(["check", crashing.name, "--crash-report", "crash.json", "--crash-report-source"]) == 2
    (crash,) = json.loads((crashing.parent / "crash.json").read_text())["crashes"]
    assert crash["source"] == PRIVATE


def test_without_a_crash_nothing_is_written(crashing: Path) -> None:
    crashing.write_text("import keras\n")
    assert main(["check", crashing.name, "--crash-report", "crash.json"]) == 0
    assert not (crashing.parent / "crash.json").exists()


def test_what_does_not_parse_has_no_program(crashing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keraslint.syntax.scout.parse_document", lambda _: 1 / 0)
    crashing.write_text("import keras, acme(\n")
    assert main(["check", crashing.name, "--crash-report", "crash.json"]) == 2
    (crash,) = json.loads((crashing.parent / "crash.json").read_text())["crashes"]
    assert (crash["where"], crash["program"], crash["reproduces"]) == ("documents", None, False)


@pytest.mark.parametrize("arguments", [["--crash-report-source"]])
def test_the_source_alone_is_a_mistake(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", ".", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def codes(source: str) -> list[str]:
    """What is found in a program, in order."""
    outcomes = check_source("program.py", source.encode(), Settings(severity=Severity.INFO))
    return [finding.code for one in outcomes if isinstance(one, Report) for finding in one.findings]


# A log that is not there is one by its name alone.
DISGUISED = [one for one in programs("bad") if one.rule != "unknown-log"]


@pytest.mark.parametrize("program", DISGUISED, ids=lambda one: str(one.path.parent.name))
def test_a_disguised_program_has_the_same_findings(program: Any) -> None:
    """As far as findings do not speak of names alone, so would a crash come again."""
    document = decode("program.py", program.source.encode())
    source: str = getattr(document, "source", "")
    disguised = Disguise.of([source]).program(source)
    if disguised is None:
        assert codes(source)[:1] == ["KER001"]
    else:
        assert {*codes(disguised), "KER002"} == {*codes(source), "KER002"}  # comments are gone


@given(st.lists(st.text(alphabet="abzABZ", min_size=1, max_size=6), unique=True))
def test_words_keep_their_order(words: list[str]) -> None:
    disguise = Disguise.of(words)
    unknown = sorted(set(words) - vocabulary())
    assert [*disguise.words] == unknown
    assert [*disguise.words.values()] == sorted(set(disguise.words.values()))
