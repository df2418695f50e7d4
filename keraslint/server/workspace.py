"""Changes of documents enter, their text leaves: pygls' workspace with lines as the protocol counts them.

``str.splitlines``, which pygls goes by, also ends lines at form feeds; a client does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.workspace import TextDocument, Workspace

from keraslint.server.opened import kept_lines

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence


class Text(TextDocument):
    """A document whose lines end where the protocol ends them."""

    @property
    def lines(self) -> Sequence[str]:
        """The lines with their ends; none after the last end."""
        return tuple(kept_lines(self.source))


class Texts(Workspace):
    """A workspace of such documents."""

    def _create_text_document(
        self,
        doc_uri: str,
        source: str | None = None,
        version: int | None = None,
        language_id: str | None = None,
    ) -> TextDocument:
        return Text(
            doc_uri,
            source=source,
            version=version,
            language_id=language_id,
            sync_kind=self._sync_kind,
            position_codec=self.position_codec,
        )


class Protocol(LanguageServerProtocol):
    """The protocol with such a workspace."""

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Make the workspace anew once pygls has negotiated how positions are counted."""
        result: types.InitializeResult = yield from super().lsp_initialize(params)
        made = self.workspace
        self._workspace = Texts(
            made.root_uri,
            types.TextDocumentSyncKind.Incremental,
            list(made.folders.values()),
            made.position_encoding,
        )
        return result
