"""A list of arrays in a batch of a generator or ``PyDataset``, which Keras 3 on TensorFlow raises on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keraslint.findings import Safety, Severity
from keraslint.pairing import Verdict
from keraslint.rewriting import parts
from keraslint.rules.base import Rule
from keraslint.sites.model import DataCall, Given, TrainingSite, Written
from keraslint.sites.reading import fed_at, is_flat
from keraslint.sites.requests import refused_batch
from keraslint.tree import Branch, at, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keraslint.findings import Edit, Finding, Location
    from keraslint.pairing import RefusedPart
    from keraslint.tree import Key, Tree

rule = Rule(__name__, code="KER401", since="0.1.0", severity=Severity.ERROR, keras=3)

_PLACES = ("inputs", "targets", "sample weights")


def check(site: TrainingSite, _: Verdict) -> Iterator[Finding]:
    """Find the lists below the batch itself; whether the outputs are known does not matter."""
    match site.data:
        case DataCall(batch=Given(tree=Branch() as batch)) as data:
            for refused in refused_batch(data):
                if refused.path and refused.found == "list":
                    yield _finding(site, data, batch, refused)


def _finding(site: TrainingSite, data: DataCall, batch: Branch[Written], refused: RefusedPart) -> Finding:
    (key,) = refused.path
    name, entry = _named(batch)[key]
    inner = _inner(entry)
    what = f"{name} in a list" if inner is None else f"a list among its {name}"
    message = f"Keras on TensorFlow raises {refused.error} at {data.call}: the batch has {what}"
    fixes = parts.fix(f"Give the {name} as a tuple", Safety.UNSAFE, _tuple(site, data, key))
    place = _place(data, name, entry) if inner is None else _first(inner) or _place(data, name, entry)
    return rule.finding(place, message, related=(fed_at(data),), fixes=fixes)


def _inner(entry: Tree[Written]) -> Branch[Written] | None:
    """The list that lies within an entry which is none itself."""
    if not isinstance(entry, Branch) or entry.kind == "list":
        return None
    below = [child for _, child in entry.items if isinstance(child, Branch)]
    found = (child if child.kind == "list" else _inner(child) for child in below)
    return next((one for one in found if one is not None), None)


def _first(tree: Tree[Written]) -> Location | None:
    return next((leaf.location for _, leaf in leaves(tree)), None)


def _tuple(site: TrainingSite, data: DataCall, key: Key) -> tuple[Edit, ...] | None:
    """The list that an entry of the batch is; one that lies deeper is left alone."""
    batch = data.batch
    entry = at(batch.tree, (key,)) if isinstance(batch, Given) else None
    if not isinstance(batch, Given) or not isinstance(entry, Branch) or not is_flat(entry):
        return None
    return parts.placed(site, batch, range(len(entry.items)), "tuple", (key,))


def _named(batch: Branch[Written]) -> dict[Key, tuple[str, Tree[Written]]]:
    """What each entry of a batch is; a dict is all inputs."""
    names = _PLACES if batch.kind in {"tuple", "list"} else ("inputs",) * len(batch.items)
    return {key: (name, entry) for name, (key, entry) in zip(names, batch.items, strict=False)}


def _place(data: DataCall, name: str, entry: Tree[Written]) -> Location:
    """Where the part was written; inputs stand where their first array does, else the batch."""
    if name == "targets" and isinstance(data.targets, Given):
        return data.targets.location
    if name == "sample weights" and isinstance(data.sample_weight, Given):
        return data.sample_weight.location
    given = data.batch.location if isinstance(data.batch, Given) else data.location
    return next((leaf.location for _, leaf in leaves(entry)), given)
