"""JSON for machines that read while it is written: one object a line, the fields those of ``json``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from keraslint.reporters.json_array import rows

if TYPE_CHECKING:
    from keraslint.reporters.results import Results


def render(results: Results) -> str:
    """A line for each finding."""
    return "".join(f"{json.dumps(row)}\n" for row in rows(results))
