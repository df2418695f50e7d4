"""Rounds of fixes: what is made, what waits, what is refused and why, and that twice is once."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keraslint.engine import Settings, selection, showing
from keraslint.engine.targets import targets
from keraslint.findings import Edit, Finding, Fix, Location, Safety, Severity, Span
from keraslint.fixing import Contents, Task, difference, fixed, write
from keraslint.fixing.judged import State
from keraslint.rules import Registered, does_not_parse
from keraslint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keraslint.fixing import Fixed
    from keraslint.pairing import Verdict
    from keraslint.sites.model import TrainingSite

    Make = Callable[[Location], tuple[tuple[str, Safety, list[tuple[int, int, int, str]]], ...]]

PROGRAM = """\
import keras

i = keras.Input((2,))
z = keras.layers.Dense(1, name="z")(i)
a = keras.layers.Dense(1, name="a")(i)
model = keras.Model(i, {"z": z, "a": a})  # both heads
model.compile("sgd", loss=["mse", "mae"])
model.fit(x, {"z": y, "a": y})
"""
RULE = Rule("tests.found_rule", code="KER970", since="0.1.0", severity=Severity.ERROR)
LINE = 7
BEGIN, END = PROGRAM.splitlines()[LINE - 1].index("["), PROGRAM.splitlines()[LINE - 1].index("]") + 1


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def rule(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let one rule find the losses that are a list, with the fixes that a test gives it."""

    def use(*fixes: Callable[[Location], Fix], unfixed: str = "", more: tuple[Registered, ...] = ()) -> None:
        def check(site: TrainingSite, _: Verdict) -> Iterator[Finding]:
            part = site.compiled and site.compiled.loss
            if part is not None and getattr(getattr(part, "tree", None), "kind", "") == "list":
                assert hasattr(part, "location")
                made = tuple(fix(part.location) for fix in fixes)
                yield RULE.finding(part.location, "a list", fixes=made, unfixed=unfixed)

        rules = (
            Registered(does_not_parse.rule, does_not_parse.check, "."),
            Registered(RULE, check, "."),
            *more,
        )
        monkeypatch.setattr(selection, "registered", lambda: rules)

    return use


def replaced(text: str, safety: Safety = Safety.SAFE) -> Callable[[Location], Fix]:
    """A fix that writes something in place of what was found."""
    return lambda at: Fix(f"Write {text}", safety, (Edit(at, text),))


KEPT = replaced('{"a": "mse", "z": "mae"}')
MEANT = replaced('{"z": "mse", "a": "mae"}', Safety.UNSAFE)


def run(*paths: str, unsafe: bool = False, todo: bool = False, settings: Settings | None = None) -> Fixed:
    return fixed(Task(paths or (".",), settings or Settings(), unsafe=unsafe, todo=todo))


def states(done: Fixed) -> list[tuple[str, str]]:
    """What became of each fix, and why."""
    return [(one.state, one.reason) for one in done.attempts]


def program(name: str = "x.py", text: str = PROGRAM) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def test_a_safe_fix_is_made_and_the_other_offered(rule: Callable[..., None]) -> None:
    program()
    rule(KEPT, MEANT)
    done = run()
    assert [one.state for one in done.attempts] == ["applied", "offered"]
    assert done.changed[0].new.decode() == PROGRAM.replace('["mse", "mae"]', '{"a": "mse", "z": "mae"}')
    assert done.remaining == ()
    before, after, meant = (
        [row.loss.text for row in shown.rows]
        for shown in (*done.attempts[0].before, *done.attempts[0].after, *done.attempts[1].after)
    )
    assert (before, after) == (["[1] mae", "[0] mse"], ["z: mae", "a: mse"])
    assert meant == ["z: mse", "a: mae"]
    assert Path("x.py").read_text() == PROGRAM


def test_an_unsafe_fix_is_made_where_it_is_asked_for(rule: Callable[..., None]) -> None:
    program()
    rule(KEPT, MEANT)
    done = run(unsafe=True)
    assert [(one.state, one.fix and one.fix.safety) for one in done.attempts] == [("applied", Safety.UNSAFE)]
    assert b'{"z": "mse", "a": "mae"}' in done.changed[0].new


