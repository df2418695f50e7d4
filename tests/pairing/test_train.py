"""The specification is held against the installed Keras on generated requests, as ``python -m tests.pairing``
does with any number and seed.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from keraslint.pairing import Request
from tests.pairing.written import requests

pytestmark = pytest.mark.train

SETTINGS: dict[str, Any] = {
    "derandomize": True,
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "database": None,
}


def check(module: str, request: Request) -> None:
    """Keras and the specification agree on whether it raises, on what is paired and on what is returned."""
    keras = pytest.importorskip(module)
    from tests.pairing.__main__ import said
    from tests.pairing.comparing import compare

    outcome = compare(keras, request)
    assert outcome.kind != "disagrees", f"said {said(outcome.verdict)} but {outcome.reason}"


@given(requests())
@settings(max_examples=150, **SETTINGS)
def test_generated_requests(request_: Request) -> None:
    check("keras", request_)


@given(requests())
@settings(max_examples=60, **SETTINGS)
def test_generated_requests_on_keras_2(request_: Request) -> None:
    check("tf_keras", request_)


@pytest.mark.slow
@given(requests())
@settings(max_examples=1000, **SETTINGS)
def test_many_generated_requests(request_: Request) -> None:
    check("keras", request_)
