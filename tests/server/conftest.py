"""Two sessions for all tests of the room: an editor that pulls diagnostics, and one that is sent them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol import types

from tests.server.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTEBOOKS = types.NotebookDocumentClientCapabilities(types.NotebookDocumentSyncClientCapabilities())
PULLING = types.ClientCapabilities(
    text_document=types.TextDocumentClientCapabilities(diagnostic=types.DiagnosticClientCapabilities()),
    notebook_document=NOTEBOOKS,
    workspace=types.WorkspaceClientCapabilities(
        diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    ),
)
PUSHED = types.ClientCapabilities(
    text_document=types.TextDocumentClientCapabilities(
        code_action=types.CodeActionClientCapabilities(
            resolve_support=types.ClientCodeActionResolveOptions(["edit"])
        )
    ),
    general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf8]),
    notebook_document=NOTEBOOKS,
    workspace=types.WorkspaceClientCapabilities(
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
        workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
    ),
)


@pytest.fixture(scope="session")
def pulling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client that asks for diagnostics and counts in UTF-16."""
    client = Client(tmp_path_factory.mktemp("pulling"), PULLING)
    yield client
    assert client.end() == 0


@pytest.fixture(scope="session")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client that is sent diagnostics and counts in UTF-8."""
    client = Client(tmp_path_factory.mktemp("pushed"), PUSHED)
    yield client
    assert client.end() == 0