def test_a_safe_fix_serves_where_there_is_no_other(rule: Callable[..., None]) -> None:
    program()
    rule(KEPT)
    assert [one.state for one in run(unsafe=True).attempts] == ["applied"]


def insertion(line: int, column: int, text: str) -> Callable[[Location], Fix]:
    def make(at: Location) -> Fix:
        edit = Edit(replace(at, span=Span(line, column, line, column)), text)
        return Fix("Insert", Safety.SAFE, (*KEPT(at).edits, edit))

    return make


@pytest.mark.parametrize(
    ("fix", "reason"),
    [
        (replaced('{"a": "mse", "z": '), "KER001|would not parse"),
        (replaced('["mae", "mse"]'), "KER970 would still be found"),
        (replaced('{"z": "mse", "a": "mae"}'), "what is paired by fit at x.py:8 would change"),
        (replaced("unknown()"), "could not be read after it"),
        (insertion(8, 1, 'model.compile("sgd", loss=["mse", "mae"])\n'), "it would bring KER970 at x.py:8"),
        (insertion(8, 1, "model = None\n"), "would not be seen any more"),
        (insertion(90, 1, "pass\n"), "line 90, column 1, where nothing stands"),
        (
            lambda at: Fix("Elsewhere", Safety.SAFE, (Edit(replace(at, document="y.py"), "1"),)),
            "y.py, which is not among",
        ),
    ],
)
def test_a_fix_that_does_not_do_what_it_should_is_refused(
    fix: Callable[[Location], Fix], reason: str, rule: Callable[..., None]
) -> None:
    program()
    rule(fix)
    done = run("x.py")
    ((state, why),) = states(done)
    assert state == "refused"
    assert re.search(reason, why)
    assert done.changed == ()
    assert [one.code for one in done.remaining] == ["KER970"]


def test_a_fix_that_is_refused_does_not_keep_others_from_being_made(rule: Callable[..., None]) -> None:
    for number in range(5):
        program(f"{number}.py")
    broken = replaced('{"a": ')
    rule(lambda at: broken(at) if at.document == "3.py" else KEPT(at))
    done = run()
    assert [one.path for one in done.changed] == ["0.py", "1.py", "2.py", "4.py"]
    assert sorted(state for state, _ in states(done)) == ["applied"] * 4 + ["refused"]
    assert [one.location.document for one in done.remaining] == ["3.py"]


def test_of_fixes_that_touch_the_second_waits_for_the_next_round(rule: Callable[..., None]) -> None:
    """Two models take one list, so that each finding has the same edit."""
    program("x.py", PROGRAM + PROGRAM.partition("\n\n")[2])
    rule(lambda at: Fix("Name", Safety.SAFE, (*KEPT(at).edits, note(at.document))))
    done = run()
    assert [state for state, _ in states(done)] == ["applied", "applied"]
    text = done.changed[0].new.decode()
    assert text.startswith("# named\n# named\nimport keras\n")
    assert text.count('{"a": "mse", "z": "mae"}') == 2


def note(document: str) -> Edit:
    """An edit that every fix of a document makes at its beginning."""
    return Edit(Location(document, Span(1, 1, 1, 1)), "# named\n")


@pytest.mark.parametrize("comment", ["# keraslint: ignore[KER970]", "# noqa: KER970", "# keraslint: ignore"])
@pytest.mark.parametrize("where", [LINE, 1])
def test_what_is_ignored_is_not_fixed(comment: str, where: int, rule: Callable[..., None]) -> None:
    """Neither a finding that a comment silences, nor a fix that would edit a silenced line."""
    lines = PROGRAM.splitlines(keepends=True)
    lines[where - 1] = lines[where - 1].rstrip() + f"  {comment}\n"
    program("x.py", "".join(lines))
    rule(insertion(1, 1, "# named\n"))
    done = run()
    assert done.changed == ()
    assert states(done) == (
        [] if where == LINE else [("refused", "it would change x.py:1, where KER970 is ignored")]
    )


