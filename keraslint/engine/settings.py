"""What a run is to do: which rules, for which versions of Keras, on which files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from keraslint.documents import EXCLUDED
from keraslint.findings import Severity
from keraslint.pairing.versions import NEWEST, Version

Style: TypeAlias = Literal["dict", "nested"]


@dataclass(frozen=True)
class Settings:
    """The settings of a run; patterns are relative to ``root``, selectors are codes, beginnings or names.

    ``style`` is the one that whole sites are to be rewritten to, if any.
    """

    root: str = "."
    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = EXCLUDED
    versions: tuple[Version, ...] = (NEWEST,)
    severity: Severity = Severity.WARNING
    style: Style | None = None
