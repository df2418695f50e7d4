"""The fixture programs and what their comments expect; the fixtures folder enters, programs leave.

``# finds: KER202`` stands on the line of a finding, with ``info`` or ``warning`` behind it where the
severity is not the rule's own. ``# raises: KeyError at fit`` stands on the line of the call that raises,
``# judged for Keras 3.6`` says which version it is about, and ``# changes from Keras 2.15`` before which one.
``# not judged`` on that of a call about which keraslint has to say nothing but why. A line ``# judged for
Keras 3.5`` says which version the findings are about, where it is not the newest; what that version does is
recorded under ``conformance``.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from keraslint.engine.targets import targets
from keraslint.pairing.versions import NEWEST, Version

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
ROLES = ("bad", "safe", "unsafe", "good")

_FINDS = re.compile(r"# finds: (KER\d{3})(?: (error|warning|info))?(?=\s|$)")
_RAISES = re.compile(r"# raises: (\w+) at (\w+)")
_SINCE = re.compile(r"^# changes from Keras (\S+)$", re.MULTILINE)
_JUDGED_FOR = re.compile(r"^# judged for Keras (\S+)$", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Expected:
    """A finding that a comment expects; ``severity`` is None where it is the rule's own."""

    line: int
    code: str
    severity: str | None = None


@dataclass(frozen=True)
class Raises:
    """An error that a comment expects of the call on its line."""

    line: int
    error: str
    call: str


@dataclass(frozen=True)
class Program:
    """One fixture program; ``role`` is bad, safe, unsafe or good."""

    path: Path
    source: str
    expected: tuple[Expected, ...]
    raises: Raises | None
    not_judged: tuple[int, ...] = ()
    judged_for: str | None = None
    since: str | None = None

    @property
    def versions(self) -> tuple[Version, ...]:
        """The versions of Keras that the findings are about."""
        judged_for = (NEWEST,) if self.judged_for is None else targets([self.judged_for])
        return judged_for if self.since is None else (*targets([self.since]), *judged_for)

    @property
    def rule(self) -> str:
        """The rule whose folder the program lies in."""
        return self.path.parent.parent.name

    @property
    def role(self) -> str:
        """What the program is to its case."""
        return self.path.stem

    def sibling(self, role: str) -> Program | None:
        """The program of another role in the same case."""
        path = self.path.with_name(f"{role}.py")
        return read(path) if path.is_file() else None

    @property
    def parses(self) -> bool:
        """Whether Python can run it at all."""
        try:
            ast.parse(self.source)
        except SyntaxError:
            return False
        return True

    def __str__(self) -> str:
        """The program's path below the fixtures."""
        return self.path.relative_to(FIXTURES).as_posix()


@cache
def read(path: Path) -> Program:
    """Read a program and its comments."""
    source = path.read_text(encoding="utf-8")
    lines = list(enumerate(source.splitlines(), start=1))
    expected = [
        Expected(number, *match.groups()) for number, line in lines for match in _FINDS.finditer(line)
    ]
    raises = [Raises(number, *match.groups()) for number, line in lines for match in _RAISES.finditer(line)]
    not_judged = tuple(number for number, line in lines if "# not judged" in line)
    judged_for, since = _JUDGED_FOR.search(source), _SINCE.search(source)
    return Program(
        path,
        source,
        tuple(sorted(expected)),
        raises[0] if raises else None,
        not_judged,
        judged_for[1] if judged_for else None,
        since[1] if since else None,
    )


def programs(*roles: str) -> list[Program]:
    """Every fixture program of these roles, of all roles if none is named."""
    paths = sorted(FIXTURES.glob("*/*/*.py"))
    return [read(path) for path in paths if path.stem in (roles or ROLES)]
