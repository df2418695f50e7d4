"""Why a site is not rewritten, and where that lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from keraslint.findings import Location


class Refused(Exception):  # noqa: N818  # control flow of this room, not an error
    """One thing that stands in the way is enough: a site is rewritten whole or not at all."""

    reason = ""
    location: Location | None = None


def refuse(reason: str, location: Location | None = None) -> NoReturn:
    """Give up a site."""
    refused = Refused(reason)
    refused.reason, refused.location = reason, location
    raise refused
