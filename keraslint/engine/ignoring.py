"""Comments enter; which findings they silence leaves.

``# keraslint: ignore[KER101] reason`` and ``# noqa: KER101`` speak of the line they stand on,
``# keraslint: ignore-file[KER101]`` of the whole document. A bare ``# noqa`` says nothing of keraslint.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keraslint.engine.selection import ALL, closeness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keraslint.findings import Finding
    from keraslint.syntax.concrete import Comment

IGNORE = re.compile(r"#\s*keraslint:\s*ignore(?P<file>-file)?(?![\w-])\s*(?:\[(?P<rules>[^\]]*)\])?")
NOQA = re.compile(r"#\s*noqa:\s*(?P<rules>[\w-]+(?:[,\s]+[A-Z]+\d+|\s*,\s*[\w-]+)*)", re.IGNORECASE)


def is_ignored(finding: Finding, comments: Sequence[Comment]) -> bool:
    """Whether a comment on the first or last line of the finding, or for the document, names its rule."""
    lines = {finding.location.span.line, finding.location.span.end_line}
    return any(
        closeness(selectors, finding.code, finding.name)
        for comment in comments
        for selectors, whole in _selectors(comment.text)
        if whole or comment.line in lines
    )


def _selectors(text: str) -> list[tuple[tuple[str, ...], bool]]:
    found = [
        (_split(match["rules"]) if match["rules"] is not None else (ALL,), bool(match["file"]))
        for match in IGNORE.finditer(text)
    ]
    return found + [(_split(match["rules"]), False) for match in NOQA.finditer(text)]


def _split(rules: str) -> tuple[str, ...]:
    return tuple(rule for rule in re.split(r"[,\s]+", rules) if rule)
