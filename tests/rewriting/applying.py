"""Sources and the edits of a fix enter, the sources as they are after it leave."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from keraslint.findings import Edit


def applied(sources: Mapping[str, str], edits: Iterable[Edit]) -> dict[str, str]:
    """Every source with its edits made; they must not overlap."""
    by_document: dict[str, list[Edit]] = defaultdict(list)
    for edit in dict.fromkeys(edits):
        by_document[edit.location.document].append(edit)
    return {path: edited(source, by_document[path]) for path, source in sources.items()}


def edited(source: str, edits: Iterable[Edit]) -> str:
    """One source with edits made."""
    starts = [0]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    pieces, done = [], 0
    for edit in sorted(edits, key=lambda edit: edit.location.span):
        span = edit.location.span
        begin, end = starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1
        assert done <= begin <= end, f"edits overlap at {span}"
        pieces += [source[done:begin], edit.text]
        done = end
    return "".join([*pieces, source[done:]])
