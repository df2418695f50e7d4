"""What works on which backend with which Keras, as the tests found it: the table in ``keraslint/losses``.

    python -m tests.losses.matrix BACKEND=PYTHON[:DIRECTORY...] ...

runs some of these tests with each interpreter (the directories, such as one with another Keras, go before
its own), puts the counts into ``matrix.json``, in place of those for the same Keras and backend, and renews
the table.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RECORDED = HERE / "matrix.json"
PAGE = ROOT / "keraslint" / "losses" / "README.md"
BEGIN, END = "<!-- matrix: python -m tests.losses.matrix -->\n", "<!-- end of matrix -->"
BACKENDS = ("tensorflow", "jax", "torch")

# A feature, and the tests that speak for it, by module::name[parameters]: a few of each; no others are run.
FEATURES = {
    "functional `losses.Model`, equal to a step by hand": r"by_hand\[(a tuple|one output|several.*)-ours",
    "nested outputs of a functional model": r"by_hand\[subtree and leaves-ours",
    "subclassed models, mixin": r"by_hand\[subtree and leaves-(our|mixed) subclass",
    "plain `keras.Model`": r"by_hand\[(subtree and leaves|the whole output)-plain\]",
    "equal to native nested losses, to the bit": r"training::test_trains_like_native.*a subtree",
    "terms in the logs, sample weights": r"logs::test_(metrics_of|logs_are.*keraslint.*one array)",
    "terms in the logs of a plain model, `log_terms`": r"logs::test_logs_are.*src.*a tree",
    "`steps_per_execution`": r"logs::test_logs_are.*keraslint.*steps_per_execution",
    "errors before the first step": r"errors::.*\[(unknown path|missing target|unlike shapes|index out.*)\]",
    "`explain`": r"explain::",
    "save and load": r"saving::test_a_loaded.*\[(ours|our subclass)\]",
    "`clone_model`, a second compile": r"saving::test_a_(clone.*0|second)",
    "regularizers, `add_loss`, `jit_compile`": r"kept::test_additional",
    "mixed precision": r"kept::test_mixed",
    "masks": r"kept::test_the_mask",
    "`MultiLoss`": r"several::test_parts",
    "`Where`, `Masked`": r"conditional::test_training",
    "losses of similarity": r"similarity::test_(queries|training.*one class)",
    "`CrossBatchMemory`": r"memory::test_(training|a_loaded.*model)",
    "schedules, uncertainty weights, weight averaging": r"weighting::test_trains.*\[(sch|unc|ave)",
    "PCGrad, GradNorm": r"surgery::test_(a_step_with|steps_with.*None)",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """As a plugin of pytest: leave out what speaks for no feature."""
    chosen = [
        item for item in items if any(re.search(each, identity(item.nodeid)) for each in FEATURES.values())
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def identity(name: str) -> str:
    """``module::name[parameters]`` of a test."""
    return name.rpartition("/test_")[2].replace(".py::", "::")


@dataclass(frozen=True)
class Environment:
    """An interpreter with a Keras and a backend."""

    backend: str
    python: str
    path: tuple[str, ...]

    def run(self, *arguments: str) -> str:
        """What the interpreter prints; a failure of its own is told, one of the tests is not."""
        environment = {**os.environ, "KERAS_BACKEND": self.backend, "CUDA_VISIBLE_DEVICES": ""}
        environment["PYTHONPATH"] = os.pathsep.join([*self.path, str(ROOT)])
        command = [self.python, *arguments]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode not in {0, 1}:
            raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
        return done.stdout

    def versions(self) -> tuple[str, str]:
        """The versions of Keras and of the backend."""
        program = f"import keras, {self.backend} as b; print(keras.__version__, b.__version__)"
        keras, backend = self.run("-c", program).split()[-2:]
        return keras, backend.partition("+")[0]

    def tested(self) -> dict[str, Any]:
        """For each feature how many tests passed and failed, and why others were skipped."""
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder, "report.xml")
            own = ["-p", "no:cacheprovider", "-p", "tests.losses.matrix", f"--junitxml={report}"]
            self.run("-m", "pytest", "-q", *own, str(HERE))
            cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 - pytest wrote it
        return {feature: counted(cases, re.compile(pattern)) for feature, pattern in FEATURES.items()}


def counted(cases: list[ET.Element], pattern: re.Pattern[str]) -> dict[str, Any]:
    """The outcomes of the tests that speak for a feature."""
    outcomes: dict[str, Any] = {"passed": 0, "failed": 0, "skipped": []}
    for case in cases:
        module = case.get("classname", "").rpartition(".test_")[2]
        if not pattern.search(f"{module}::{case.get('name')}"):
            continue
        skipped = case.find("skipped")
        if skipped is not None:
            outcomes["skipped"].append(skipped.get("message", ""))
        else:
            outcomes[
                "passed" if case.find("failure") is None and case.find("error") is None else "failed"
            ] += 1
    outcomes["skipped"] = sorted(set(outcomes["skipped"]))
    return outcomes


def verdict(outcomes: dict[str, Any]) -> str:
    """One word for a cell."""
    if outcomes["failed"]:
        return "fails"
    if outcomes["skipped"]:
        return "in part" if outcomes["passed"] else "no"
    return "yes" if outcomes["passed"] else "untested"


def cell(found: dict[str, str]) -> str:
    """The verdicts of the backends, told once where they agree."""
    if len(set(found.values())) == 1:
        return next(iter(found.values()))
    return ", ".join(f"{backend} {word}" for backend, word in found.items())


Runs = dict[str, dict[str, Any]]  # what was recorded with one Keras, by backend


def table(recorded: dict[str, Runs]) -> str:
    """The table in Markdown, and below it why a feature is not everywhere."""
    versions = sorted(recorded, key=lambda version: [int(part) for part in version.split(".")])
    rows = [["", *(f"Keras {version}" for version in versions)], ["---"] * (len(versions) + 1)]
    rows.append(["with", *(backends(recorded[version]) for version in versions)])
    for feature in FEATURES:
        found = (
            {backend: verdict(run["features"][feature]) for backend, run in recorded[version].items()}
            for version in versions
        )
        rows.append([feature, *map(cell, found)])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([*lines, "", *(f"- {line}" for line in reasons(recorded, versions))]) + "\n"


def backends(runs: Runs) -> str:
    """The backends with their versions."""
    return ", ".join(f"{backend} {runs[backend]['version']}" for backend in BACKENDS if backend in runs)


def reasons(recorded: dict[str, Runs], versions: list[str]) -> list[str]:
    """Why a test of a feature was skipped, and where."""
    places: dict[tuple[str, str], list[str]] = {}
    for version in versions:
        for backend, run in recorded[version].items():
            for feature, outcomes in run["features"].items():
                for reason in outcomes["skipped"]:
                    places.setdefault((feature, reason), []).append(f"{version} {backend}")
    return [f"{feature}: {reason} ({', '.join(where)})." for (feature, reason), where in places.items()]


def renewed(page: str, recorded: dict[str, Any]) -> str:
    """The page with the table of what is recorded."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{table(recorded)}\n{END}{rest.partition(END)[2]}"


def known() -> dict[str, Runs]:
    """What is recorded, by versions of Keras."""
    found: dict[str, Runs] = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}
    return found


def main(arguments: list[str]) -> None:
    """Run the tests in each environment and write down what they found."""
    for argument in arguments:
        backend, _, rest = argument.partition("=")
        python, *path = rest.split(":")
        environment = Environment(backend, python, tuple(path))
        keras, version = environment.versions()
        found: dict[str, Any] = {"version": version, "features": environment.tested()}
        recorded: dict[str, Runs] = known()
        recorded.setdefault(keras, {})[backend] = found
        RECORDED.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        words = [verdict(outcomes) for outcomes in found["features"].values()]
        print(f"Keras {keras}, {backend} {version}: {', '.join(words)}", flush=True)
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), known()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
