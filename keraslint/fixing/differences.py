"""Changed files enter, a unified diff leaves: of a notebook cell by cell, in lines of its source."""

from __future__ import annotations

import re
from difflib import unified_diff
from typing import TYPE_CHECKING

from keraslint.documents import NOTEBOOK, Document, decode
from keraslint.documents.notebook import sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.fixing.rounds import Changed

LINE = re.compile(r"[^\n]*\n|[^\n]+")
UNENDED = "\\ No newline at end of file"


def difference(changed: Changed) -> str:
    """The diff of one file as text; a notebook's is for people."""
    if changed.path.endswith(NOTEBOOK):
        return "".join(_of_cells(changed))
    return _diff(changed.path, _text(changed.path, changed.old), _text(changed.path, changed.new))


def patch(changed: Changed) -> bytes:
    """The diff of one file in its own encoding, which ``patch -p1`` understands."""
    text, encoding = difference(changed), _encoding(changed.path, changed.old)
    try:
        return text.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:  # the name of the file has letters that its contents cannot have
        return text.encode(encoding, "backslashreplace")


def _text(path: str, data: bytes) -> str:
    return data.decode(_encoding(path, data))


def _encoding(path: str, data: bytes) -> str:
    """The encoding in which a byte order mark is a character as any other."""
    document = decode(path, data)
    encoding = document.encoding if isinstance(document, Document) else "utf-8"
    return "utf-8" if encoding == "utf-8-sig" else encoding


def _of_cells(changed: Changed) -> Iterator[str]:
    old, new = (sources(data.decode("utf-8-sig")) for data in (changed.old, changed.new))
    for number in old:
        before, after = "".join(old[number]), "".join(new.get(number, ()))
        if before != after:
            yield _diff(f"{changed.path}:cell {number}", before, after)


def _diff(name: str, old: str, new: str) -> str:
    lines = unified_diff(LINE.findall(old), LINE.findall(new), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n{UNENDED}\n" for line in lines)
