"""The ways in: ``keraslint run``, the callback, the plugin of pytest; and that a plugin costs nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from keraslint.runtime import MispairedError, callback, running
from tests.programs import FIXTURES

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
SWAPPED = FIXTURES / "example" / "train.py"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], str]:
    """Write a program and return its path."""

    def written(source: str) -> str:
        path = tmp_path / "program.py"
        path.write_text(source, encoding="utf-8")
        return str(path)

    return written


def test_program_sees_what_python_would_show_it(
    write: Callable[[str], str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "beside.py").write_text("NAME = 'beside'\n")
    path = write("import sys, beside\nprint(__name__, sys.argv, sys.path[0], beside.NAME, __file__)\n")
    before = list(sys.path), list(sys.argv)
    assert running.run(path, ["--epochs", "3"]) == 0
    shown = ["__main__", str([path, "--epochs", "3"]), str(tmp_path), "beside", path]
    assert capsys.readouterr().out == f"{' '.join(shown)}\n"
    assert (sys.path, sys.argv) == before
    assert sys.modules["__main__"] is not None


@pytest.mark.parametrize(
    ("source", "status", "said"),
    [
        ("raise SystemExit", 0, ""),
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit('no data')", 1, "no data\n"),
        ("import sys; sys.exit(0)", 0, ""),
        ("def f():\n    1 / 0\nf()", 1, "ZeroDivisionError: division by zero\n"),
        ("raise KeyboardInterrupt", 130, "KeyboardInterrupt\n"),
    ],
)
def test_status_is_the_programs_own(
    source: str,
    status: int,
    said: str,
    write: Callable[[str], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert running.run(write(source)) == status
    error = capsys.readouterr().err
    assert error.endswith(said)
    assert "runpy" not in error
    assert "keraslint" not in error.replace(str(ROOT), "")


def test_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "package" / "train.py").write_text("import sys\nsys.exit(len(sys.argv) + 4)\n")
    monkeypatch.chdir(tmp_path)
    assert running.run("package.train", ["one"], module=True) == 6


@pytest.mark.train
def test_a_finding_is_status_1_and_stands_in_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("keras")
    path = tmp_path / "report.json"
    assert running.run(str(SWAPPED), form="json", output=str(path)) == 1
    assert capsys.readouterr().out == ""
    reports = json.loads(path.read_text(encoding="utf-8"))["reports"]
    assert [report["call"] for report in reports] == ["compile", "fit"]
    [finding] = reports[1]["findings"]
    assert finding["code"] == "KER202"
    assert Path(finding["file"]) == SWAPPED.relative_to(Path.cwd()) or Path(finding["file"]) == SWAPPED
    assert [row["path"] for row in reports[1]["rows"]] == ["rooms", "price"]
    assert all(row["astray"] == ["loss"] for row in reports[1]["rows"])


@pytest.mark.train
def test_stopping_before_the_first_step(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("keras")
    assert running.run(str(SWAPPED), raise_on="error") == 1
    error = capsys.readouterr().err
    assert "KER202 list-loss-for-dict-outputs" in error
    assert "keraslint: stopped before compile at " in error
    assert "Traceback" not in error


@pytest.mark.train
def test_sees_the_first_step_and_steps_aside() -> None:
    pytest.importorskip("keras")
    from tests.runtime.models import HOUSES, X, compiled, houses

    model = compiled(houses(), loss=["mse", "mae"])
    seen = callback(print_fn=None)
    model.fit(X, HOUSES, verbose=0, callbacks=[seen])
    assert {one.code for one in seen.report.findings} == {"KER202"}
    assert "compute_loss" not in vars(model)


@pytest.mark.train
@pytest.mark.parametrize("eager", [True, False], ids=["eager", "traced"])
def test_raises_before_any_weight_has_changed(eager: bool) -> None:
    pytest.importorskip("keras")
    from tests.runtime.models import HOUSES, X, compiled, houses

    model = compiled(houses(), loss=["mse", "mae"], run_eagerly=eager)
    before = [value.copy() for value in model.get_weights()]
    with pytest.raises(MispairedError, match="KER202"):
        model.fit(X, HOUSES, verbose=0, callbacks=[callback("error", print_fn=None)])
    assert "compute_loss" not in vars(model)
    assert all((one == other).all() for one, other in zip(before, model.get_weights(), strict=True))


TESTS = """
import keras
import numpy as np

x = np.ones((4, 2))


def model():
    photo = keras.Input((2,))
    heads = {name: keras.layers.Dense(1, name=name)(photo) for name in ("rooms", "price")}
    return keras.Model(photo, heads)


def fitted(loss):
    made = model()
    made.compile("sgd", loss, run_eagerly=True)
    made.fit(x, {"rooms": x[:, :1], "price": x[:, :1]}, verbose=0)


def test_swapped():
    fitted(["mse", "mae"])


def test_named():
    fitted({"rooms": "mse", "price": "mae"})
"""


@pytest.mark.train
def test_a_finding_fails_its_test(tmp_path: Path) -> None:
    pytest.importorskip("keras")
    path = tmp_path / "test_training.py"
    path.write_text(TESTS, encoding="utf-8")
    plain = ["-q", "-p", "no:cacheprovider", "-c", str(tmp_path / "pytest.ini"), f"--rootdir={tmp_path}"]
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    seen = Outcomes()
    registered: list[Any] = [seen]
    installed = entry_points(group="pytest11", name="keraslint")
    loading = [] if installed else ["-p", "keraslint.runtime.plugin"]  # pytest takes no plugin twice
    options = [*plain, *loading, "--keraslint", str(path)]
    assert pytest.main(options, plugins=registered) == pytest.ExitCode.TESTS_FAILED
    assert seen.outcomes == {"test_swapped": "failed", "test_named": "passed"}


def test_costs_nothing_without_the_option() -> None:
    program = (
        "import sys, keraslint.runtime.plugin; "
        "print(sorted(name for name in sys.modules if name.startswith('keraslint.') "
        "or name in ('keras', 'numpy')))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "['keraslint.runtime', 'keraslint.runtime.plugin']\n"


@dataclass
class Outcomes:
    """A plugin that notes what each test came to."""

    outcomes: dict[str, str] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the call of a test."""
        if report.when == "call":
            self.outcomes[report.nodeid.rpartition("::")[2]] = report.outcome
