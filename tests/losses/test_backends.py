"""The same tests on every backend that is installed, and on several devices, each in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.losses import devices

pytestmark = [pytest.mark.train, pytest.mark.slow]

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BACKENDS = [
    backend
    for backend in ("tensorflow", "jax", "torch")
    if importlib.util.find_spec(backend) and backend != os.environ.get("KERAS_BACKEND")
]


def environment(backend: str, **more: str) -> dict[str, str]:
    path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(ROOT)]))
    return {**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": path, **more}


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_other_backends_agree(backend: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", str(HERE)],
        env=environment(backend),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:]
    assert " passed" in done.stdout


@pytest.mark.parametrize("backend", [b for b in ("tensorflow", "jax") if importlib.util.find_spec(b)])
def test_several_devices_train_like_one(backend: str) -> None:
    """Two replicas of ``MirroredStrategy``, four devices of ``DataParallel``: same weights, same logs."""
    several = "2" if backend == "tensorflow" else "4"
    running = [started(backend, count) for count in ("1", several)]
    alone, together = (finished(process) for process in running)
    assert (alone["devices"], together["devices"]) == (1, int(several))
    assert alone["trained"].keys() == together["trained"].keys() == devices.PROGRAMS.keys()
    for name, one in alone["trained"].items():
        other = together["trained"][name]
        for key, value in one["logs"].items():
            assert other["logs"][key] == pytest.approx(value, rel=1e-5), (name, key)
        assert other["weights"] == pytest.approx(one["weights"], abs=1e-6), name


def started(backend: str, count: str) -> subprocess.Popen[str]:
    """All programs, trained on so many devices."""
    return subprocess.Popen(
        [sys.executable, str(HERE / "devices.py"), count, ",".join(devices.PROGRAMS)],
        env=environment(backend, XLA_FLAGS=f"--xla_force_host_platform_device_count={count}"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What a process printed last."""
    told, errors = process.communicate()
    assert process.returncode == 0, errors[-4000:]
    result: dict[str, Any] = json.loads(told.splitlines()[-1])
    return result
