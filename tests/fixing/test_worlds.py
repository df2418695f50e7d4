"""What is known of a file, shared between who asks, says what is found out anew; and it is found out once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keraslint import sites
from keraslint.documents import read_bytes
from keraslint.documents.places import project_root
from keraslint.engine import Settings, check, worlds
from keraslint.engine.showing import show_each
from keraslint.engine.worlds import World
from keraslint.findings import Severity
from keraslint.fixing import Contents, Task, fixed
from keraslint.inference import Project

if TYPE_CHECKING:
    from keraslint.pairing import Verdict
    from keraslint.pairing.versions import Version
    from keraslint.sites import Inferred
    from keraslint.sites.model import TrainingSite
    from keraslint.syntax.scout import Parsed

FIXTURES = Path(__file__).parents[2] / "fixtures"
BAD = [str(next(iter(sorted(folder.glob("*/bad.*"))))) for folder in sorted(FIXTURES.glob("*-for-*-outputs"))]
EVERYTHING = Settings(severity=Severity.INFO)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often sites are found and paired."""
    counts: Counter[str] = Counter()
    find, verdict = sites.find, sites.verdict

    def finding(parsed: Parsed, project: Project) -> Inferred:
        counts["found"] += 1
        return find(parsed, project)

    def pairing(site: TrainingSite, version: Version) -> Verdict:
        counts["paired"] += 1
        return verdict(site, version)

    monkeypatch.setattr(sites, "find", finding)
    monkeypatch.setattr(sites, "verdict", pairing)
    return counts


def world(path: str) -> World:
    return World(Project(project_root([path]), read_bytes), remembers=True)


@pytest.mark.parametrize("path", BAD)
def test_what_is_shared_says_the_same(path: str) -> None:
    """The findings, the pictures, and the files with their fixes."""
    shared = world(path)
    for _ in range(2):
        assert check([path], EVERYTHING, world=shared) == check([path], EVERYTHING)
        assert show_each([path], EVERYTHING, world=shared) == show_each([path], EVERYTHING)
    task = Task((path,), EVERYTHING)
    alone, together = fixed(task), fixed(task, drawn=False, world=shared)
    assert together.changed == alone.changed
    assert together.remaining == alone.remaining
    assert [one.fix for one in together.attempts] == [
        one.fix for one in alone.attempts if one.state != "offered"
    ]


def test_a_fix_interprets_each_content_once(counted: Counter[str]) -> None:
    """The one before the fix, which was judged already, and the one after it."""
    path = str(FIXTURES / "list-loss-for-dict-outputs" / "tickets" / "bad.py")
    shared = world(path)
    check([path], EVERYTHING, world=shared)
    assert counted == {"found": 1, "paired": 1}
    assert fixed(Task((path,), EVERYTHING), drawn=False, world=shared).changed
    show_each([path], EVERYTHING, world=shared)
    assert counted == {"found": 2, "paired": 2}


def test_of_many_files_the_last_are_remembered(
    counted: Counter[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(worlds, "MAX_FILES", 2)
    monkeypatch.chdir(tmp_path)
    text = read_bytes(BAD[0])
    assert isinstance(text, bytes)
    shared = World(Project(str(tmp_path), Contents()), remembers=True)
    for name in "abca":
        Path(f"{name}.py").write_bytes(text)
        check([f"{name}.py"], EVERYTHING, world=shared)
    assert counted["found"] == 4
    check(["c.py"], EVERYTHING, world=shared)
    assert counted["found"] == 4
