"""Reads a part as it was written: which head each entry was written for.

The outputs and a part enter as written trees; heads and names leave. What Keras does with the part
stands in the verdict, and ``placement`` compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeGuard

from keraslint.findings import Related
from keraslint.sites.model import Given
from keraslint.tree import MAPPINGS, SEQUENCES, Branch, Leaf, at, dotted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keraslint.pairing import Paired, Rejected
    from keraslint.sites.model import DataCall, TrainingSite, Written
    from keraslint.tree import Key, Path, Tree

Pair: TypeAlias = "tuple[Path, Path | None]"  # a head, and the path of the entry that Keras gives it


def declaration_of(outputs: Given) -> Related:
    """The place that decides what a part is held against."""
    return Related(outputs.location, "the outputs are declared here")


def fed_at(data: DataCall) -> Related:
    """The call that takes the batches."""
    return Related(data.location, "a model takes these batches here")


def ends_in_weights(data: DataCall) -> bool:
    """Whether one target and one array of sample weights were given as the entries of one tuple."""
    together = data.validation or data.feed != "arrays"
    parts = (data.targets, data.sample_weight)
    return together and all(isinstance(part, Given) and isinstance(part.tree, Leaf) for part in parts)


def may_be_a_container(targets: Tree[Written]) -> bool:
    """Whether the only target has a name, as arrays have not: what a call of Keras returns may be a list."""
    return isinstance(targets, Leaf) and targets.value.name is not None


def raises(rejected: Rejected) -> str:
    """What Keras will do with a request that it rejects."""
    return f"Keras raises {rejected.error} at {rejected.call}"


def counted(count: int, one: str, many: str) -> str:
    """``1 loss``, ``2 losses``."""
    return f"{count} {one if count == 1 else many}"


def is_mapping(tree: Tree[Written]) -> TypeGuard[Branch[Written]]:
    """Whether Keras pairs the entries of this container by key."""
    return isinstance(tree, Branch) and tree.kind in MAPPINGS


def is_sequence(tree: Tree[Written]) -> TypeGuard[Branch[Written]]:
    """Whether this container is a list or a tuple."""
    return isinstance(tree, Branch) and tree.kind in SEQUENCES


def has_mapping(tree: Tree[Written]) -> bool:
    """Whether a container is, or holds at any depth, one whose keys Keras sorts."""
    return is_mapping(tree) or (isinstance(tree, Branch) and any(map(has_mapping, tree.children)))


def heads(outputs: Tree[Written]) -> tuple[Path, ...]:
    """The heads in declared order."""
    return outputs.paths if isinstance(outputs, Branch) else ((),)


def is_flat(outputs: Tree[Written]) -> bool:
    """Whether no head lies deeper than one container."""
    return all(len(head) <= 1 for head in heads(outputs))


def follows(outputs: Tree[Written], part: Tree[Written]) -> bool:
    """Whether a part has the containers of nested outputs: all of their keys, at every depth."""
    if isinstance(outputs, Leaf):
        return True
    same = isinstance(part, Branch) and set(part.keys) == set(outputs.keys)
    return same and all(follows(child, at(part, (key,)) or child) for key, child in outputs.items)


def label(outputs: Tree[Written], head: Path) -> str | None:
    """The name by which a dict addresses a head: its key in dict outputs, else its layer's name."""
    return dotted(head) if is_mapping(outputs) else layer(outputs, head)


def by_path(outputs: Tree[Written], part: Branch[Written]) -> dict[Key, Path]:
    """The keys of a flat dict that name heads within a container of the outputs: ``a.b``, ``a/b``, ``b``.

    A key that stands in the outputs themselves is none, nor one that could name two heads.
    """
    deep = [head for head in heads(outputs) if len(head) > 1]
    found: dict[Key, list[Path]] = {}
    for key in part.keys:
        if not isinstance(outputs, Branch) or key not in outputs.keys:
            found[key] = [head for head in deep if str(key) in {dotted(head), "/".join(map(str, head))}]
            found[key] = found[key] or [head for head in deep if head[-1] == key]
    return {key: places[0] for key, places in found.items() if len(places) == 1}


def layer(outputs: Tree[Written], head: Path) -> str | None:
    """The name of the layer that makes a head, where it is known."""
    leaf = at(outputs, head)
    return leaf.value.name if isinstance(leaf, Leaf) else None


