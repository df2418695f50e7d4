"""The bytes of a file and edits of it enter, its new bytes leave; what is not edited keeps its bytes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from keraslint.documents import NOTEBOOK, Document, decode
from keraslint.fixing import notebooks
from keraslint.fixing.texts import UnfitError, replaced, replacements

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keraslint.findings import Edit

BOM = b"\xef\xbb\xbf"
UTF8 = "utf-8"


def applied(path: str, data: bytes, edits: Sequence[Edit]) -> bytes:
    """The file with all the edits made, which are by cell where it is a notebook.

    Raises UnfitError where one of them cannot be made.
    """
    document = decode(path, data)
    if not isinstance(document, Document):
        message = f"{path} cannot be read: {document.reason}"
        raise UnfitError(message)
    if path.endswith(NOTEBOOK):
        bom = BOM if data.startswith(BOM) else b""
        text = data[len(bom) :].decode(UTF8)
        return bom + _encoded(_notebook(document, text, edits), UTF8)
    text = data.decode(document.encoding)
    if text.encode(document.encoding) != data:
        message = f"{path} could not be written back byte for byte in {document.encoding}"
        raise UnfitError(message)
    return _encoded(replaced(text, replacements(text, edits)), document.encoding)


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        message = f"{error.object[error.start]!r} cannot be written in {encoding}, the encoding of the file"
        raise UnfitError(message) from error


def _notebook(document: Document, text: str, edits: Iterable[Edit]) -> str:
    cells: dict[int, list[Edit]] = defaultdict(list)
    for edit in edits:
        _verify(document, text, edit)
        cells[edit.location.cell or 0].append(edit)
    return notebooks.edited(text, cells)


def _verify(document: Document, text: str, edit: Edit) -> None:
    """Refuse to edit lines that were not read as they stand: magics, and cells that were left out."""
    span, number = edit.location.span, edit.location.cell
    cell = next((one for one in document.cells if one.number == number), None)
    if cell is None:
        message = f"there is no code cell {number} in {document.path}"
        raise UnfitError(message)
    stands = notebooks.cell_text(text, cell.number).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    read = document.lines[cell.first - 1 : cell.last]
    for line in range(span.line, min(span.end_line, len(read)) + 1):
        if stands[line - 1][cell.indent :].rstrip() != read[line - 1].rstrip():
            message = f"line {line} of cell {number} holds what only IPython reads"
            raise UnfitError(message)
