"""Messages of an editor enter, diagnostics, quick fixes and pictures of pairings leave, over stdio.

The room needs pygls and lsprotocol, the extra ``server``; nothing here is imported before it is asked for.
"""

from keraslint.server.serving import serve

__all__ = ["serve"]
