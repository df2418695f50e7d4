"""Generated programs in list style are written in dict style: what the text keeps, what is trained."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from keraslint.engine import Settings
from keraslint.findings import Severity
from keraslint.fixing import Task
from tests.fixing.generated import Generated, programs
from tests.fixing.test_generated import comments, fix, fixed_as, result
from tests.rewriting.generated import listed

if TYPE_CHECKING:
    from pathlib import Path

    from keraslint.fixing import Fixed

DICT = Settings(severity=Severity.INFO, select=("KER901",), style="dict")


def styled(data: bytes) -> Fixed:
    """The rewrite to dict style of bytes that stand nowhere."""
    return fixed_as(Task(("generated.py",), DICT), data)


def is_mispaired(done: Fixed) -> bool:
    """Whether Keras pairs otherwise than written, so that the style would change what is trained.

    Loss weights in a dict, for one, go by the sorted keys where the losses stand in a list.
    """
    return any("stands at another place" in one.reason for one in done.attempts)


def check(source: str, done: Fixed) -> str:
    """What was made of a program: comments are kept, everything is named, doing it again changes nothing."""
    refused = [one.reason for one in done.attempts if one.state == "refused"]
    assert refused == []
    after = result(done, source.encode()).decode()
    assert sorted(comments(after)) == sorted(comments(source))
    assert styled(after.encode()).changed == ()
    return after


@given(listed())
@settings(max_examples=25, deadline=None)
def test_a_program_in_dict_style(source: str) -> None:
    done = styled(source.encode())
    assume(not is_mispaired(done))
    after = check(source, done)
    assert after != source
    nodes = ast.walk(ast.parse(after))
    lists = [node for node in nodes if isinstance(node, ast.keyword) and node.arg == "outputs"]
    assert not any(isinstance(node.value, ast.List | ast.Tuple) for node in lists)


@given(programs())
@settings(max_examples=15, deadline=None)
def test_style_after_fixes(program: Generated) -> None:
    """Mixed programs: first every fix, then the style; where Keras raises, that is the reason."""
    data = program.source.encode()
    data = result(fix(data, unsafe=True), data)
    done = styled(data)
    if dict(program.kinds)["outputs"] == "dict":
        assert done.changed == ()
    elif not any("raises" in one.reason for one in done.attempts):
        check(data.decode(), done)


def outcome(folder: Path, source: str) -> str:
    """``the same``, what the rewrite changes, or that the program is not rewritten or ``raises`` as it is.

    Keras raises, for one, on sample weights in a dict for outputs in a list.
    """
    from tests.rewriting.trained import difference, trained

    path = folder / "program.py"
    path.write_text(source, encoding="utf-8")
    try:
        before = trained(path)
    except Exception:  # noqa: BLE001 - whatever a program raises, it is not trained
        return "raises"
    done = styled(source.encode())
    if is_mispaired(done):
        return "mispaired"
    path.write_bytes(check(source, done).encode())
    return difference(before, trained(path)) or "the same"


@pytest.mark.train
@given(listed())
@settings(max_examples=4, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
def test_what_is_trained(tmp_path_factory: pytest.TempPathFactory, source: str) -> None:
    pytest.importorskip("tensorflow")
    said = outcome(tmp_path_factory.mktemp("generated"), source)
    assume(said not in {"raises", "mispaired"})
    assert said == "the same"


@pytest.mark.slow
@pytest.mark.train
def test_what_many_train() -> None:
    """More of them: ``python -m tests.rewriting``."""
    pytest.importorskip("tensorflow")
    from tests.rewriting.__main__ import outcomes

    assert outcomes(30, number=0)["the same"] == 30
