"""Why a site is not rewritten, and where that lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from keraslint.findings import Location


class Refused(Exception):  # noqa: N818  # control flow of this room, not an error
    """One thing that stands in the way is enough: a site is rewritten whole or not at all.

    ``remedy`` is another way to rewrite it, in which that may not stand in the way.
    """

    reason = ""
    location: Location | None = None
    remedy = ""

    @classmethod
    def like(cls, other: Refused) -> Refused:
        """The same reason, of this kind."""
        made = cls(other.reason)
        made.reason, made.location = other.reason, other.location
        return made


def refuse(reason: str, location: Location | None = None) -> NoReturn:
    """Give up a site."""
    refused = Refused(reason)
    refused.reason, refused.location = reason, location
    raise refused
