"""Files enter a shard, those of them that are its own leave; so does, through files, what it finds out.

All of that together is a cache as any other: the run that uses it judges what shows only across shards.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keraslint

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTATION = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")
SUFFIX = ".shard.json"


class BadShardError(ValueError):
    """A shard that there is not, or shards that do not belong together; the message is one line."""


@dataclass(frozen=True)
class Shard:
    """The ``number``-th of ``count`` parts, from 1."""

    number: int
    count: int

    def of(self, paths: Sequence[str]) -> list[str]:
        """The files of this part, in their order. Every part gets as many large ones and small ones."""
        ranked = sorted(paths, key=lambda path: (-_size(path), path))
        mine = set(ranked[self.number - 1 :: self.count])
        return [path for path in paths if path in mine]


def parse(text: str) -> Shard:
    """The shard that is written as ``2/4``."""
    match = NOTATION.fullmatch(text)
    shard = Shard(int(match[1]), int(match[2])) if match else None
    if shard is None or not 1 <= shard.number <= shard.count:
        message = f"--shard {text}: write which part of how many, as in 2/4"
        raise BadShardError(message)
    return shard


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def write(directory: str, shard: Shard, paths: Sequence[str], found: Any) -> None:  # noqa: ANN401 (any JSON)
    """Leave what a shard found out in a directory."""
    file = os.path.join(directory, f"{shard.number}-of-{shard.count}{SUFFIX}")
    part = {**_asked(paths), "shard": [shard.number, shard.count], "found": found}
    try:
        os.makedirs(directory, exist_ok=True)
        with open(file + ".part", "w", encoding="utf-8") as stream:
            json.dump(part, stream, separators=(",", ":"))
        os.replace(file + ".part", file)
    except OSError as error:
        message = f"{file}: cannot be written: {(error.strerror or str(error)).lower()}"
        raise BadShardError(message) from error


def read(directory: str, paths: Sequence[str]) -> list[Any]:
    """What all shards of these paths found out; BadShardError where one is missing or of another run."""
    try:
        names = sorted(name for name in os.listdir(directory) if name.endswith(SUFFIX))
    except OSError as error:
        message = f"{directory}: {(error.strerror or str(error)).lower()}; each shard leaves its part there"
        raise BadShardError(message) from error
    parts = {name: _part(os.path.join(directory, name), paths) for name in names}
    numbers = {part["shard"][0] for part in parts.values()}
    counts = {part["shard"][1] for part in parts.values()}
    if len(counts) != 1:
        message = f"{directory}: {'no shards' if not counts else 'shards of several runs'} are in it"
        raise BadShardError(message)
    if missing := sorted(set(range(1, counts.pop() + 1)) - numbers):
        message = f"{directory}: shard {', '.join(map(str, missing))} is missing"
        raise BadShardError(message)
    return [part["found"] for part in parts.values()]


def _part(file: str, paths: Sequence[str]) -> dict[str, Any]:
    try:
        with open(file, encoding="utf-8") as stream:
            content = json.load(stream)
    except (OSError, ValueError, RecursionError) as error:
        message = f"{file}: not a shard: {' '.join(str(error).split())}"
        raise BadShardError(message) from error
    match content:
        case {"shard": [int(number), int(count)], "found": _} if 1 <= number <= count:
            pass
        case _:
            message = f"{file}: not a shard of keraslint"
            raise BadShardError(message)
    for name, wanted in _asked(paths).items():
        if content.get(name) != wanted:
            message = f"{file}: made for {name} {content.get(name)!r}, not {wanted!r}"
            raise BadShardError(message)
    part: dict[str, Any] = content
    return part


def _asked(paths: Sequence[str]) -> dict[str, Any]:
    """What has to be the same for all shards and where they are put together."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"keraslint": keraslint.__version__, "python": python, "paths": list(paths)}
