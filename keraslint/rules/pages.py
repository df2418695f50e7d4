"""A rule's name enters, its page leaves."""

from __future__ import annotations

import re
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
# In a wheel the pages lie in the package, in a checkout or an editable install beside it.
PLACES = (PACKAGE / "pages", PACKAGE.parent / "rules")
COMMENT = re.compile(r"^<!--.*-->\n", re.MULTILINE)


class NoPageError(LookupError):
    """A rule without a page: a broken installation."""


def path_of(name: str) -> Path:
    """The file of the rule's page."""
    for place in PLACES:
        path = place / f"{name}.md"
        if path.is_file():
            return path
    message = f"the page of {name} is in none of {', '.join(map(str, PLACES))}"
    raise NoPageError(message)


def page(name: str) -> str:
    """The text of the rule's page, without the comments that name its fixtures."""
    return COMMENT.sub("", path_of(name).read_text(encoding="utf-8"))
