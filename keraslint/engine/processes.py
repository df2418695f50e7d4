"""Files enter, what each led to leaves, from several processes where that pays.

Each process has a project of its own: what a file leads to depends on its needs, not on who read them before.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

from keraslint.documents import read_bytes
from keraslint.engine.examining import examine
from keraslint.engine.run import Run
from keraslint.engine.worlds import World
from keraslint.inference import Project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keraslint.engine.examining import Examined
    from keraslint.engine.settings import Configured

WORTH_A_POOL = 600_000
"""Bytes to judge for each process: about half a second, many times what starting one takes."""

_runs: list[Run] = []
"""That of this process, if it is one that works for another."""


def available() -> int:
    """The processors that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return (os.cpu_count() or 1) if allowed is None else len(allowed(0))


def examined(paths: Sequence[str], run: Run, jobs: int) -> Iterator[tuple[str, Examined]]:
    """What each of the files led to, as it comes; a file that vanishes meanwhile led to nothing."""
    size = sum(run.sizes.get(path, 0) for path in paths)
    workers = min(jobs, size // WORTH_A_POOL, len(paths))
    rewriting = any(run.configured.at(path).style is not None for path in paths)
    left = dict.fromkeys(paths)
    if workers > 1 and not rewriting:
        for path, one in _from_workers(paths, run, workers):
            del left[path]
            if one is not None:
                yield path, one
    for path in left:
        one = _examined(path, run)
        if one is not None:
            yield path, one


def _examined(path: str, run: Run) -> Examined | None:
    data = run.read(path)
    return examine(path, data, run) if isinstance(data, bytes) else None


def _from_workers(paths: Sequence[str], run: Run, workers: int) -> Iterator[tuple[str, Examined | None]]:
    """The largest files first, so that none is waited for at the end; where workers die, the rest is left."""
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed  # noqa: PLC0415 (20 ms)
    from multiprocessing import get_context  # noqa: PLC0415 (as above)

    fork = sys.platform == "linux" and threading.active_count() == 1
    project = run.project
    known = run.configured, project.root, project.names, project.called
    pool = ProcessPoolExecutor(workers, get_context("fork" if fork else "spawn"), _begin, known)
    try:
        ordered = sorted(paths, key=lambda path: run.sizes.get(path, 0), reverse=True)
        waiting = {pool.submit(_work, path): path for path in ordered}
        for done in as_completed(waiting):
            yield waiting[done], done.result()
    except BrokenExecutor:
        return
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(
    configured: Configured, root: str, names: Sequence[str], called: dict[str, frozenset[str]]
) -> None:
    project = Project(root)
    for name in names:
        project.register(name)
    project.called.update(called)
    _runs.append(Run(configured, World(project), read_bytes))


def _work(path: str) -> Examined | None:
    return _examined(path, _runs[-1])
