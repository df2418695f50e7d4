"""Bytes and a number enter, other bytes leave: words and lines are moved, lost, doubled and exchanged.

Mutations of single bytes hardly ever leave a program that parses; these often do.
"""

from __future__ import annotations

import random
import re
from functools import cache
from typing import TYPE_CHECKING

from tests.fuzzing.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable

WORD = re.compile(rb"[A-Za-z_]\w*|\d+(?:\.\d+)?|\s+|\"[^\"\n]*\"|'[^'\n]*'|.", re.DOTALL)
ODD = (
    *(
        b"lambda: x",
        b"*a",
        b"**k",
        b"[]",
        b"{}",
        b"()",
        b"None",
        b"-1",
        b"10**9",
        b"''",
        b"'a.b'",
        b"...",
        b"x",
    ),
    *(b"[x for x in y]", b"{k: v for k, v in z}", b"(yield)", b"await x", b"f'{a}'", b"a if b else c", b"\\"),
    *(b"1e999", b"0x1F", b"b'x'", b"\xef\xbb\xbf", b"\x00", b"\x0c", b"\r", "é".encode(), b"\xe2\x80\xae"),
    *(b"# keraslint: ignore", b"# noqa: KER202", b"%%time\n", b"!ls\n", b"global x", b"del x", b"a = b = c"),
    *(
        b"async ",
        b"with a as (b, c):",
        b"match x:\n case {'a': y}:\n  pass",
        b"@d\n",
        b"try:\n x\nexcept* E:\n y",
    ),
)


@cache
def words(target: str) -> tuple[bytes, ...]:
    """Every word of a target's seeds."""
    return tuple(sorted({word for seed in seeds(target) for word in WORD.findall(seed)} | set(ODD)))


@cache
def seeds(target: str) -> tuple[bytes, ...]:
    """The seeds of a target in which there is something to change."""
    return tuple(one for one in TARGETS[target].seeds() if one)


def mutated(target: str, data: bytes, number: int) -> bytes:
    """The same bytes with one to six changes, which the number decides."""
    chance = random.Random(number)  # noqa: S311 (no secret)
    for _ in range(chance.randint(1, 6)):
        cut = WORD.findall if chance.random() < 0.6 else _lines
        parts = cut(data)
        if parts:
            data = b"".join(chance.choice(CHANGES)(parts, target, chance))
    return data


def _lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


def _lost(parts: list[bytes], _: str, chance: random.Random) -> list[bytes]:
    begin = chance.randrange(len(parts))
    return parts[:begin] + parts[begin + chance.randint(1, 3) :]


def _doubled(parts: list[bytes], _: str, chance: random.Random) -> list[bytes]:
    at = chance.randrange(len(parts))
    return parts[:at] + [parts[at]] * chance.choice((2, 2, 2, 50)) + parts[at + 1 :]


def _exchanged(parts: list[bytes], _: str, chance: random.Random) -> list[bytes]:
    one, two = chance.randrange(len(parts)), chance.randrange(len(parts))
    parts[one], parts[two] = parts[two], parts[one]
    return parts


def _replaced(parts: list[bytes], target: str, chance: random.Random) -> list[bytes]:
    parts[chance.randrange(len(parts))] = chance.choice(words(target))
    return parts


def _repeated(parts: list[bytes], _: str, chance: random.Random) -> list[bytes]:
    """One word in the place of another of the same document, everywhere."""
    old, new = chance.choice(parts), chance.choice(parts)
    return [new if part == old else part for part in parts]


def _spliced(parts: list[bytes], target: str, chance: random.Random) -> list[bytes]:
    other = _lines(chance.choice(seeds(target)))
    begin = chance.randrange(len(other))
    at = chance.randrange(len(parts))
    return parts[:at] + other[begin : begin + chance.randint(1, 5)] + parts[at:]


CHANGES: tuple[Callable[[list[bytes], str, random.Random], list[bytes]], ...] = (
    *(_lost, _doubled, _exchanged, _replaced, _replaced, _repeated, _spliced),
)
