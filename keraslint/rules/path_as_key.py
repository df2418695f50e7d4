"""A key of the outputs with a dot or a slash in it, as paths into nested outputs have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Severity
from keraslint.pairing import Verdict
from keraslint.rules.base import Rule
from keraslint.sites.model import Given, TrainingSite
from keraslint.sites.reading import is_mapping
from keraslint.tree import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding

rule = Rule(__name__, code="KER505", since="0.1.0", severity=Severity.INFO, optional=True)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Look at the keys at every depth; the verdict has no part in it."""
    del verdict
    match site.outputs:
        case Given(tree=outputs, entries=entries) if is_mapping(outputs):
            for path, location in entries:
                around, key = at(outputs, path[:-1]), path[-1]
                if around is not None and is_mapping(around) and isinstance(key, str) and {".", "/"} & {*key}:
                    message = (
                        f"the key {key!r} reads as a path: Keras logs nested outputs under names with a slash"
                    )
                    yield rule.finding(location, message)
