"""Findings and the file of those that are known already enter; new ones leave, and entries that are stale.

A finding is known by rule, path and identity, never by its line; of equal ones each needs an entry.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from keraslint.findings import Finding, Report, Silenced, Stale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

FORMAT = 1
FIELDS = ("rule", "path", "fingerprint", "message")


class BadBaselineError(ValueError):
    """A baseline that cannot be read or written; the message is one line."""


@dataclass(frozen=True, order=True)
class Known:
    """A finding that is known: its rule's code, its file relative to the baseline's, what it is about, and
    its message, which only people read.
    """

    path: str
    rule: str
    fingerprint: str
    message: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two of them one."""
        return self.path, self.rule, self.fingerprint


def known(finding: Finding, file: str) -> Known:
    """A finding as an entry of the baseline ``file``."""
    root = os.path.dirname(os.path.abspath(file))
    path = os.path.relpath(finding.location.document, root).replace(os.sep, "/")
    text = f"{finding.code}\n{path}\n{finding.identity}"
    fingerprint = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]
    return Known(path, finding.code, fingerprint, finding.message)


def settle(
    reports: Sequence[Report], file_for: Callable[[str], str | None], is_over: Callable[[str, str], bool]
) -> tuple[list[Report], list[Stale]]:
    """Silence what is known, and list the entries that nothing was found for.

    ``file_for`` gives the baseline of a path; ``is_over(path, code)`` says whether a rule that finds nothing
    in a file has nothing more to find there.
    """
    files: dict[str, list[Report]] = defaultdict(list)
    for report in reports:
        if (file := file_for(report.document)) is not None:
            files[file].append(report)
    settled: dict[str, Report] = {}
    stale: list[Stale] = []
    for file, here in files.items():
        entries = read(file)
        by_key = {one.key: one for one in entries}
        left = Counter(one.key for one in entries)
        settled |= {report.document: _settled(report, file, left) for report in here}
        asked = {_path(report.document, file): report.document for report in here}
        gone = [by_key[key] for key, count in sorted(left.items()) for _ in range(count)]
        stale += [
            Stale(file, one.path, one.rule, one.message)
            for one in gone
            if _is_stale(one, file, asked, is_over)
        ]
    return [settled.get(report.document, report) for report in reports], stale


def _settled(report: Report, file: str, left: Counter[tuple[str, str, str]]) -> Report:
    new: list[Finding] = []
    old: list[Silenced] = []
    for finding in report.findings:
        key = known(finding, file).key
        if left[key] > 0:
            left[key] -= 1
            old.append(Silenced(finding, "baseline"))
        else:
            new.append(finding)
    return replace(report, findings=tuple(new), silenced=(*report.silenced, *old))


def _is_stale(one: Known, file: str, asked: dict[str, str], is_over: Callable[[str, str], bool]) -> bool:
    if one.path in asked:
        return is_over(asked[one.path], one.rule)
    return not os.path.exists(os.path.join(os.path.dirname(os.path.abspath(file)), one.path))


def _path(document: str, file: str) -> str:
    return os.path.relpath(document, os.path.dirname(os.path.abspath(file))).replace(os.sep, "/")


def read(file: str) -> list[Known]:
    """The entries of a baseline."""
    try:
        with open(file, encoding="utf-8") as stream:
            content = json.load(stream)
    except OSError as error:
        message = f"{file}: {(error.strerror or str(error)).lower()}; `keraslint baseline` writes it"
        raise BadBaselineError(message) from error
    except (ValueError, RecursionError) as error:
        message = f"{file}: not a baseline: {' '.join(str(error).split())}; `keraslint baseline` renews it"
        raise BadBaselineError(message) from error
    return [_entry(row, file) for row in _rows(content, file)]


def _rows(content: Any, file: str) -> list[Any]:  # noqa: ANN401 (any JSON)
    if (
        isinstance(content, dict)
        and content.get("format") == FORMAT
        and isinstance(content.get("findings"), list)
    ):
        rows: list[Any] = content["findings"]
        return rows
    message = f"{file}: not a baseline of format {FORMAT}; `keraslint baseline` renews it"
    raise BadBaselineError(message)


def _entry(row: Any, file: str) -> Known:  # noqa: ANN401 (any JSON)
    if (
        isinstance(row, dict)
        and set(row) == set(FIELDS)
        and all(isinstance(one, str) for one in row.values())
    ):
        return Known(**row)
    message = f"{file}: an entry must hold {', '.join(FIELDS)}, each a string; `keraslint baseline` renews it"
    raise BadBaselineError(message)


def renewed(old: Iterable[Known], reports: Sequence[Report], file: str) -> list[Known]:
    """The entries for what was found, and the old ones of files that exist and were not read this time."""
    found = [known(finding, file) for report in reports for finding in report.findings]
    asked = {_path(report.document, file) for report in reports}
    root = os.path.dirname(os.path.abspath(file))
    kept = [one for one in old if one.path not in asked and os.path.exists(os.path.join(root, one.path))]
    return sorted([*found, *kept])


def write(file: str, entries: Sequence[Known]) -> None:
    """Replace the baseline as a whole or not at all; an entry is a line, so that a diff shows each."""
    lines = [json.dumps({name: asdict(one)[name] for name in FIELDS}) for one in entries]
    body = "".join(f"\n    {line}{',' if at < len(lines) else ''}" for at, line in enumerate(lines, 1))
    text = f'{{\n  "format": {FORMAT},\n  "findings": [{body}{chr(10) + "  " if lines else ""}]\n}}\n'
    beside = f"{os.path.abspath(file)}.{os.getpid()}.part"  # not a temporary file, which others may not read
    try:
        with open(beside, "x", encoding="utf-8") as stream:
            stream.write(text)
        if os.path.exists(file):
            shutil.copymode(file, beside)
        os.replace(beside, file)
    except OSError as error:
        with suppress(OSError):
            os.unlink(beside)
        message = f"{file}: cannot be written: {(error.strerror or str(error)).lower()}"
        raise BadBaselineError(message) from error
