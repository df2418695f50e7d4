"""``[tool.keraslint]`` of the nearest pyproject.toml and the options of a command enter, Settings leave."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from keraslint.engine.settings import Settings, Style
from keraslint.engine.targets import BadVersionError, targets
from keraslint.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FILE = "pyproject.toml"


class BadConfigError(ValueError):
    """A configuration that cannot be followed; the message is one line."""


@dataclass(frozen=True)
class Options:
    """What a command line says; None is said by nobody."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    keras_version: tuple[str, ...] = ()
    severity: str | None = None
    style: Style | None = None


def settings(paths: Sequence[str], options: Options) -> Settings:
    """The settings for a run over ``paths``; options win, and ``--select`` replaces the file's selection."""
    root, table = _table(_common(paths))
    selection: dict[str, Any] = {} if options.select is not None else table
    select = options.select if options.select is not None else tuple(table.get("select", ("ALL",)))
    versions = options.keras_version or _listed(table.get("keras-version", ()))
    return Settings(
        root=root,
        select=(*select, *selection.get("extend-select", ()), *options.extend_select),
        ignore=(*selection.get("ignore", ()), *options.ignore),
        per_file_ignores=tuple(
            (pattern, tuple(selectors)) for pattern, selectors in table.get("per-file-ignores", {}).items()
        ),
        exclude=(*table.get("exclude", Settings.exclude), *table.get("extend-exclude", ())),
        versions=targets(versions) if versions else Settings.versions,
        severity=Severity(options.severity or table.get("severity", Settings.severity.value)),
        style=options.style,
    )


def _listed(value: Any) -> tuple[str, ...]:  # noqa: ANN401 (verified TOML: a string or strings)
    return (value,) if isinstance(value, str) else tuple(value)


def _common(paths: Sequence[str]) -> str:
    """The directory that holds all the paths."""
    common = os.path.commonpath([os.path.abspath(path) for path in paths] or [os.getcwd()])
    return common if os.path.isdir(common) else os.path.dirname(common)


def _table(directory: str) -> tuple[str, dict[str, Any]]:
    """The nearest table above, with the directory it was found in."""
    while True:
        found = _read(os.path.join(directory, FILE))
        if found is not None:
            return directory, found
        parent = os.path.dirname(directory)
        if parent == directory:
            return os.getcwd(), {}
        directory = parent


def _read(path: str) -> dict[str, Any] | None:
    """The table of one file. Files in which our name does not occur need not even be TOML."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    if b"keraslint" not in data:
        return None
    tool = _toml(path, data).get("tool", {})
    table = tool.get("keraslint") if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        message = f"{path}: tool.keraslint must be a table"
        raise BadConfigError(message)
    _verify(path, table)
    return table


def _toml(path: str, data: bytes) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415 (needed only where there is a table)
    else:
        import tomli as tomllib  # noqa: PLC0415 (as above)
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path}: not TOML: {' '.join(str(error).split())}"
        raise BadConfigError(message) from error


def _verify(path: str, table: dict[str, Any]) -> None:
    for key, value in table.items():
        if key not in KEYS:
            near = get_close_matches(key, KEYS, n=1, cutoff=0.5)
            advice = f"; the nearest is {near[0]!r}" if near else f"; known are {', '.join(KEYS)}"
            message = f"{path}: tool.keraslint has no key {key!r}{advice}"
            raise BadConfigError(message)
        if wrong := KEYS[key](value):
            message = f"{path}: tool.keraslint.{key} {wrong}"
            raise BadConfigError(message)


def _strings(value: object) -> str:
    right = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return "" if right else "must be a list of strings"


def _table_of_strings(value: object) -> str:
    right = isinstance(value, dict) and not any(_strings(item) for item in value.values())
    return "" if right else "must be a table of lists of strings"


def _severity(value: object) -> str:
    names = [severity.value for severity in Severity]
    return "" if value in names else f"must be one of {', '.join(names)}"


def _version(value: object) -> str:
    if isinstance(value, str):
        value = [value]
    if _strings(value) or not isinstance(value, list):
        return "must be a string or a list of strings"
    try:
        targets(value)
    except BadVersionError as error:
        return f"is wrong: {error}"
    return ""


KEYS: dict[str, Callable[[object], str]] = {
    "select": _strings,
    "extend-select": _strings,
    "ignore": _strings,
    "per-file-ignores": _table_of_strings,
    "exclude": _strings,
    "extend-exclude": _strings,
    "keras-version": _version,
    "severity": _severity,
}