def test_rules_that_are_not_selected_are_not_fixed_but_watched(rule: Callable[..., None]) -> None:
    other = Rule("tests.other_rule", code="KER971", since="0.1.0")

    def check(site: TrainingSite, _: Verdict) -> Iterator[Finding]:
        part = site.compiled and site.compiled.loss
        if part is not None and getattr(getattr(part, "tree", None), "kind", "") == "dict":
            yield other.finding(site.model, "a dict")

    program()
    rule(KEPT, more=(Registered(other, check, "."),))
    assert run(settings=Settings(select=("KER001",))).attempts == ()
    ((state, why),) = states(run(settings=Settings(select=("KER970",))))
    assert (state, "it would bring KER971" in why) == ("refused", True)


def test_one_fix_may_change_several_files_and_notebooks(rule: Callable[..., None]) -> None:
    program("x.py")
    program("lib/y.py", "a = 1\n")
    cell = {"cell_type": "code", "source": ["b = 2\n", "c = 3"], "outputs": [], "metadata": {}}
    program("z.ipynb", json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}, indent=1))
    others = (
        Edit(Location("lib/y.py", Span(1, 5, 1, 6)), "'é'"),
        Edit(Location("z.ipynb", Span(2, 5, 2, 6), cell=1), "4"),
    )
    rule(lambda at: Fix("All", Safety.SAFE, (*KEPT(at).edits, *others)))
    done = run()
    assert sorted(one.path for one in done.changed) == ["lib/y.py", "x.py", "z.ipynb"]
    write(done.changed, ["."])
    assert Path("lib/y.py").read_text(encoding="utf-8") == "a = 'é'\n"
    assert '"c = 4"' in Path("z.ipynb").read_text()
    diffs = {one.path: difference(one) for one in done.changed}
    assert "--- a/z.ipynb:cell 1\n+++ b/z.ipynb:cell 1\n@@ -1,2 +1,2 @@\n b = 2\n-c = 3\n" in diffs["z.ipynb"]
    assert run().changed == ()


def test_all_or_nothing_over_files(rule: Callable[..., None]) -> None:
    program("x.py")
    program("y.py", "a = 1\n")
    bad = Edit(Location("y.py", Span(1, 5, 1, 6)), "(")
    rule(lambda at: Fix("Both", Safety.SAFE, (*KEPT(at).edits, bad)))
    done = run()
    assert [state for state, _ in states(done)] == ["refused"]
    assert done.changed == ()


def test_a_file_that_is_changed_while_it_is_judged_is_not_fixed(rule: Callable[..., None]) -> None:
    """The second finding of a round is made when the file is not any more what the edits were made for."""
    program()

    def fix(at: Location) -> Fix:
        program("x.py", "# mine\n" + PROGRAM)
        return KEPT(at)

    rule(fix)
    done = run("x.py")
    assert states(done) == [("refused", "x.py was changed while it was looked at")]
    assert done.changed == ()


def test_what_another_file_trains_counts(rule: Callable[..., None]) -> None:
    """The model is in one file, its training in another, which imports the first through a third."""
    head, _, tail = PROGRAM.rpartition("model.fit")
    program("nets/net.py", head)
    program("nets/__init__.py", "from nets.net import (\n    model,\n)\n")
    program("train.py", f"from nets import model\n\nmodel.fit{tail}")
    rule(replaced('{"z": "mse", "a": "mae"}'))
    assert [state for state, _ in states(run())] == ["refused"]
    rule(KEPT)
    (made,) = run().attempts
    assert made.state == "applied"
    for shown in (made.before, made.after):
        assert "fit at train.py:3" in [
            f"{one.call} at {one.location.document}:{one.location.span.line}" for one in shown
        ]


def test_a_file_with_two_names_is_fixed_once(inside: Path, rule: Callable[..., None]) -> None:
    program("x.py")
    (inside / "y.py").symlink_to("x.py")
    rule(KEPT)
    done = run()
    assert [(one.path, one.real) for one in done.changed] == [("x.py", str(inside.resolve() / "x.py"))]
    assert len(done.attempts) == 1


