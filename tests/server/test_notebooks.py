"""Notebooks that are open in an editor, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol import types

from tests.cli.conftest import SWAPPED
from tests.server.edits import applied

if TYPE_CHECKING:
    from tests.server.client import Client

HEADS, COMPILED = SWAPPED.split("model.compile")
CALL = f"model.compile{COMPILED}"
SPAN = types.Range(types.Position(0, 0), types.Position(9, 0))


class Notebook:
    """A notebook in a client: cells of Markdown and of Python."""

    def __init__(self, client: Client, name: str, *cells: str) -> None:
        """Open it."""
        self.client = client
        self.uri = (client.root / name).as_uri()
        items = [self.item(f"c{number}", text) for number, text in enumerate(cells)]
        self.cells = [self.cell(one) for one in items]
        notebook = types.NotebookDocument(self.uri, "jupyter-notebook", 1, self.cells)
        client.tell(types.NOTEBOOK_DOCUMENT_DID_OPEN, types.DidOpenNotebookDocumentParams(notebook, items))

    def address(self, fragment: str) -> str:
        """The address of a cell."""
        return self.uri.replace("file:", "vscode-notebook-cell:") + f"#{fragment}"

    def item(self, fragment: str, text: str) -> types.TextDocumentItem:
        """The document of a cell; a heading is Markdown."""
        language = "markdown" if text.startswith("#") else "python"
        return types.TextDocumentItem(self.address(fragment), language, 1, text)

    @staticmethod
    def cell(item: types.TextDocumentItem) -> types.NotebookCell:
        """The cell that has this document."""
        kind = types.NotebookCellKind.Code if item.language_id == "python" else types.NotebookCellKind.Markup
        return types.NotebookCell(kind, item.uri)

    def change(self, change: types.NotebookDocumentCellChanges) -> None:
        """Change cells."""
        self.client.tell(
            types.NOTEBOOK_DOCUMENT_DID_CHANGE,
            types.DidChangeNotebookDocumentParams(
                types.VersionedNotebookDocumentIdentifier(2, self.uri),
                types.NotebookDocumentChangeEvent(cells=change),
            ),
        )

    def close(self) -> None:
        """Close it with all of its cells."""
        self.client.tell(
            types.NOTEBOOK_DOCUMENT_DID_CLOSE,
            types.DidCloseNotebookDocumentParams(
                types.NotebookDocumentIdentifier(self.uri),
                [types.TextDocumentIdentifier(one.document) for one in self.cells],
            ),
        )


def test_the_server_says_which_notebooks_it_takes(pulling: Client) -> None:
    offered = pulling.initialized.capabilities.notebook_document_sync
    assert isinstance(offered, types.NotebookDocumentSyncOptions)


def test_a_finding_is_in_its_cell(pulling: Client) -> None:
    book = Notebook(pulling, "book.ipynb", "# Train\n", f"%matplotlib inline\n{HEADS}", CALL)
    (found,) = pulling.pull(book.address("c2")).items
    begin = CALL.index("[")
    assert found.code == "KER202"
    assert found.range.start == types.Position(0, begin)
    assert {one.location.uri for one in found.related_information} <= {book.address("c1"), book.address("c2")}
    assert pulling.codes(book.address("c1")) == pulling.codes(book.address("c0")) == []


def test_cells_are_fixed_and_hovered_over(pulling: Client) -> None:
    book = Notebook(pulling, "fixed.ipynb", "# Train\n", HEADS, CALL)
    cell = book.address("c2")
    quick = pulling.actions(cell, SPAN, "quickfix")
    assert '{"z": "mse", "a": "mae"}' in applied(CALL, quick[1].edit, cell)
    (everything,) = pulling.actions(cell, SPAN, "notebook.source.fixAll")
    assert everything.edit is not None
    assert list(everything.edit.changes or {}) == [cell]
    assert applied(CALL, everything.edit, cell) == applied(CALL, quick[0].edit, cell)
    assert "outputs" in pulling.hover(cell, 0, 8)


def test_changes_of_text_and_order_are_followed(pulling: Client) -> None:
    book = Notebook(pulling, "moving.ipynb", HEADS, CALL)
    new = book.item("new", "import numpy as np\n")
    array = types.NotebookCellArrayChange(1, 0, [book.cell(new)])
    book.change(
        types.NotebookDocumentCellChanges(structure=types.NotebookDocumentCellChangeStructure(array, [new]))
    )
    (found,) = pulling.pull(book.address("c1")).items
    assert found.code == "KER202"
    begin = CALL.index("[")
    span = types.Range(types.Position(0, begin), types.Position(0, CALL.index("]") + 1))
    identifier = types.VersionedTextDocumentIdentifier(2, book.address("c1"))
    partial = types.TextDocumentContentChangePartial(span, '{"z": "mse", "a": "mae"}')
    content = types.NotebookDocumentCellContentChanges(identifier, [partial])
    book.change(types.NotebookDocumentCellChanges(text_content=[content]))
    assert pulling.codes(book.address("c1")) == []


def test_a_cell_that_does_not_parse_leaves_the_others(pulling: Client) -> None:
    book = Notebook(pulling, "broken.ipynb", HEADS, "def (:\n", CALL)
    assert pulling.codes(book.address("c1")) == ["KER001"]
    assert pulling.codes(book.address("c2")) == ["KER202"]


def test_diagnostics_of_cells_are_pushed_and_taken_back(pushed: Client) -> None:
    book = Notebook(pushed, "pushed.ipynb", HEADS, CALL)
    cell = book.address("c1")
    assert [one.code for one in pushed.pushed(cell, 1)] == ["KER202"]
    book.close()
    assert pushed.pushed(cell, None) == []


def test_a_notebook_may_be_empty_and_asked_for_as_a_whole(pulling: Client) -> None:
    empty = Notebook(pulling, "empty.ipynb")
    full = Notebook(pulling, "whole.ipynb", HEADS, CALL)
    for book in (empty, full):
        assert pulling.codes(book.uri) == []
        assert pulling.actions(book.uri, SPAN, "quickfix") == []
        assert not pulling.hover(book.uri, 0, 8)


@pytest.mark.parametrize("text", ["{", '{"cells": [], "nbformat": 4}'])
def test_a_notebook_that_is_open_as_text_is_read_as_one(text: str, pulling: Client) -> None:
    uri = pulling.open(f"raw{len(text)}.ipynb", text)
    assert pulling.codes(uri) == (["KER001"] if text == "{" else [])
