"""What earlier runs of the tests, or of their user, found out is not used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache directory of this session's own, for the processes that it starts as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERASLINT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield
