"""Runs the silent mispairings on other releases of Keras: versions enter, a table leaves.

    python -m tests.runtime.versions 3.5.0 3.6.0 3.14.0 [--record] [--folder PLACE]

Each version gets a virtual environment of its own, with a TensorFlow that it works with, made of names of
packages alone; one that is there already is used again. What happens is held against the record of that
version where there is one, and with ``--record`` replaces it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]

# The newest TensorFlow that each series of Keras trains with, and the NumPy that both accept.
SERIES = (
    (Version("3.5"), ["tensorflow-cpu==2.17.*", "numpy<2"]),
    (Version("3.8"), ["tensorflow-cpu==2.18.*", "numpy<2.1"]),
    (Version("4"), ["tensorflow-cpu==2.20.*"]),
)

ENVIRONMENT = {
    "KERAS_BACKEND": "tensorflow",
    "PYTHONPATH": str(ROOT),
    "CUDA_VISIBLE_DEVICES": "",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def requirements(version: str) -> list[str]:
    """The packages of an environment."""
    if version.startswith("2"):
        return [f"tf_keras=={version}", f"tensorflow-cpu=={version}", "packaging"]
    beside = next(names for below, names in SERIES if Version(version) < below)
    return [f"keras=={version}", *beside, "packaging"]


def environment(version: str, folder: Path) -> Path:
    """The Python of an environment, made where there is none."""
    place = folder / f"keras-{version}"
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    done = place / "complete"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(place)], check=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "-q", *requirements(version)], check=True, cwd=folder
        )
        done.touch()
    return python


def main() -> int:
    """The status says whether every version did as it should."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("versions", nargs="+")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--folder", type=Path, default=Path(".keras-versions"))
    given = parser.parse_args()
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    status = 0
    for version in given.versions:
        python = environment(version, folder)
        name = "tf_keras" if version.startswith("2") else "keras"
        options = ["--record"] if given.record else []
        sys.stdout.write(f"Keras {version}\n")
        sys.stdout.flush()
        done = subprocess.run(
            [str(python), "-m", "tests.runtime.silent", name, *options],
            cwd=ROOT,
            env={**os.environ, **ENVIRONMENT},
            stderr=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            sys.stdout.write(done.stderr.decode(errors="replace"))
        status = status or done.returncode
    return status


if __name__ == "__main__":
    sys.exit(main())
