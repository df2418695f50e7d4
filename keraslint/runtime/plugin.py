"""A plugin of pytest: with ``--keraslint`` every ``fit`` of a test suite is examined, and a test in which
Keras pairs otherwise than written fails. Without the option nothing is loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

LEVELS = ("error", "warning", "info")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Two options."""
    group = parser.getgroup("keraslint")
    group.addoption(
        "--keraslint",
        action="store_true",
        help="Examine what Keras pairs in every fit; a finding fails the test.",
    )
    group.addoption(
        "--keraslint-raise-on", choices=LEVELS, default="error", help="The least severity that fails a test."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Stand before Keras for the whole session, collection included, in every thread."""
    if not config.getoption("--keraslint"):
        return
    from keraslint.runtime.guarding import guard

    watching = guard(config.getoption("--keraslint-raise-on"), print_fn=None, every_thread=True)
    watching.__enter__()
    config.add_cleanup(lambda: watching.__exit__(None, None, None))
