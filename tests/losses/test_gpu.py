"""Training on a GPU gives the weights and logs of training on the CPU, within float32 on other hardware."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.train, pytest.mark.gpu, pytest.mark.slow]

HERE = Path(__file__).parent
PROBES = {
    "jax": "import jax; print(jax.default_backend() == 'gpu')",
    "torch": "import torch; print(torch.cuda.is_available())",
    "tensorflow": "import tensorflow as tf; print(bool(tf.config.list_physical_devices('GPU')))",
}


BACKENDS = [name for name in PROBES if importlib.util.find_spec(name)]
FULL_PRECISION = {"NVIDIA_TF32_OVERRIDE": "0", "JAX_DEFAULT_MATMUL_PRECISION": "highest"}


def run(backend: str, *arguments: str, gpu: bool, **more: str) -> str:
    environment = {**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(HERE.parent.parent), **more}
    if gpu and not environment.get("CUDA_VISIBLE_DEVICES"):  # hidden by these tests, not chosen by anybody
        environment.pop("CUDA_VISIBLE_DEVICES", None)
    if not gpu:
        environment |= {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def trained(backend: str, *programs: str, gpu: bool) -> dict[str, Any]:
    """Weights, state of the loss and logs after some steps of each program."""
    told = run(backend, str(HERE / "devices.py"), "0", ",".join(programs), gpu=gpu, **FULL_PRECISION)
    result: dict[str, Any] = json.loads(told.splitlines()[-1])["trained"]
    return result


def skip_without_gpu(backend: str) -> None:
    if run(backend, "-c", PROBES[backend], gpu=True).split()[-1] != "True":
        pytest.skip(f"{backend} finds no GPU")


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_gpu_trains_like_the_cpu(backend: str) -> None:
    """The logs of the terms are those of the CPU, so each output met the same target and loss."""
    skip_without_gpu(backend)
    agree(*(trained(backend, "nested", "memory", gpu=gpu) for gpu in (False, True)))


def agree(on_cpu: dict[str, Any], on_gpu: dict[str, Any]) -> None:
    """Whether every program was trained alike."""
    assert on_gpu.keys() == on_cpu.keys()
    for name, one in on_cpu.items():
        other = on_gpu[name]
        assert other["logs"].keys() == one["logs"].keys()
        for key, value in one["logs"].items():
            assert other["logs"][key] == pytest.approx(value, rel=1e-4), (name, key)
        assert other["weights"] == pytest.approx(one["weights"], abs=1e-4), name


@pytest.mark.parametrize("backend", BACKENDS)
def test_steps_on_a_gpu_are_timed(backend: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints paired ratios of step times to native Keras; on a busy machine they may be anything."""
    skip_without_gpu(backend)
    told = run(backend, "-m", "tests.benchmarks.losses", "5", gpu=True)
    assert "losses.Model" in told
    with capsys.disabled():
        print(told)
