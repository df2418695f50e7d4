"""Files enter, what each led to leaves, from several processes where that pays.

Each process has a project of its own: what a file leads to depends on its needs, not on who read them before.
"""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, final

from keraslint.documents import read_bytes
from keraslint.engine.examining import examine
from keraslint.engine.run import Run
from keraslint.engine.worlds import World
from keraslint.inference import Project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from concurrent.futures import Future, ProcessPoolExecutor

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
        self._ahead = 0

    def __enter__(self) -> Workers:
        """No process is begun yet."""
        return self

    @property
    def elsewhere(self) -> bool:
        """Whether other processes are at work, and this one has time."""
        return self._pool is not None

    def __exit__(self, *_: object) -> None:
        """End the processes, at work or not."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def examined(self, paths: Iterable[str]) -> Iterator[tuple[str, Examined]]:
        """What each of the files led to, as it comes; a file that vanishes meanwhile led to nothing.

        Where that pays, the first are examined while the last are still to be named.
        """
        left: dict[str, None] = {}
        paths = iter(paths)
        for path, one in self._from_pool(paths, left) if self._jobs > 1 else ():
            del left[path]
            if one is not None:
                yield path, one
        for path in (*left, *paths):
            one = _examined(path, self._run)
            if one is not None:
                yield path, one

    def _from_pool(
        self, paths: Iterable[str], left: dict[str, None]
    ) -> Iterator[tuple[str, Examined | None]]:
        """The largest files first, so that none is waited for at the end; where they die, some are left."""
        from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, wait  # noqa: PLC0415 (20 ms)

        size, waiting = 0, _Waiting()
        try:
            for path in paths:
                left[path] = None
                if self._run.configured.at(path).style is None:
                    size += waiting.add(path, self._run.sizes.get(path, 0))
                    self._begin(size, waiting, self._jobs)
                    self._feed(waiting)
            self._begin(size, waiting, 2)
            while self._feed(waiting):
                for done in wait(waiting.begun, return_when=FIRST_COMPLETED).done:
                    yield waiting.begun.pop(done), done.result()
        except BrokenExecutor:
            self._jobs, self._pool = 1, None

    def _begin(self, size: int, waiting: _Waiting, least: int) -> None:
        """Begin the processes where it pays to have as many for these files."""
        workers = min(self._jobs, size // WORTH_A_POOL, len(waiting.files))
        if self._pool is None and workers >= least:
            self._pool = _pool(self._run, workers)
            self._ahead = 2 * workers

    def _feed(self, waiting: _Waiting) -> bool:
        """Give the processes what they can soon begin; whether they are at work."""
        if self._pool is None:
            return False
        called = self._run.project.called
        busy = sum(not one.done() for one in waiting.begun)
        for _ in range(min(self._ahead - busy, len(waiting.files))):
            path = waiting.largest()
            waiting.begun[self._pool.submit(_work, path, called.get(path, frozenset()))] = path
        return bool(waiting.begun)


@dataclass
class _Waiting:
    """Files that are to be examined, and those that a process has been given."""

    files: list[tuple[int, int, str]] = field(default_factory=list)
    begun: dict[Future[Examined | None], str] = field(default_factory=dict)

    def add(self, path: str, size: int) -> int:
        """One more file; its size."""
        heappush(self.files, (-size, len(self.files), path))
        return size

    def largest(self) -> str:
        """Take out the largest, of several the first."""
        return heappop(self.files)[-1]


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
