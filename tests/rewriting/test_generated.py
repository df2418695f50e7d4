"""Generated programs in list style are written in dict style: what the text keeps, what is trained."""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from keraslint.engine import Settings
from keraslint.findings import Severity
from keraslint.fixing import Task
from tests.fixing.generated import Generated, programs
from tests.fixing.test_generated import comments, fix, fixed_as, result, written
from tests.rewriting.generated import listed

if TYPE_CHECKING:
    from keraslint.fixing import Fixed

DICT = Settings(severity=Severity.INFO, select=("KER901",), style="dict")


def styled(data: bytes) -> Fixed:
    """The rewrite to dict style of bytes that stand nowhere."""
    return fixed_as(Task(("generated.py",), DICT), data)


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
    after = check(source, styled(source.encode()))
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


def trained(tmp_path_factory: pytest.TempPathFactory, source: str) -> None:
    """Every weight stays, bit for bit; their order is that of the outputs, which is another in a dict.

    Where Keras itself raises (as on sample weights in a dict for outputs in a list) nothing is compared.
    """
    pytest.importorskip("tensorflow")
    from tests.witnesses.spy import run

    folder = tmp_path_factory.mktemp("generated")
    after = result(styled(source.encode()), source.encode())
    before = run(written(folder / "before.py", source.encode()), spied=False)
    assume(before.error is None)
    rewritten = run(written(folder / "after.py", after), spied=False)
    assert rewritten.error is None
    assert Counter(map(bytes, before.weights)) == Counter(map(bytes, rewritten.weights))


@pytest.mark.train
@given(listed())
@settings(max_examples=4, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
def test_what_is_trained(tmp_path_factory: pytest.TempPathFactory, source: str) -> None:
    trained(tmp_path_factory, source)


@pytest.mark.slow
@given(listed())
@settings(max_examples=30, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
def test_what_many_train(tmp_path_factory: pytest.TempPathFactory, source: str) -> None:
    trained(tmp_path_factory, source)
