"""The same tests on every backend that is installed, and on several devices, each in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    "name", ["nested", "memory", "schedule,uncertainty,average,random,largest,surgery,norms"]
)
@pytest.mark.parametrize("backend", [b for b in ("tensorflow", "jax") if importlib.util.find_spec(b)])
def test_several_devices_train_like_one(backend: str, name: str) -> None:
    """Two replicas of ``MirroredStrategy``, four devices of ``DataParallel``: same weights, same logs."""
    results = [
        json.loads(
            subprocess.run(
                [sys.executable, str(HERE / "devices.py"), count, name],
                env=environment(backend, XLA_FLAGS=f"--xla_force_host_platform_device_count={count}"),
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=True,
            ).stdout.splitlines()[-1]
        )
        for count in ("1", "2" if backend == "tensorflow" else "4")
    ]
    assert results[0]["devices"] == 1 < results[1]["devices"]
    for key, value in results[0]["logs"].items():
        assert results[1]["logs"][key] == pytest.approx(value, rel=1e-5), key
    assert results[1]["weights"] == pytest.approx(results[0]["weights"], abs=1e-6)
