"""The byte screen loses nothing: what is found with it is what is found without."""

from __future__ import annotations

from pathlib import Path

import pytest

from keraslint.engine import Settings, check
from keraslint.findings import Report, Severity
from keraslint.syntax import scout
from tests.corpus_screen import lost

ROOT = Path(__file__).parents[2]
PROGRAMS = ("fixtures", "tests/inference/cases", "tests/inference/quiet", "tests/inference/projects")


@pytest.mark.parametrize("folder", PROGRAMS)
def test_nothing_is_lost(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lost([folder]) == []


def test_a_screen_that_loses_something_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    case = ROOT / "fixtures" / "list-loss-for-dict-outputs"
    source = next(case.glob("*/bad.py")).read_bytes()
    Path("bad.py").write_bytes(source)
    monkeypatch.setattr(scout, "worth_reading", lambda _: False)
    found = check(["."], Settings(severity=Severity.INFO))
    assert not any(one.findings for one in found if isinstance(one, Report))
    assert lost(["."])
