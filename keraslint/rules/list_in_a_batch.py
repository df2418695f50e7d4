"""A list of arrays in a batch of a generator or ``PyDataset``, which Keras 3 on TensorFlow raises on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import DataCall, Given, TrainingSite, Written
from keraslint.sites.reading import fed_at
from keraslint.tree import Branch, Leaf, at, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Edit, Finding, Location
    from keraslint.tree import Key, Tree

rule = Rule(__name__, code="KER401", since="0.1.0", severity=Severity.ERROR, keras=3)

_PLACES = ("inputs", "targets", "sample weights")


def check(site: TrainingSite, verdict: Verdict) -> Iterator[Finding]:
    """Find the lists below the batch itself; whatever else the verdict says, Keras comes to it later."""
    del verdict
    match site.data:
        case DataCall(feed="generator" | "py_dataset", batch=Given(tree=Branch() as batch)) as data:
            for name, (key, entry) in zip(_names(batch), batch.items, strict=False):
                if _has_list(entry):
                    message = (
                        f"Keras on TensorFlow raises TypeError at {data.call}: the batch has {name} in a list"
                    )
                    fixes = parts.fix(f"Give the {name} as a tuple", Safety.UNSAFE, _tuple(site, data, key))
                    yield rule.finding(
                        _place(data, name, entry), message, related=(fed_at(data),), fixes=fixes
                    )


def _tuple(site: TrainingSite, data: DataCall, key: Key) -> tuple[Edit, ...] | None:
    """The list that an entry of the batch is; one that lies deeper is left alone."""
    batch = data.batch
    entry = at(batch.tree, (key,)) if isinstance(batch, Given) else None
    if not isinstance(batch, Given) or not isinstance(entry, Branch) or any(map(_has_list, entry.children)):
        return None
    return parts.placed(site, batch, range(len(entry.items)), "tuple", (key,))


def _names(batch: Branch[Written]) -> tuple[str, ...]:
    """What each entry of a batch is; a dict is all inputs."""
    return _PLACES if batch.kind in {"tuple", "list"} else ("inputs",) * len(batch.items)


def _has_list(entry: Tree[Written]) -> bool:
    """Whether there is a list of arrays at any depth. One of numbers alone is another error."""
    if isinstance(entry, Leaf):
        return False
    if entry.kind == "list":
        return not all(_is_number(leaf) for _, leaf in leaves(entry))
    return any(map(_has_list, entry.children))


def _is_number(leaf: Written) -> bool:
    return isinstance(leaf.value, int | float)


def _place(data: DataCall, name: str, entry: Tree[Written]) -> Location:
    """Where the part was written; inputs stand where their first array does."""
    if name == "targets" and isinstance(data.targets, Given):
        return data.targets.location
    if name == "sample weights" and isinstance(data.sample_weight, Given):
        return data.sample_weight.location
    return next((leaf.location for _, leaf in leaves(entry)), data.location)
