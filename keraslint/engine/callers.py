"""Files that call what another file trains with: paths enter, those leave that are worth reading for it.

A function that trains the model it is given is judged where it is called, and that file may name nothing of
Keras. It goes by bytes alone: a file that mentions the function and the module that has it.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from keraslint.documents import Reader
    from keraslint.inference import Project

MAX_ROUNDS = 3
"""Callers of callers that are looked for."""
MANY = 50
WORD = re.compile(rb"[\w\x80-\xff]+")


def callers(paths: Sequence[str], project: Project, read: Reader) -> Iterator[tuple[str, bytes]]:
    """Each path that is worth reading, again or for the first time, with what it holds."""
    for one in rounds(paths, project, read):
        yield from one


def rounds(paths: Sequence[str], project: Project, read: Reader) -> Iterator[list[tuple[str, bytes]]]:
    """The files of ``callers``, those together that can be read in any order.

    The project is told what the files call before they are interpreted, and asked afterwards what they have.
    """
    seen: dict[str, frozenset[str]] = {}
    for _ in range(MAX_ROUNDS):
        new = {path: names for path, names in project.trainers.items() if names != seen.get(path)}
        seen = dict(project.trainers)
        found = list(_mentioning(paths, new, read))
        for path, _, names in found:
            project.called[path] = project.called.get(path, frozenset()) | names
        yield [(path, data) for path, data, _ in found]


def _mentioning(
    paths: Sequence[str], trainers: Mapping[str, frozenset[str]], read: Reader
) -> Iterator[tuple[str, bytes, frozenset[str]]]:
    """Each path with the names in it of functions of other files that train."""
    homes: dict[bytes, list[tuple[str, list[bytes]]]] = defaultdict(list)
    for home, there in trainers.items():
        if there:
            homes[_module(home)].append((os.path.normpath(home), [name.encode() for name in sorted(there)]))
    for path in paths if homes else ():
        data = read(path)
        if not isinstance(data, bytes) or b"import" not in data:
            continue
        own = os.path.normpath(path)
        called = {
            name
            for module in _mentioned(homes, data)
            for home, names in homes[module]
            if home != own
            for name in names
            if name in data and _word(name).search(data)
        }
        if called:
            yield path, data, frozenset(name.decode() for name in called)


def _mentioned(modules: Collection[bytes], data: bytes) -> Iterable[bytes]:
    """The modules that a file may import; of many, not each is looked for in each file."""
    if len(modules) <= MANY:
        return (module for module in modules if module in data)
    words = set(WORD.findall(data))
    return (module for module in words if module in modules)


@cache
def _word(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"\b" + re.escape(name) + rb"\b")


def _module(path: str) -> bytes:
    """The last part of the name under which a file is imported: a package has that of its folder."""
    stem = os.path.splitext(os.path.basename(path))[0]
    return (os.path.basename(os.path.dirname(path)) if stem == "__init__" else stem).encode()
