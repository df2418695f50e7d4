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
    environment.pop("CUDA_VISIBLE_DEVICES", None)
    if not gpu:
        environment |= {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def trained(backend: str, program: str, *, gpu: bool) -> dict[str, Any]:
    """Weights, state of the loss and logs after some steps."""
    told = run(backend, str(HERE / "devices.py"), "0", program, gpu=gpu, **FULL_PRECISION)
    result: dict[str, Any] = json.loads(told.splitlines()[-1])
    return result


def skip_without_gpu(backend: str) -> None:
    if run(backend, "-c", PROBES[backend], gpu=True).split()[-1] != "True":
        pytest.skip(f"{backend} finds no GPU")


@pytest.mark.parametrize("program", ["nested", "memory"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_gpu_trains_like_the_cpu(backend: str, program: str) -> None:
    """The logs of the terms are those of the CPU, so each output met the same target and loss."""
    skip_without_gpu(backend)
    on_cpu, on_gpu = (trained(backend, program, gpu=gpu) for gpu in (False, True))
    assert on_gpu["logs"].keys() == on_cpu["logs"].keys()
    for key, value in on_cpu["logs"].items():
        assert on_gpu["logs"][key] == pytest.approx(value, rel=1e-4), key
    assert on_gpu["weights"] == pytest.approx(on_cpu["weights"], abs=1e-4)


@pytest.mark.parametrize("backend", BACKENDS)
def test_steps_on_a_gpu_are_timed(backend: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints paired ratios of step times to native Keras; on a busy machine they may be anything."""
    skip_without_gpu(backend)
    told = run(backend, "-m", "tests.benchmarks.losses", "5", gpu=True)
    assert "losses.Model" in told
    with capsys.disabled():
        print(told)
