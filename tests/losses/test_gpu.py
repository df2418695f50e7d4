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


def run(backend: str, *arguments: str, gpu: bool) -> str:
    environment = {**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(HERE.parent.parent)}
    environment.pop("CUDA_VISIBLE_DEVICES", None)
    if not gpu:
        environment |= {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def trained(backend: str, *, gpu: bool) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(
        run(backend, str(HERE / "devices.py"), "0", "nested", gpu=gpu).splitlines()[-1]
    )
    return result


@pytest.mark.parametrize("backend", [name for name in PROBES if importlib.util.find_spec(name)])
def test_a_gpu_trains_like_the_cpu(backend: str) -> None:
    if run(backend, "-c", PROBES[backend], gpu=True).split()[-1] != "True":
        pytest.skip(f"{backend} finds no GPU")
    on_cpu, on_gpu = (trained(backend, gpu=gpu) for gpu in (False, True))
    assert on_gpu["weights"] == pytest.approx(on_cpu["weights"], abs=1e-3)
    assert on_gpu["logs"] == pytest.approx(on_cpu["logs"], rel=1e-3)
