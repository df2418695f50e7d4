"""What results were recorded with, and how often each verdict is among them: results enter a summary file."""

from __future__ import annotations

import json
import platform
from collections import Counter
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conformance.live import Live

Json = Any


def versions(live: Live, *, eager: bool) -> dict[str, Json]:
    """What the results depend on."""
    found: dict[str, Json] = {"keras": live.version, "backend": live.backend, "eager": eager}
    found["python"] = platform.python_version()
    for package in ("numpy", "jax", "tensorflow", "tensorflow-cpu", "torch", "optree"):
        with suppress(PackageNotFoundError):
            found[package.removesuffix("-cpu")] = version(package)
    return found


def summarize(path: Path, name: str, found: dict[str, Json], results: list[Json]) -> None:
    """Put the versions and the count of each verdict under the file's name into a summary."""
    summary = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    verdicts = Counter(result["verdict"] for result in results)
    summary[name] = {**found, "cases": len(results), "partial": False, **verdicts}
    path.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
