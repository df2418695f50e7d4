"""Keras 3: which clauses answer a request, by version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.pairing.model import Undecided

if TYPE_CHECKING:
    from keraslint.pairing.model import Backend, Request, Verdict
    from keraslint.pairing.versions import Version


def pair(request: Request, version: Version, backend: Backend) -> Verdict:
    """What Keras 3 does with a request."""
    return Undecided(f"no clause for Keras {version} on {backend} with {request.kind} outputs yet")
