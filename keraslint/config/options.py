"""What a command line says of the settings; None, or nothing, where it says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keraslint.engine.settings import Style


@dataclass(frozen=True)
class Options:
    """The options that go before the keys of a configuration.

    ``config`` holds files that replace those which would be found, or single keys (``severity = 'error'``);
    with ``isolated`` no file is looked for.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] | None = None
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool | None = None
    respect_gitignore: bool | None = None
    keras_version: tuple[str, ...] = ()
    severity: str | None = None
    baseline: str | None = None
    no_baseline: bool = False
    config: tuple[str, ...] = ()
    isolated: bool = False
    style: Style | None = None
    since: str | None = None
