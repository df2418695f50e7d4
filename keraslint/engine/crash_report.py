"""Crashes enter; what is needed to reproduce them leaves, without the user's source unless that is asked for.

A program is *disguised*: every word that keraslint does not know by name is exchanged for another, comments
and docstrings go, numbers stay outside of texts. Words keep their order, since Keras sorts keys, and the case
of their first letter. Whether the disguised program crashes as well is tried, and said.
"""

from __future__ import annotations

import ast
import builtins
import io
import keyword
import os
import platform
import re
import sys
import tokenize
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keraslint.documents import Document, decode, read_bytes
from keraslint.engine.checking import check_source
from keraslint.findings import Crashed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keraslint.documents import Reader
    from keraslint.engine.settings import Configured

FORMAT = 1
PACKAGE = Path(__file__).resolve().parent.parent
NAME = "program.py"
_WORD = re.compile(r"[^\W\d_][^\W_]*")
_DIGITS = re.compile(r"\d{5,}")
_FRAME = re.compile(r'\s+File "(?P<path>[^"]+)"')


def report(
    crashes: Sequence[Crashed], configured: Configured, *, source: bool = False, read: Reader = read_bytes
) -> dict[str, Any]:
    """What a maintainer needs, as JSON holds it; ``source`` adds the documents as they are."""
    return {
        "format": FORMAT,
        "keraslint": version("keraslint") if _installed("keraslint") else None,
        "libcst": version("libcst") if _installed("libcst") else None,
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "crashes": [_crash(one, configured, read, source=source) for one in crashes],
    }


def _installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def _crash(crash: Crashed, configured: Configured, read: Reader, *, source: bool) -> dict[str, Any]:
    data = read(crash.document)
    document = decode(crash.document, data) if isinstance(data, bytes) else None
    text = document.source if isinstance(document, Document) else None
    disguise = Disguise.of([*([text] if text else ()), crash.traceback])
    program = None if text is None else disguise.program(text)
    return {
        "where": crash.rule,
        "suffix": os.path.splitext(crash.document)[1],
        "traceback": disguise.traceback(crash.traceback),
        "program": program,
        "reproduces": program is not None and crash.rule in _crashing(program, configured),
        **({"source": text} if source else {}),
    }


def _crashing(program: str, configured: Configured) -> set[str]:
    """The rooms and rules that crash on the disguised program."""
    outcomes = check_source(NAME, program.encode("utf-8", "surrogatepass"), configured)
    return {one.rule for one in outcomes if isinstance(one, Crashed)}


@dataclass(frozen=True)
class Disguise:
    """The new word for each word that is not known."""

    words: dict[str, str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Disguise:
        """The new words for all unknown ones in these texts, in the same order."""
        found = sorted({word for text in texts for word in _WORD.findall(text)} - vocabulary())
        width = len(str(len(found)))
        return cls({word: f"{_start(word)}{number:0{width}}" for number, word in enumerate(found)})

    def text(self, text: str) -> str:
        """A text in new words, with the old punctuation."""
        without = _DIGITS.sub(lambda match: "0" * len(match[0]), text)
        return _WORD.sub(lambda match: self.words.get(match[0], match[0]), without)

    def program(self, source: str) -> str | None:
        """A program in new words; None where it does not parse, or is nested too deeply."""
        try:
            return ast.unparse(_Renaming(self).visit(ast.parse(source)))
        except (SyntaxError, ValueError, RecursionError):
            return None

    def traceback(self, traceback: str) -> str:
        """A traceback with the places in keraslint as they are; what the error says is in new words."""
        return "\n".join(
            _FRAME.sub(_named, line) if _FRAME.match(line) else self.text(line)
            for line in traceback.rstrip().splitlines()
        )


def _start(word: str) -> str:
    """What a word begins with: its first letter's case, which order needs, and what is a class."""
    return "N" if word[:1].isupper() else "n"


def _named(match: re.Match[str]) -> str:
    """A file of a traceback without the folders of this machine."""
    path = Path(match["path"])
    for root in (PACKAGE.parent, *map(Path, sys.path)):
        if root.is_absolute() and path.is_relative_to(root):
            return f'  File "{path.relative_to(root).as_posix()}"'
    return f'  File "{path.name}"'


@cache
def vocabulary() -> frozenset[str]:
    """Every word in keraslint's own code: what it does not name it cannot treat in a way of its own."""
    words = {*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *sys.stdlib_module_names}
    for path in PACKAGE.rglob("*.py"):
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
            if token.type in {tokenize.NAME, tokenize.STRING} and not token.string.startswith('"""'):
                words.update(_WORD.findall(token.string))
    return frozenset(words)


class _Renaming(ast.NodeTransformer):
    """Gives a program the new words: as names, and inside its texts."""

    def __init__(self, disguise: Disguise) -> None:
        self.disguise = disguise

    def visit(self, node: ast.AST) -> ast.AST:
        """Exchange the words of every field that holds text, whatever the node is."""
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(None)  # a docstring, or a text that nobody reads
        for field, value in ast.iter_fields(node):
            if isinstance(value, str):
                setattr(node, field, self.disguise.text(value))
            elif isinstance(value, bytes):
                setattr(node, field, b"")
            elif isinstance(value, list):
                setattr(
                    node, field, [self.disguise.text(one) if isinstance(one, str) else one for one in value]
                )
        return self.generic_visit(node)
