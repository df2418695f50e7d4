"""What a client does with edits, written once more and by other means than the server's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lsprotocol import types


def applied(text: str, edit: types.WorkspaceEdit | None, uri: str) -> str:
    """A text with the edits of one document made, positions in UTF-16."""
    assert edit is not None
    assert edit.changes is not None
    raw = text.encode("utf-16-le")
    starts = [0, *(at + 2 for at in range(0, len(raw), 2) if raw[at : at + 2] == b"\n\0")]
    edits = sorted(edit.changes[uri], key=lambda one: one.range.start, reverse=True)
    for one in edits:
        begin = starts[one.range.start.line] + 2 * one.range.start.character
        end = starts[one.range.end.line] + 2 * one.range.end.character
        raw = raw[:begin] + one.new_text.encode("utf-16-le") + raw[end:]
    return raw.decode("utf-16-le")
