"""Paths enter; for each file the settings of the nearest configuration above it leave, options first."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from keraslint.config.dependencies import wanted
from keraslint.config.files import BadConfigError, inline, table_in, table_of
from keraslint.documents import Exclusion
from keraslint.engine.selection import verify
from keraslint.engine.settings import Settings
from keraslint.engine.targets import AUTO, targets
from keraslint.findings import Severity
from keraslint.pairing.versions import NEWEST, Version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.config.dependencies import Wanted
    from keraslint.config.options import Options

Found = tuple[str, dict[str, Any]]
"""The directory to which the patterns of a table are relative, and the table."""


@dataclass(frozen=True)
class Nearest:
    """The settings of every file, as ``options`` and the configuration files have it."""

    options: Options
    common: str = "."
    _known: dict[str, Found] = field(default_factory=dict)
    _settings: dict[tuple[str, tuple[Version, ...]], Settings] = field(default_factory=dict)
    _projects: dict[str, Wanted] = field(default_factory=dict)
    _at: dict[str, Settings] = field(default_factory=dict)

    def at(self, path: str) -> Settings:
        """The settings for a file; it need not exist."""
        folder = os.path.dirname(path)
        if folder not in self._at:
            self._at[folder] = self._settings_in(os.path.abspath(folder))
        return self._at[folder]

    def _settings_in(self, directory: str) -> Settings:
        root, table = self._above(directory)
        versions = self._versions(table, directory)
        if (root, versions) not in self._settings:
            self._settings[root, versions] = _settings(root, table, self.options, versions)
        return self._settings[root, versions]

    def wanted(self, path: str) -> Wanted | None:
        """What the project of a file asks of Keras, where that decides."""
        directory = os.path.abspath(os.path.dirname(path))
        if self._asked(self._above(directory)[1]) != (AUTO,):
            return None
        if directory not in self._projects:
            self._projects[directory] = wanted(directory)
        return self._projects[directory]

    def _asked(self, table: dict[str, Any]) -> tuple[str, ...]:
        if self.options.since is not None:
            return self.options.since, *(self.options.keras_version or (str(NEWEST),))
        return self.options.keras_version or _listed(table.get("keras-version", ()))

    def _versions(self, table: dict[str, Any], directory: str) -> tuple[Version, ...]:
        project = self.wanted(os.path.join(directory, "."))
        if project is not None:
            return project.versions
        asked = self._asked(table)
        return targets(asked) if asked else Settings.versions

    @property
    def output_format(self) -> str | None:
        """The format that is configured for all the paths of the run together."""
        return self._above(os.path.abspath(self.common))[1].get("output-format")

    @cached_property
    def _fixed(self) -> Found | None:
        """What the options put in place of all files."""
        files = [text for text in self.options.config if os.path.isfile(text)]
        if len(files) > 1:
            message = f"--config: one file at most, not {' and '.join(files)}"
            raise BadConfigError(message)
        if files:
            return os.getcwd(), {**table_of(files[0]), **self._inline}
        return (os.getcwd(), self._inline) if self.options.isolated else None

    @cached_property
    def _inline(self) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for text in self.options.config:
            if os.path.isfile(text):
                continue
            if "=" not in text:
                message = f"--config: {text!r} is neither a file nor KEY = VALUE"
                raise BadConfigError(message)
            merged |= inline(text)
        return merged

    def _above(self, directory: str) -> Found:
        """The nearest table at or above a directory; an empty one where there is none."""
        if self._fixed is not None:
            return self._fixed
        if directory not in self._known:
            self._known[directory] = self._look(directory)
        return self._known[directory]

    def _look(self, directory: str) -> Found:
        table = table_in(directory)
        if table is not None:
            return directory, {**table, **self._inline}
        parent = os.path.dirname(directory)
        return (os.getcwd(), self._inline) if parent == directory else self._above(parent)


def settings(paths: Sequence[str], options: Options) -> Nearest:
    """The settings for a run over ``paths``; bad options are refused at once."""
    found = Nearest(options, _common(paths))
    found.at(os.path.join(found.common, "."))
    for selector in (*(options.select or ()), *options.extend_select, *options.ignore):
        verify(selector)
    return found


def _common(paths: Sequence[str]) -> str:
    """The directory that holds all the paths."""
    common = os.path.commonpath([os.path.abspath(path) for path in paths] or [os.getcwd()])
    return common if os.path.isdir(common) else os.path.dirname(common)


def _settings(root: str, table: dict[str, Any], options: Options, versions: tuple[Version, ...]) -> Settings:
    """Options win, and ``--select`` replaces the file's selection."""
    selection: dict[str, Any] = {} if options.select is not None else table
    select = options.select if options.select is not None else tuple(table.get("select", ("ALL",)))
    return Settings(
        root=root,
        select=(*select, *selection.get("extend-select", ()), *options.extend_select),
        ignore=(*selection.get("ignore", ()), *options.ignore),
        per_file_ignores=tuple(
            (pattern, tuple(selectors)) for pattern, selectors in table.get("per-file-ignores", {}).items()
        ),
        excluded=_excluded(root, table, options),
        force_exclude=_first(options.force_exclude, table.get("force-exclude"), otherwise=False),
        respect_gitignore=_first(options.respect_gitignore, table.get("respect-gitignore"), otherwise=True),
        versions=versions,
        severity=Severity(options.severity or table.get("severity", Settings.severity.value)),
        style=options.style,
        since=None if options.since is None else versions[0],
        baseline=_baseline(root, table, options),
    )


def _excluded(root: str, table: dict[str, Any], options: Options) -> tuple[Exclusion, ...]:
    """Patterns of a file are relative to its directory, those of options to the working directory."""
    usual = tuple(table.get("exclude", Settings.usual)) if options.exclude is None else ()
    here = Exclusion(os.getcwd(), (*(options.exclude or ()), *options.extend_exclude))
    return (Exclusion(root, (*usual, *table.get("extend-exclude", ()))), *([here] if here.lines else []))


def _baseline(root: str, table: dict[str, Any], options: Options) -> str | None:
    if options.no_baseline:
        return None
    if options.baseline is not None:
        return options.baseline
    return os.path.relpath(os.path.join(root, table["baseline"])) if "baseline" in table else None


def _listed(value: Any) -> tuple[str, ...]:  # noqa: ANN401 (verified TOML: a string or strings)
    return (value,) if isinstance(value, str) else tuple(value)


def _first(*values: bool | None, otherwise: bool) -> bool:
    return next((value for value in values if value is not None), otherwise)
