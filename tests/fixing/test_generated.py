"""Generated programs are fixed: what the text keeps, and what is trained before and after."""

from __future__ import annotations

import ast
import io
import json
import os
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings, strategies as st

from keraslint.engine import Settings
from keraslint.findings import Safety, Severity
from keraslint.fixing import Contents, Fixed, Task, fixed
from tests.fixing.generated import Generated, programs

if TYPE_CHECKING:
    from tests.programs import Program

EVERYTHING = Settings(severity=Severity.INFO)


def fix(data: bytes, *, unsafe: bool, name: str = "generated.py") -> Fixed:
    """The fixes of bytes that stand nowhere."""
    return fixed_as(Task((name,), EVERYTHING, unsafe=unsafe), data)


def fixed_as(task: Task, data: bytes) -> Fixed:
    """What a task makes of bytes under its first name."""
    return fixed(task, Contents({os.path.realpath(task.paths[0]): data}))


def result(done: Fixed, data: bytes) -> bytes:
    """The bytes after the fixes."""
    return done.changed[0].new if done.changed else data


def comments(source: str) -> list[str]:
    """All comments, in order."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def untouched(source: str) -> list[str]:
    """The statements that no fix of a pairing has a reason to change."""
    tree = ast.parse(source)
    kept = [node for node in tree.body if not ast.unparse(node).startswith(("model", "losses", "targets"))]
    return [ast.dump(node) for node in kept]


@given(programs(), st.booleans())
@settings(max_examples=25, deadline=None)
def test_a_fixed_program(program: Generated, unsafe: bool) -> None:
    """It parses, keeps its comments and other statements, has none of the findings, and stays as it is."""
    data = program.source.encode()
    done = fix(data, unsafe=unsafe)
    refused = [(one.fix, one.reason) for one in done.attempts if one.state == "refused" and one.fix]
    assert refused == []
    after = result(done, data)
    assert sorted(comments(after.decode())) == sorted(comments(program.source))
    assert untouched(after.decode()) == untouched(program.source)
    again = fix(after, unsafe=unsafe)
    assert again.changed == ()
    wanted = set(Safety) if unsafe else {Safety.SAFE}
    assert [one for one in again.remaining for at in one.fixes if at.safety in wanted] == []


@given(programs())
@settings(max_examples=6, deadline=None)
def test_line_ends_marks_and_cells_change_nothing(program: Generated) -> None:
    """The same program with other line ends, with a byte order mark, and in a notebook."""
    data = program.source.encode()
    after = result(fix(data, unsafe=False), data)
    windows = data.replace(b"\n", b"\r\n")
    assert result(fix(windows, unsafe=False), windows) == after.replace(b"\n", b"\r\n")
    marked = b"\xef\xbb\xbf" + data
    assert result(fix(marked, unsafe=False), marked) == b"\xef\xbb\xbf" + after
    book = notebook(program.source)
    read = json.loads(result(fix(book, unsafe=False, name="x.ipynb"), book))
    assert "\n\n".join("".join(cell["source"]) for cell in read["cells"]) == after.decode()


def notebook(source: str) -> bytes:
    """The program in cells, one for each paragraph."""
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": text.splitlines(keepends=True)}
        for text in source.split("\n\n")
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}, indent=1).encode()


@pytest.mark.train
@given(programs())
@settings(max_examples=5, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
def test_what_is_trained(tmp_path_factory: pytest.TempPathFactory, program: Generated) -> None:
    """Safe fixes keep every weight, bit for bit; unsafe ones pair what the program spells."""
    pytest.importorskip("tensorflow")
    from tests.witnesses.spelling import UnspelledError, built, spelled
    from tests.witnesses.spy import run
    from tests.witnesses.test_fixtures_train import same_weights

    folder = tmp_path_factory.mktemp("generated")
    data = program.source.encode()
    safe, unsafe = fix(data, unsafe=False), fix(data, unsafe=True)
    assume(safe.changed or unsafe.changed)
    before = run(written(folder / "before.py", data), spied=False)
    if safe.changed and before.error is None:
        after = run(written(folder / "safe.py", safe.changed[0].new), spied=False)
        assert after.error is None
        same_weights(before, after)
    changing = {one.fix.safety for one in unsafe.attempts if one.state == "applied" and one.fix}
    if before.error is None and Safety.UNSAFE in changing:
        ours = run(written(folder / "unsafe.py", unsafe.changed[0].new), spied=True)
        meant = run(written(folder / "before.py", data), spied=True)
        try:
            assert [built(one) for one in ours.trainings] == [spelled(one) for one in meant.trainings]
        except UnspelledError:
            assume(False)


def written(path: Path, data: bytes) -> Program:
    """A program to run, as the fixtures are."""
    from tests.programs import read

    path.write_bytes(data)
    return read.__wrapped__(path)
