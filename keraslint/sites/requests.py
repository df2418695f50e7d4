"""A training site enters; the request that ``pairing`` judges leaves, or what it says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keraslint.pairing import (
    ABSENT,
    UNSEEN,
    Part,
    Rejected,
    Request,
    Token,
    Undecided,
    pair,
    parse,
    refused_parts,
)
from keraslint.sites.model import CompileCall, Given, NotGiven, Unread
from keraslint.tree import SEQUENCES, Branch, Leaf, leaves, map_leaves

if TYPE_CHECKING:
    from collections.abc import Callable

    from keraslint.pairing import RefusedPart, Verdict
    from keraslint.pairing.versions import Version
    from keraslint.sites.model import DataCall, SitePart, TrainingSite, Written
    from keraslint.tree import Path, Tree


FIRST_NESTED = parse("3.7")
"""From here on Keras itself pairs losses in the containers of the outputs as those by path."""


def verdict(site: TrainingSite, version: Version) -> Verdict:
    """What a version of Keras does at a site; undecided where its outputs are not known."""
    if site.compiled is not None and site.compiled.by_path and version < FIRST_NESTED:
        return Undecided(f"losses by dot path are no affair of Keras {version}")
    if isinstance(site.outputs, Given):
        asked = request(site)
        return _after_fit(site, asked, pair(asked, version))
    reason = site.outputs.reason if isinstance(site.outputs, Unread) else "the model has no outputs"
    return Undecided(f"outputs not known: {reason}")


def _after_fit(site: TrainingSite, asked: Request, judged: Verdict) -> Verdict:
    """Validation meets losses that ``fit`` has built already: what they raise there is not what is judged.

    Nor is it known of ``evaluate`` whether its losses are built; those that are flatten what they are given.
    """
    if not isinstance(judged, Rejected) or site.data is None:
        return judged
    # y_true = tree.pack_sequence_as(self._y_true_build_structure, tree.flatten(y_true))
    if "L47" in judged.clauses and asked.call in {"evaluate", "test_on_batch"} and _as_many(asked):
        return Undecided("targets that Keras takes only where the losses were built by an earlier call")
    return replace(judged, error="an error") if site.data.validation else judged


def _as_many(asked: Request) -> bool:
    """Whether there is a target for each output, however deep it lies."""
    targets = asked.targets
    if not isinstance(targets, Leaf | Branch):
        return False
    return len(list(leaves(targets))) == len(list(leaves(asked.outputs)))


def request(site: TrainingSite) -> Request:
    """What is asked of ``pairing`` about a site; without a data call the targets mirror the outputs."""
    compiled = site.compiled or CompileCall(site.model)
    data = site.data
    return Request(
        outputs=_names(site.outputs),
        kind=site.kind,
        loss=_part(compiled.loss),
        loss_weights=_part(compiled.loss_weights, _number),
        metrics=_part(compiled.metrics),
        weighted_metrics=_part(compiled.weighted_metrics),
        call="compile" if data is None else data.call,
        targets=UNSEEN if data is None else _part(data.targets, _array),
        sample_weight=ABSENT if data is None else _part(data.sample_weight, _array),
        class_weight=data is not None and data.class_weight,
        feed="arrays" if data is None else data.feed,
        inputs=_names(site.inputs) if isinstance(site.inputs, Given) else ABSENT,
        data=ABSENT if data is None else _part(data.inputs, _array),
        batch="list" if data is not None and _is_list(data.batch) else "tuple",
        entries=ENTRIES if data is None else _entries(data.batch),
    )


def refused_batch(data: DataCall) -> tuple[RefusedPart, ...]:
    """What Keras does not take of the batch of a data call, as far as it is known."""
    if not isinstance(data.batch, Given):
        return ()
    return refused_parts(map_leaves(data.batch.tree, _array), data.feed)


ENTRIES = Request.entries


def _entries(batch: SitePart) -> int:
    """How many entries a batch has, if it has too many."""
    match batch:
        case Given(tree=Branch(kind=kind, items=items)) if kind in SEQUENCES:
            return max(ENTRIES, len(items))
        case _:
            return ENTRIES


def _is_list(batch: SitePart) -> bool:
    return isinstance(batch, Given) and isinstance(batch.tree, Branch) and batch.tree.kind == "list"


def _names(outputs: SitePart) -> Tree[str | None]:
    if not isinstance(outputs, Given):
        message = "a site without known outputs is not judged"
        raise TypeError(message)
    return map_leaves(outputs.tree, lambda _, written: written.name)


def _token(_: Path, written: Written) -> Token:
    if written.is_none:
        return None
    return written.name or written.text


def _number(_: Path, written: Written) -> Token:
    """A weight that is not a literal is taken for a float, which is what Keras wants."""
    if written.is_none:
        return None
    return 1.0 if written.value is None else written.value


def _array(path: Path, written: Written) -> Token:
    """Targets, sample weights and inputs are arrays, unless a number stands there."""
    return written.value if isinstance(written.value, (int, float)) else _token(path, written)


def _part(part: SitePart, token: Callable[[Path, Written], Token] = _token) -> Part:
    if isinstance(part, NotGiven):
        return ABSENT
    return map_leaves(part.tree, token) if isinstance(part, Given) else UNSEEN
