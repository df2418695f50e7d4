"""Source text enters, a module of ``ast`` leaves, or where and why Python refuses it: never an error."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from keraslint.documents.revising import revised

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNNING = f"Python {sys.version_info.major}.{sys.version_info.minor}"

# What Python 3 says of, or how a line looks in, source that only Python 2 could read.
PYTHON_2_MESSAGE = re.compile(r"call to '(print|exec)'|multiple exception types|leading zeros in decimal")
PYTHON_2_LINE = re.compile(
    r"^\s*(print\s+[^\s(=]|exec\s+['\"\w]|raise\s+\w+\s*,|except\s+[\w.]+\s*,\s*\w+\s*:)|`\w|<>"
)

# How a line looks in source that needs a later grammar, and the first Python that reads it.
NEWER: tuple[tuple[tuple[int, int], re.Pattern[str]], ...] = (
    ((3, 11), re.compile(r"^\s*except\s*\*")),
    ((3, 12), re.compile(r"^\s*(type\s+\w+\s*(\[.*\])?\s*=|(async\s+)?def\s+\w+\s*\[|class\s+\w+\s*\[)")),
    ((3, 12), re.compile(r"""\b[fF][rR]?(['"]).*\{.*\1.*\}""")),
    ((3, 14), re.compile(r"""(?<!\w)(t|tr|rt)['"]""")),
)

MAX_REMEMBERED = 1_000_000
"""Characters; a larger module is read anew each time, so that its nodes go when they are done with."""


MAX_MODULES = 12
"""Modules that are remembered; of a large file the tree takes ten megabytes."""


PLAIN = frozenset(
    {
        *("arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs", "level"),
        *("lineno", "module", "name", "names", "op", "ops", "rest", "simple", "tag", "type_comment"),
    }
)
"""Fields that hold no nodes, or none of interest."""

CHILDREN: dict[type, tuple[str, ...]] = {
    kind: tuple(field for field in kind._fields if field not in PLAIN)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
CHILDREN |= {ast.Import: ("names",), ast.ImportFrom: ("names",)}  # where there are nodes in it
CHILDREN |= {ast.Constant: (), ast.MatchSingleton: (), type(None): ()}


@dataclass(frozen=True)
class Flaw:
    """Where Python stops reading, and why; line and column count from 1."""

    line: int
    column: int
    reason: str


def parse(source: str) -> ast.Module | Flaw:
    """Read a whole module with the grammar of the Python that runs.

    The modules that were read last are remembered: a run reads a file that it reports on twice, and an editor
    asks again and again for files of which one has changed. Nobody changes a node.
    """
    return _remembered(source) if len(source) <= MAX_REMEMBERED else _parsed(source)


def parts(node: ast.AST) -> list[ast.AST]:
    """The nodes directly below one that may hold others, or stand for something: much faster than
    ``ast.iter_child_nodes``.
    """
    found: list[ast.AST] = []
    for name in CHILDREN[type(node)]:
        value = getattr(node, name)
        if type(value) is list:
            found += [one for one in value if one is not None]
        elif value is not None:
            found.append(value)
    return found


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """A node, then those below it that may hold others, or stand for something: much faster than
    ``ast.walk``, and in the same order.
    """
    waiting: list[Any] = [tree]
    for node in waiting:
        yield node
        for name in CHILDREN[type(node)]:
            value = getattr(node, name)
            if type(value) is list:
                waiting += value
            elif value is not None:
                waiting.append(value)


_LATEST: deque[tuple[str, ast.Module]] = deque(maxlen=4)
"""The modules that were parsed last, with their sources, for those that are made of them by an edit."""


@lru_cache(maxsize=MAX_MODULES)
def _remembered(source: str) -> ast.Module | Flaw:
    module = _revised(source) or _parsed(source)
    if isinstance(module, ast.Module):
        _LATEST.append((source, module))
    return module


def _revised(source: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = (revised(source, *one) for one in reversed(tuple(_LATEST)))
        return next((module for module in made if module is not None), None)


def _parsed(source: str) -> ast.Module | Flaw:
    nul = source.find("\0")
    if nul >= 0:
        line = source.count("\n", 0, nul) + 1
        return Flaw(line, nul - source.rfind("\n", 0, nul), "the source holds a NUL byte")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes and the like are not our affair
            return ast.parse(source)
    except SyntaxError as error:
        return _flaw(error, source)
    except (RecursionError, MemoryError):  # the parser of 3.10 and 3.11 runs out of memory
        return Flaw(1, 1, f"nested too deeply for {RUNNING} to read")
    except ValueError as error:
        return Flaw(1, 1, f"{error} (as {RUNNING} reads it)")


def _flaw(error: SyntaxError, source: str) -> Flaw:
    line = max(error.lineno or 1, 1)
    text = source.split("\n")[line - 1] if line <= source.count("\n") + 1 else ""
    column = min(max(error.offset or 1, 1), len(text) + 1)
    return Flaw(line, column, f"{error.msg} ({_advice(error.msg, text)})")


def _advice(message: str, text: str) -> str:
    if PYTHON_2_MESSAGE.search(message) or PYTHON_2_LINE.search(text):
        return f"this looks like Python 2; {RUNNING} reads it"
    for version, pattern in NEWER:
        if sys.version_info[:2] < version and pattern.search(text):
            return f"{RUNNING} reads it; run keraslint under Python {version[0]}.{version[1]} or later"
    return f"as {RUNNING} reads it"
