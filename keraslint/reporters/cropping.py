"""A line of source and a place in it enter; both leave so short that people can read them.

The lines of generated code and of data have no end, and a report has one for each finding.
"""

from __future__ import annotations

MAX_LINE = 300
"""Characters of a line that are shown."""
AROUND = 80
"""Of these, characters before the place that is spoken of."""
CUT = "..."


def cropped(line: str, begin: int = 0, end: int | None = None) -> tuple[str, int, int]:
    """The line with what is far from the place left out, and where the place then begins and ends."""
    last = len(line) if end is None else end
    if len(line) <= MAX_LINE:
        return line, begin, last
    first = max(begin - AROUND, 0)
    shown = line[first : first + MAX_LINE]
    before = CUT if first else ""
    after = CUT if first + len(shown) < len(line) else ""
    moved = len(before) - first
    return before + shown + after, begin + moved, min(last, first + len(shown)) + moved
