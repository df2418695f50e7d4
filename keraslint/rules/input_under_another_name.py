"""Inputs in a dict whose keys are not the names of its inputs, of which Keras 3 warns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Verdict
from keraslint.rewriting import calls, parts
from keraslint.rules.base import Rule
from keraslint.sites.model import Given, Maker, TrainingSite, Written
from keraslint.sites.reading import is_mapping
from keraslint.tree import Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Finding

rule = Rule(__name__, code="KER501", since="0.1.0", severity=Severity.WARNING, keras=3)


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Compare each key with the name of its ``Input``; the verdict has no part in it."""
    del verdict
    match site.inputs:
        case Given(tree=inputs) if is_mapping(inputs):
            for key, leaf in inputs.items:
                match leaf:
                    case Leaf(Written(maker=Maker(symbol="keras.Input") as maker) as written) if maker.option(
                        "name"
                    ) not in {key, ...}:
                        yield _finding(site, written, maker, str(key))


def _finding(site: TrainingSite, written: Written, maker: Maker, key: str) -> Finding:
    name = maker.option("name")
    shown = "without a name" if name is None else f"named {name!r}"
    edits = None
    if name is None and written.made is not None:
        edits = calls.with_more(site, written.made, "name", key)
    fixes = parts.fix(f"Name the input {key!r}", Safety.SAFE, edits)
    return rule.finding(
        written.location, f"Keras warns: under the key {key!r} stands an input {shown}", fixes=fixes
    )