def keys_and_layers(outputs: Branch[Written]) -> str:
    """The keys of outputs, and the names of their layers where these are others."""
    layers = [layer(outputs, head) for head in heads(outputs)]
    others = layers if is_flat(outputs) and None not in layers and layers != [*outputs.keys] else None
    return f"{list(outputs.keys)}" + (f", of the layers {others}" if others else "")


def shown(outputs: Tree[Written], head: Path) -> str:
    """A head as a message names it; one without a name by its position."""
    return label(outputs, head) or "outputs" + "".join(f"[{key!r}]" for key in head)


def labels(outputs: Tree[Written]) -> dict[str, Path] | None:
    """Every head by its name, or None where a name is not known or names two heads."""
    named = {label(outputs, head): head for head in heads(outputs)}
    known = {name: head for name, head in named.items() if name is not None}
    return known if len(known) == len(heads(outputs)) else None


def meant(outputs: Tree[Written], part: Branch[Written]) -> dict[Key, Path]:
    """The head that each entry was written for, by position in a sequence, by name in a mapping.

    Entries that name no head are left out, and all of them in a sequence of another length.
    """
    declared = heads(outputs)
    if part.kind in SEQUENCES:
        return dict(enumerate(declared)) if len(part.items) == len(declared) else {}
    named = labels(outputs) or {}
    return {key: named[key] for key in part.keys if isinstance(key, str) and key in named}


def misfed(site: TrainingSite, paired: Paired) -> tuple[list[str], list[str]] | None:
    """The inputs of a functional model and the data that each of them gets; None where each gets its own."""
    if not isinstance(site.inputs, Given) or site.data is None or not isinstance(site.data.inputs, Given):
        return None
    inputs, data = site.inputs.tree, site.data.inputs.tree
    if not isinstance(data, Branch):
        return None
    intended, entries = meant(inputs, data), dict(data.items)
    wanted = {head: key for key, head in intended.items()}
    pairs = [(path, source[0]) for path, source in paired.inputs if source]
    if not any(path in wanted and not alike(entries[wanted[path]], entries[key]) for path, key in pairs):
        return None
    shown_data = [str(key) if is_mapping(data) else _text(entries[key]) for _, key in pairs]
    return [shown(inputs, path) for path, _ in pairs], shown_data


def _text(entry: Tree[Written]) -> str:
    return entry.value.text if isinstance(entry, Leaf) else entry.kind


def alike(left: Tree[Written], right: Tree[Written]) -> bool:
    """Whether two entries were written identically."""
    match left, right:
        case Leaf(), Leaf():
            return _said(left.value) == _said(right.value)
        case Branch(), Branch():
            return left.keys == right.keys and all(map(alike, left.children, right.children))
        case _:
            return False


def _said(written: Written) -> tuple[object, ...]:
    if written.value is not None:
        return (written.value,)
    return (written.text, written.name, written.is_none)


@dataclass(frozen=True)
class Placement:
    """The heads that Keras gives a part's entries to, the heads they were written for, entry by entry.

    ``harmful`` says that some head gets another entry than the one written for it.
    """

    given: tuple[str, ...]
    meant: tuple[str, ...]
    harmful: bool

    def sentence(self, entries: str) -> str:
        """What Keras does with these ``entries``, then what was written."""
        if self.given == self.meant:
            return (
                f"Keras gives these {entries} to {list(self.given)} by sorted key, which is the order written"
            )
        contrast = f"Keras gives these {entries} to {list(self.given)}, not to {list(self.meant)}"
        return contrast if self.harmful else f"{contrast}; those exchanged are written identically"


def placement(outputs: Tree[Written], part: Branch[Written], pairs: Iterable[Pair]) -> Placement | None:
    """Compare where Keras puts the entries of ``part`` with where they were written.

    None where that is not known, or where there is but one head to put them.
    """
    intended = meant(outputs, part)
    entry_for = {head: key for key, head in intended.items()}
    given: dict[Key, set[Path]] = {}
    for head, path in pairs:
        if path and path[0] in intended and head in entry_for:
            given.setdefault(path[0], set()).add(head)
    placed = [(key, next(iter(given[key]))) for key in part.keys if len(given.get(key, ())) == 1]
    if not placed or len(heads(outputs)) == 1:
        return None
    entries = dict(part.items)
    return Placement(
        given=tuple(shown(outputs, head) for _, head in placed),
        meant=tuple(shown(outputs, intended[key]) for key, _ in placed),
        harmful=any(
            head != intended[key] and not alike(entries[key], entries[entry_for[head]])
            for key, head in placed
        ),
    )
