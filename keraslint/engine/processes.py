"""Files enter, what each led to leaves, from several processes where that pays.

Each process has a project of its own: what a file leads to depends on its needs, not on who read them before.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, final

from keraslint.documents import read_bytes
from keraslint.engine.examining import examine
from keraslint.engine.run import Run
from keraslint.engine.worlds import World
from keraslint.inference import Project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import ProcessPoolExecutor

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


@final
class Workers:
    """What examines files for a run: processes, begun where that pays and kept to its end, else this one."""

    def __init__(self, run: Run, jobs: int = 1) -> None:
        """There are to be at most so many ``jobs`` at once."""
        self._run, self._jobs = run, jobs
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        """No process is begun yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes, at work or not."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def examined(self, paths: Sequence[str]) -> Iterator[tuple[str, Examined]]:
        """What each of the files led to, as it comes; a file that vanishes meanwhile led to nothing."""
        left = dict.fromkeys(paths)
        for path, one in self._from_pool(paths):
            del left[path]
            if one is not None:
                yield path, one
        for path in left:
            one = _examined(path, self._run)
            if one is not None:
                yield path, one

    def _from_pool(self, paths: Sequence[str]) -> Iterator[tuple[str, Examined | None]]:
        """The largest files first, so that none is waited for at the end; where they die, some are left."""
        from concurrent.futures import BrokenExecutor, as_completed  # noqa: PLC0415 (20 ms)

        pool = self._begun(paths)
        if pool is None:
            return
        called = self._run.project.called
        ordered = sorted(paths, key=lambda path: self._run.sizes.get(path, 0), reverse=True)
        try:
            waiting = {pool.submit(_work, path, called.get(path, frozenset())): path for path in ordered}
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        except BrokenExecutor:
            self._jobs, self._pool = 1, None

    def _begun(self, paths: Sequence[str]) -> ProcessPoolExecutor | None:
        """The pool, if it pays to have one for these files."""
        if any(self._run.configured.at(path).style is not None for path in paths):
            return None
        if self._pool is not None:
            return self._pool if len(paths) > 1 else None
        size = sum(self._run.sizes.get(path, 0) for path in paths)
        workers = min(self._jobs, size // WORTH_A_POOL, len(paths))
        if workers > 1:
            self._pool = _pool(self._run, workers)
        return self._pool


def _pool(run: Run, workers: int) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 (20 ms)
    from multiprocessing import get_context  # noqa: PLC0415 (as above)

    fork = sys.platform == "linux" and threading.active_count() == 1
    known = run.configured, run.project.root, run.project.names
    return ProcessPoolExecutor(workers, get_context("fork" if fork else "spawn"), _begin, known)


def _examined(path: str, run: Run) -> Examined | None:
    data = run.read(path)
    return examine(path, data, run) if isinstance(data, bytes) else None


def _begin(configured: Configured, root: str, names: Sequence[str]) -> None:
    project = Project(root)
    for name in names:
        project.register(name)
    _runs.append(Run(configured, World(project), read_bytes))


def _work(path: str, called: frozenset[str]) -> Examined | None:
    _runs[-1].project.called[path] = called
    return _examined(path, _runs[-1])