def test_a_comment_is_left_where_nothing_is_fixed(rule: Callable[..., None]) -> None:
    program("x.py", PROGRAM.replace("model.compile(", "if i:\n    model.compile(\n        "))
    rule(unfixed="the outputs\nescape")
    done = run(todo=True)
    comment = "    # TODO(keraslint): KER970 is not fixed: the outputs escape\n    model.compile(\n"
    assert comment in done.changed[0].new.decode()
    write(done.changed, ["."])
    assert run(todo=True).changed == ()
    assert run(todo=True).attempts[0].reason == "the outputs\nescape"


def test_comments_in_notebooks(rule: Callable[..., None]) -> None:
    lines = PROGRAM.splitlines(keepends=True)
    cells = [
        {"cell_type": "code", "source": ["%matplotlib inline\n", *lines[:6]]},
        {"cell_type": "code", "source": ["  " + line for line in lines[6:]]},
    ]
    program("x.ipynb", json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}, indent=1))
    rule(unfixed="no")
    done = run(todo=True)
    content = json.loads(done.changed[0].new)
    assert content["cells"][1]["source"][:2] == [
        "  # TODO(keraslint): KER970 is not fixed: no\n", '  model.compile("sgd", loss=["mse", "mae"])\n',
    ]  # fmt: skip


def test_findings_in_cells_are_fixed(rule: Callable[..., None]) -> None:
    lines = PROGRAM.splitlines(keepends=True)
    cells = [
        {"cell_type": "code", "source": ["%matplotlib inline\n", *lines[:6]]},
        {"cell_type": "markdown", "source": "text"},
        {"cell_type": "code", "source": "".join("  " + line for line in lines[6:])},
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}, indent=1)
    program("x.ipynb", text)
    rule(replaced('{\n    "a": "mse",\n    "z": "mae"}'))
    (change,) = run().changed
    escaped = json.dumps('{\n      "a": "mse",\n      "z": "mae"}')[1:-1]
    assert change.new.decode() == text.replace('[\\"mse\\", \\"mae\\"]', escaped)


def test_a_file_that_cannot_be_read_is_said(inside: Path, rule: Callable[..., None]) -> None:
    program()
    (inside / "gone.py").symlink_to("nowhere.py")
    rule(KEPT)
    done = run("x.py", "gone.py")
    assert [one.document for one in done.others] == ["gone.py"]
    assert [one.path for one in done.changed] == ["x.py"]


def test_files_are_asked_about_together_as_they_were_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a file leads to depends on the functions of others that it calls."""
    asked: list[frozenset[str]] = []

    def show_each(*_: object, only: frozenset[str], world: object) -> dict[str, list[object]]:
        assert world is None
        asked.append(only)
        return {}

    monkeypatch.setattr(showing, "show_each", show_each)
    before, after = (State(Task((".",), Settings()), Contents(), (), ()) for _ in range(2))
    before.shown(["a", "b"])
    before.shown(["a", "c"])
    after.shown(["b", "d"], before)
    assert asked == [{"a", "b"}, {"c"}, {"a", "b"}, {"d"}]


SORTED_IN_3_5 = """\
import keras
i = keras.Input((2,))
model = keras.Model(i, [keras.layers.Dense(1, name="z")(i), keras.layers.Dense(1, name="a")(i)])
model.compile("sgd", loss={"z": "mse", "a": "mae"})
model.fit(x, [y, y])
"""


@pytest.mark.parametrize(
    ("versions", "made"),
    [
        ("3.5,3.6", [("applied", Safety.SAFE), ("offered", Safety.UNSAFE)]),
        ("3.5,3.15", [("offered", Safety.UNSAFE)]),
        ("3.15", []),
    ],
)
def test_nothing_keeps_what_two_versions_train_differently(
    versions: str, made: list[tuple[str, Safety]]
) -> None:
    program(text=SORTED_IN_3_5)
    done = run(settings=Settings(select=("KER205",), versions=targets([versions])))
    assert [(one.state, one.fix and one.fix.safety) for one in done.attempts] == made
