"""What a run is to do: which rules, for which versions of Keras, on which files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, TypeAlias

from keraslint.documents import EXCLUDED, Exclusion, Policy, discover
from keraslint.findings import Severity
from keraslint.pairing.versions import NEWEST, Version

if TYPE_CHECKING:
    from collections.abc import Sequence

Style: TypeAlias = Literal["dict", "nested"]


class Configured(Protocol):
    """Whatever knows the settings of each file."""

    def at(self, path: str) -> Settings:
        """The settings for a file."""


@dataclass(frozen=True)
class Settings:
    """The settings of a file; ``per_file_ignores`` holds patterns relative to ``root`` and selectors, which
    are codes, beginnings of codes, or names. ``style`` is the one that whole sites are to be rewritten to,
    if any, ``baseline`` the file of findings that are known, from the working directory; ``since`` is the
    first of two versions where what is different in the second is asked for.
    """

    usual: ClassVar[tuple[str, ...]] = EXCLUDED

    root: str = "."
    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    excluded: tuple[Exclusion, ...] = (Exclusion(".", EXCLUDED),)
    force_exclude: bool = False
    respect_gitignore: bool = True
    versions: tuple[Version, ...] = (NEWEST,)
    severity: Severity = Severity.WARNING
    style: Style | None = None
    baseline: str | None = None
    since: Version | None = None

    def at(self, _: str) -> Settings:
        """These settings: they hold for every file unless something that knows better is in their place."""
        return self

    @property
    def policy(self) -> Policy:
        """Which files of a directory are walked over."""
        return Policy(self.excluded, gitignore=self.respect_gitignore, force=self.force_exclude)

    def ignored_in(self, path: str) -> list[str]:
        """The selectors of the rules that ``per-file-ignores`` leaves out for a file."""
        return [
            selector
            for pattern, selectors in self.per_file_ignores
            if Exclusion(self.root, (pattern,)).covers(path)
            for selector in selectors
        ]


def files(paths: Sequence[str], configured: Configured) -> list[str]:
    """Every file to read under ``paths``, as the configuration of each directory has it."""
    return list(discover(paths, lambda directory: configured.at(os.path.join(directory, ".")).policy))


def left_out(path: str, settings: Settings) -> bool:
    """Whether the configuration excludes a file that is not walked to."""
    return any(one.covers(path) for one in settings.excluded)
