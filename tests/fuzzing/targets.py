"""Bytes enter a target, which gives them to the real command in a folder of its own and raises at harm.

A target is what its bytes stand for (a document, a configuration, a cache), with seeds to start from.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import tempfile
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from keraslint.cli.main import main
from keraslint.documents.model import Document
from keraslint.documents.notebook import read_notebook
from keraslint.engine import writing
from keraslint.fixing.journal import NAME as JOURNAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
FORMATS = ("full", "concise", "json", "json-lines", "github", "gitlab", "sarif", "junit", "html")
PROGRAM = (FIXTURES / "example/train.py").read_bytes()
DEPENDENCIES = (
    *("pyproject.toml", "requirements.txt", "setup.cfg", "setup.py", "environment.yml"),
    *("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"),
)
MAX_SEED = 3_000
OUTSIDE = b"outside = 1\n"
OUT, ERR = io.StringIO(), io.StringIO()  # click keeps every stream that it ever wrote to


class HarmError(AssertionError):
    """What no content of a file may lead to."""


def must(held: bool, *about: object) -> None:
    """Raise HarmError, with what it is about, unless something held."""
    if not held:
        raise HarmError(*about)


@dataclass(frozen=True)
class Target:
    """What bytes are given to, and bytes to start from."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]


def keraslint(*arguments: str) -> int:
    """The status of a command; HarmError for a defect, and for a status 2 that says nothing."""
    for stream in (OUT, ERR):
        stream.seek(0)
        stream.truncate()
    with contextlib.redirect_stdout(OUT), contextlib.redirect_stderr(ERR), warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # of the mutated program
        status = main(list(arguments))
    said = ERR.getvalue()
    crashed = "a defect of keraslint" in said or "Traceback" in said
    must(not crashed and (status != 2 or said != ""), arguments, status, said)
    return status


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """An empty folder to work in."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as made:
        os.chdir(made)
        try:
            yield Path(made)
        finally:
            os.chdir(before)


def choice(data: bytes, count: int) -> int:
    """A number below ``count`` that the bytes decide."""
    return zlib.crc32(data) % count


def document(data: bytes, suffix: str = ".py") -> None:
    """A program is checked, and the report written in some format."""
    with folder() as here:
        (here / f"x{suffix}").write_bytes(data)
        shown = FORMATS[choice(data, len(FORMATS))]
        options = ("--isolated", "--no-cache", "--select", "ALL", "--severity", "info", "--undecided")
        keraslint("check", *options, "--output-format", shown, f"x{suffix}")


def notebook(data: bytes) -> None:
    """As ``document``, for a notebook."""
    document(data, ".ipynb")


def fix(data: bytes, suffix: str = ".py") -> None:
    """A program is fixed: what parsed parses still, and there is nothing left to do a second time."""
    with folder() as here:
        file = here / f"x{suffix}"
        file.write_bytes(data)
        style = ((), ("--style", "dict"), ("--style", "nested"))[choice(data, 3)]
        command = ("fix", "--isolated", "--select", "ALL", "--unsafe-fixes", "--write", *style, file.name)
        keraslint(*command)
        once = file.read_bytes()
        if once == data:
            return
        must(parses(once, suffix), "what is left of it does not parse", once)
        keraslint(*command)
        must(file.read_bytes() == once, "fixing twice changes it again", once, file.read_bytes())


def fix_notebook(data: bytes) -> None:
    """As ``fix``, for a notebook."""
    fix(data, ".ipynb")


def parses(data: bytes, suffix: str) -> bool:
    """Whether Python or, for a notebook, keraslint reads it."""
    if suffix == ".ipynb":
        return isinstance(read_notebook("x.ipynb", data), Document)
    try:
        ast.parse(data)
    except (SyntaxError, ValueError):
        return False
    return True


def configuration(data: bytes) -> None:
    """A configuration is followed or refused."""
    with folder() as here:
        (here / ("keraslint.toml", "pyproject.toml")[choice(data, 2)]).write_bytes(data)
        (here / "x.py").write_bytes(PROGRAM)
        keraslint("check", "--no-cache", "x.py")


def dependencies(data: bytes) -> None:
    """What a project depends on is read or passed over."""
    with folder() as here:
        (here / DEPENDENCIES[choice(data, len(DEPENDENCIES))]).write_bytes(data)
        (here / "x.py").write_bytes(PROGRAM)
        keraslint("check", "--no-cache", "--keras-version", "auto", "x.py")


def baseline(data: bytes) -> None:
    """A baseline is compared with, and renewed, or refused."""
    with folder() as here:
        (here / "known.json").write_bytes(data)
        (here / "x.py").write_bytes(PROGRAM)
        keraslint("check", "--isolated", "--no-cache", "--baseline", "known.json", "x.py")
        keraslint("baseline", "--isolated", "--baseline", "known.json", "x.py")


def cache(data: bytes) -> None:
    """A cache that this very program seems to have written is used or passed over; it is never executed."""
    with folder() as here:
        (here / "x.py").write_bytes(PROGRAM)
        command = ("check", "--isolated", "--cache-dir", "kept", "x.py")
        keraslint(*command)
        with contextlib.suppress(ValueError, RecursionError):
            files = sorted((here / "kept").glob("*.json"))
            for file, content in zip(files, _listed(json.loads(data)), strict=False):
                writing.write(str(file), content)
        keraslint(*command)


def _listed(content: object) -> list[object]:
    return content if isinstance(content, list) else [content]


def torn_cache(data: bytes) -> None:
    """Where a cache should be there are any bytes: the outcome is that without a cache."""
    with folder() as here:
        (here / "x.py").write_bytes(PROGRAM)
        command = ("check", "--isolated", "--cache-dir", "kept", "x.py")
        keraslint(*command)
        for file in (here / "kept").glob("*.json"):
            file.write_bytes(data)
        must(keraslint(*command) == 1, "the finding is lost")


def journal(data: bytes) -> None:
    """A journal is completed, undone or refused, and no file outside of its folder is touched."""
    with folder() as here:
        inner = here / "inner"
        inner.mkdir()
        outside = here / "outside.py"
        outside.write_bytes(OUTSIDE)
        (inner / "x.py").write_bytes(PROGRAM)
        (inner / JOURNAL).write_bytes(data)
        keraslint("fix", "--isolated", "--write", "inner/x.py")
        must(outside.read_bytes() == OUTSIDE, "a file outside was changed", outside.read_bytes())
        names = {one.name for one in here.iterdir()}
        must(names == {"inner", "outside.py"}, "a file outside was made or lost", names)


def programs() -> Iterator[bytes]:
    """Every program of the fixtures that is not large."""
    for file in sorted(FIXTURES.rglob("*.py")):
        if file.stat().st_size <= MAX_SEED:
            yield file.read_bytes()


def notebooks() -> Iterator[bytes]:
    """Programs as notebooks, a cell for each part between empty lines."""
    for source in programs():
        cells = [
            {"cell_type": "code", "metadata": {}, "source": part.splitlines(keepends=True), "outputs": []}
            for part in source.decode().split("\n\n")
        ]
        yield json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def configurations() -> Iterator[bytes]:
    """Configurations that say something, for either file."""
    keys = (
        'select = ["ALL"]',
        'severity = "info"',
        'keras-version = ["3.4", "3.15"]',
        'per-file-ignores = { "x.py" = ["KER1"] }',
        'extend-exclude = ["*.ipynb"]',
        'baseline = "known.json"',
    )
    text = "\n".join(keys)
    yield text.encode()
    yield f"[tool.keraslint]\n{text}\n".encode()


def projects() -> Iterator[bytes]:
    """What the files hold that say what a project depends on."""
    yield b'[project]\ndependencies = ["keras>=3.4,<3.10", "tensorflow~=2.17"]\n'
    yield b'[tool.poetry.dependencies]\nkeras = "^3.3"\ntensorflow = { version = "2.16.*" }\n'
    yield b'[[package]]\nname = "keras"\nversion = "3.8.0"\n'
    yield b"keras==3.5.0  # pinned\ntensorflow[and-cuda]>=2.16; python_version > '3.9'\n-r other.txt\n"
    yield b"[options]\ninstall_requires =\n    keras>=3\n"
    yield b'from setuptools import setup\nsetup(install_requires=["keras==2.15"])\n'
    yield b"dependencies:\n  - python=3.11\n  - conda-forge::keras=3.6.*\n  - pip:\n    - tensorflow==2.18\n"
    yield b'{"default": {"keras": {"version": "==3.9.1"}}}'


def baselines() -> Iterator[bytes]:
    """The baseline of the program."""
    with folder() as here:
        (here / "x.py").write_bytes(PROGRAM)
        keraslint("baseline", "--isolated", "--baseline", "known.json", "x.py")
        made = (here / "known.json").read_bytes()
    yield made


def caches() -> Iterator[bytes]:
    """What a run over the program keeps, all files in one."""
    with folder() as here:
        (here / "x.py").write_bytes(PROGRAM)
        keraslint("check", "--isolated", "--cache-dir", "kept", "x.py")
        made = [writing.read(str(file)) for file in sorted((here / "kept").glob("*.json"))]
    yield json.dumps(made).encode()


def journals() -> Iterator[bytes]:
    """What stands in the journal at each step of a write."""
    from keraslint.fixing.writing import write

    seen: dict[bytes, None] = {}

    def kept(files: object, paths: object, step: object = None) -> None:  # noqa: ARG001 (as write has it)
        def look(_: str) -> None:
            if Path(JOURNAL).exists():
                seen[Path(JOURNAL).read_bytes()] = None

        write(files, paths, look)  # type: ignore[arg-type]

    with folder() as here, mock.patch("keraslint.fixing.write", kept):
        (here / "x.py").write_bytes(PROGRAM)
        keraslint("fix", "--isolated", "--write", "--unsafe-fixes", "x.py")
    yield from seen


TARGETS = {
    "document": Target(document, programs),
    "notebook": Target(notebook, notebooks),
    "fix": Target(fix, programs),
    "fix-notebook": Target(fix_notebook, notebooks),
    "configuration": Target(configuration, configurations),
    "dependencies": Target(dependencies, projects),
    "baseline": Target(baseline, baselines),
    "cache": Target(cache, caches),
    "torn-cache": Target(torn_cache, caches),
    "journal": Target(journal, journals),
}
